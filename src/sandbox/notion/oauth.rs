//! OAuth of public integrations: what an authorization URL asks, codes, and the three token endpoints.
//!
//! Takes queries, bodies and credentials of a stranger. Fails with an [`OauthError`] (`invalid_client`,
//! `invalid_grant`, `invalid_request`) or with Notion's `validation_error`; an authorization URL that is
//! wrong fails with words for the person in front of it, and sends nobody anywhere.
//! Shapes: the official client's `api-endpoints/oauth`; <https://developers.notion.com/reference/create-a-token>.

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;
use serde_json::{Value, json};
use url::Url;
use uuid::Uuid;

use super::check::At;
use super::error::{ApiError, OauthError, Refusal};
use super::integrations::Integration;
use super::search::person_shown;
use super::tokens::Pair;
use super::workspace::Workspace;

/// How long a code can be exchanged.
const CODE_LIFE: TimeDelta = TimeDelta::minutes(10);
/// What a public integration may do, in the words of the introspection endpoint.
const SCOPE: &str = "read_content insert_content update_content";

/// The fields of an authorization URL.
pub(super) const ASKED: [&str; 5] = ["client_id", "response_type", "owner", "redirect_uri", "state"];

/// What an authorization URL asks, after it was checked.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    /// The integration that wants in.
    pub integration: Uuid,
    /// Its name.
    pub name: String,
    /// Where the answer goes.
    pub redirect: Url,
    /// The redirect URI as the URL named it, if it did: then the token call has to name it, too.
    pub named: Option<String>,
    /// Comes back as it was.
    pub state: Option<String>,
}

impl Asked {
    /// Where a person goes who said no.
    pub(super) fn denied(&self) -> Url {
        self.answered("error", "access_denied")
    }

    /// The redirect URI with the answer in its query.
    pub(super) fn answered(&self, field: &str, value: &str) -> Url {
        let mut url = self.redirect.clone();
        url.query_pairs_mut().append_pair(field, value);
        if let Some(state) = &self.state {
            url.query_pairs_mut().append_pair("state", state);
        }
        url
    }
}

/// A code that was given out and not yet exchanged.
#[derive(Debug, Clone)]
pub(super) struct Code {
    /// What the browser carries back.
    pub secret: String,
    pub integration: Uuid,
    pub bot: Uuid,
    /// The redirect URI the token call has to repeat.
    pub redirect: Option<String>,
    pub at: DateTime<Utc>,
}

/// How often the token endpoint was asked.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct TokenCalls {
    /// Calls with a code.
    pub codes: u64,
    /// Calls with a refresh token.
    pub refreshes: u64,
    /// Calls of either kind that were refused.
    pub refused: u64,
}

/// Client credentials as they arrived.
pub(super) struct Credentials<'a> {
    pub id: &'a str,
    pub secret: &'a str,
}

impl Workspace {
    /// Checks the query of `GET /v1/oauth/authorize`; `Err` holds what the person reads.
    pub(super) fn asked(&self, query: &[(String, String)]) -> Result<Asked, String> {
        let field = |name: &str| {
            let mut found = query.iter().filter(|(key, _)| key == name).map(|(_, value)| value.as_str());
            match (found.next(), found.next()) {
                (value, None) => Ok(value),
                _ => Err(format!("The address names {name} more than once.")),
            }
        };
        let known = field("client_id")?.and_then(|id| self.integration(id));
        let known = known.ok_or("Nobody has registered a connection with this client_id.")?;
        if field("response_type")? != Some("code") {
            return Err("The response_type has to be code.".into());
        }
        if field("owner")? != Some("user") {
            return Err("The owner has to be user.".into());
        }
        let given = field("redirect_uri")?;
        let redirect = match (given, known.redirects.as_slice()) {
            (Some(given), registered) => registered.iter().find(|uri| *uri == given),
            (None, [only]) => Some(only),
            (None, _) => None,
        };
        let redirect = redirect.and_then(|uri| Url::parse(uri).ok());
        let redirect = redirect.ok_or("The redirect_uri is not one the connection was registered with.")?;
        Ok(Asked {
            integration: known.id,
            name: known.name.clone(),
            redirect,
            named: given.map(str::to_owned),
            state: field("state")?.map(str::to_owned),
        })
    }

    /// Gives out the code that stands for a consent.
    pub(super) fn give_code(&mut self, asked: &Asked, bot: Uuid, now: DateTime<Utc>) -> String {
        let code = Uuid::new_v4().to_string();
        let redirect = asked.named.clone();
        self.codes.retain(|known| now - known.at < CODE_LIFE);
        self.codes.push(Code {
            secret: code.clone(),
            integration: asked.integration,
            bot,
            redirect,
            at: now,
        });
        code
    }

    /// `POST /v1/oauth/token`.
    pub(super) fn token(
        &mut self,
        client: Option<Credentials<'_>>,
        at: &At<'_>,
        now: DateTime<Utc>,
    ) -> Result<Value, Refusal> {
        match at.value.get("grant_type").and_then(Value::as_str) {
            Some("authorization_code") => self.token_calls.codes += 1,
            Some("refresh_token") => self.token_calls.refreshes += 1,
            _ => {}
        }
        let answer = self.granted(client, at, now);
        if answer.is_err() {
            self.token_calls.refused += 1;
        }
        answer
    }

    fn granted(
        &mut self,
        client: Option<Credentials<'_>>,
        at: &At<'_>,
        now: DateTime<Utc>,
    ) -> Result<Value, Refusal> {
        let integration = self.authenticated(client)?.id;
        let grant = at.required("grant_type")?.one_of(&["authorization_code", "refresh_token"])?;
        let pair = if grant == "refresh_token" {
            at.only(&["grant_type", "refresh_token"])?;
            self.refreshed(integration, at.required("refresh_token")?.string()?, now)?
        } else {
            at.only(&["grant_type", "code", "redirect_uri", "external_account"])?;
            let redirect = at.given("redirect_uri").map(|uri| uri.string()).transpose()?;
            let bot = self.spent_code(integration, at.required("code")?.string()?, redirect, now)?;
            self.mint(bot, true, now)
        };
        Ok(self.token_shown(&pair)?)
    }

    fn authenticated(&self, client: Option<Credentials<'_>>) -> Result<&Integration, OauthError> {
        let known = client.and_then(|client| {
            self.integration(client.id).filter(|known| known.client_secret == client.secret)
        });
        known.ok_or_else(OauthError::client)
    }

    /// Takes a code that fits; one that does not fit the caller stays for whom it fits.
    fn spent_code(
        &mut self,
        integration: Uuid,
        code: &str,
        redirect: Option<&str>,
        now: DateTime<Utc>,
    ) -> Result<Uuid, OauthError> {
        let fits = |known: &Code| {
            known.secret == code && known.integration == integration && now - known.at < CODE_LIFE
        };
        let place = self.codes.iter().position(fits);
        let place = place.ok_or_else(|| OauthError::grant("The code is unknown, used or too old."))?;
        let known = self.codes.get(place).and_then(|known| known.redirect.as_deref());
        match (known, redirect) {
            (Some(_), None) => return Err(OauthError::request("The redirect_uri is missing.")),
            (None, Some(_)) => return Err(OauthError::request("The redirect_uri is not expected.")),
            (known, given) if known != given => {
                return Err(OauthError::grant("The redirect_uri is not the one the code was given for."));
            }
            _ => {}
        }
        Ok(self.codes.remove(place).bot)
    }

    fn refreshed(
        &mut self,
        integration: Uuid,
        refresh: &str,
        now: DateTime<Utc>,
    ) -> Result<Pair, OauthError> {
        let pair = self.pairs.iter().find(|pair| pair.refresh.as_deref() == Some(refresh));
        let bot = pair.map(|pair| pair.bot).filter(|bot| self.belongs(*bot, integration));
        let bot =
            bot.ok_or_else(|| OauthError::grant("The refresh token is unknown, replaced or revoked."))?;
        self.end_pair(refresh);
        Ok(self.mint(bot, true, now))
    }

    fn belongs(&self, bot: Uuid, integration: Uuid) -> bool {
        self.connection(bot).is_some_and(|known| known.integration == Some(integration) && !known.revoked)
    }

    fn token_shown(&self, pair: &Pair) -> Result<Value, ApiError> {
        let connection = self.connection(pair.bot).ok_or_else(ApiError::internal)?;
        let space = self.spaces.iter().find(|space| space.id == connection.workspace);
        let space = space.ok_or_else(ApiError::internal)?;
        let person = space.member(connection.owner).ok_or_else(ApiError::internal)?;
        Ok(json!({
            "access_token": pair.access, "token_type": "bearer", "refresh_token": pair.refresh,
            "bot_id": pair.bot, "workspace_id": space.id, "workspace_name": space.name,
            "workspace_icon": null, "owner": {"type": "user", "user": person_shown(person)},
            "duplicated_template_id": null, "request_id": Uuid::new_v4(),
        }))
    }

    /// `POST /v1/oauth/introspect`: whether a token works; somebody else's is told as one that does not.
    pub(super) fn introspect(&self, client: Option<Credentials<'_>>, at: &At<'_>) -> Result<Value, Refusal> {
        let integration = self.authenticated(client)?.id;
        at.only(&["token"])?;
        let token = at.required("token")?.string()?;
        let pair = self.pair(token).filter(|pair| self.belongs(pair.bot, integration));
        let live = pair.filter(|pair| pair.access != token || !pair.expired);
        Ok(match live {
            // Milliseconds, as in the endpoint's documented example.
            Some(pair) => json!({
                "active": true, "scope": SCOPE, "iat": pair.issued.timestamp_millis(),
                "request_id": Uuid::new_v4(),
            }),
            None => json!({"active": false, "request_id": Uuid::new_v4()}),
        })
    }

    /// `POST /v1/oauth/revoke`: ends the token and the one beside it. Tells nobody whether there was one.
    pub(super) fn revoke(&mut self, client: Option<Credentials<'_>>, at: &At<'_>) -> Result<Value, Refusal> {
        let integration = self.authenticated(client)?.id;
        at.only(&["token"])?;
        let token = at.required("token")?.string()?;
        if self.pair(token).is_some_and(|pair| self.belongs(pair.bot, integration)) {
            self.end_pair(token);
        }
        Ok(json!({"request_id": Uuid::new_v4()}))
    }
}
