//! Public integrations and the people who connect them, for tests and for whoever sets up a sandbox.
//!
//! A test drives consent without a browser: [`EmulatedNotion::allow`] takes the URL a login was sent to and
//! gives the URL the browser would be sent back to.

use url::Url;
use uuid::Uuid;

use super::callers::{Connection, Person, Space};
use super::consent::{Consent, ConsentError};
use super::error::ApiError;
use super::handle::EmulatedNotion;
use super::oauth::{Asked, TokenCalls};
use super::workspace::Workspace;

/// A person who was just added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Newcomer {
    /// Who they are.
    pub person: Person,
    /// Their own workspaces, in the order they were named.
    pub workspaces: Vec<Uuid>,
}

impl EmulatedNotion {
    /// Registers a public integration; for a known client id the secret is replaced and the redirect URI added.
    /// Gives the integration's id. Refused unless the redirect URI is an http or https URL.
    pub fn publish(&self, client_id: &str, client_secret: &str, redirect: &str) -> Result<Uuid, ApiError> {
        let web = Url::parse(redirect).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
        if !web {
            return Err(ApiError::validation("A redirect URI starts with http:// or https://."));
        }
        Ok(self.with(|held| held.publish(client_id, client_secret, redirect)))
    }

    /// Adds a person with workspaces of their own. The browser stays with whoever is signed in.
    pub fn add_person(&self, name: &str, workspaces: &[&str]) -> Newcomer {
        let person = Person::named(name);
        let spaces: Vec<Space> = workspaces.iter().map(|name| Space::of(name, person.clone())).collect();
        let ids = spaces.iter().map(|space| space.id).collect();
        self.with(|held| held.spaces.extend(spaces));
        Newcomer { person, workspaces: ids }
    }

    /// Lets a person into somebody's workspace. Refused for people and workspaces nobody knows.
    pub fn join(&self, person: Uuid, workspace: Uuid) -> Result<(), ApiError> {
        self.with(|held| {
            let person = held.someone(person).cloned().ok_or_else(|| ApiError::not_found("user", person))?;
            let space = held.spaces.iter_mut().find(|space| space.id == workspace);
            let space = space.ok_or_else(|| ApiError::not_found("workspace", workspace))?;
            if space.member(person.id).is_none() {
                space.guests.push(person);
            }
            Ok(())
        })
    }

    /// Seats a person in front of the browser. The first workspace's owner sits there from the start.
    pub fn sign_in(&self, person: Uuid) {
        self.with(|held| held.signed_in = Some(person));
    }

    /// "Allow access" for whoever is signed in: their first workspace, all that is at its top.
    /// Gives where the browser goes: the redirect URI with `code` and `state`.
    pub fn allow(&self, authorize: &str) -> Result<Url, ConsentError> {
        let person = self.with(|held| held.signed_in);
        let person = person.ok_or_else(|| ConsentError("Nobody is signed in.".into()))?;
        self.allow_as(person, authorize, &Consent::default())
    }

    /// "Allow access" for a person, a workspace of theirs, and what they choose of it.
    pub fn allow_as(&self, person: Uuid, authorize: &str, consent: &Consent) -> Result<Url, ConsentError> {
        let now = self.now();
        let url = self.with(|held| {
            let asked = asked(held, authorize)?;
            held.allow(&asked, person, consent, now)
        })?;
        self.stir();
        Ok(url)
    }

    /// "Cancel": where the browser goes.
    pub fn deny(&self, authorize: &str) -> Result<Url, ConsentError> {
        self.with(|held| asked(held, authorize)).map(|asked| asked.denied())
    }

    /// The connections of public integrations, the revoked ones as well.
    pub fn bots(&self) -> Vec<Connection> {
        self.with(|held| {
            held.connections.iter().filter(|known| known.integration.is_some()).cloned().collect()
        })
    }

    /// Ends all access tokens of a bot before their time: 401 until it refreshes.
    pub fn expire_access(&self, bot: Uuid) {
        self.with(|held| held.expire(bot));
    }

    /// A person removes the connection in their settings: all tokens of the bot end, the refresh tokens too.
    pub fn disconnect(&self, bot: Uuid) {
        self.with(|held| held.disconnect(bot));
    }

    /// How often the token endpoint was asked, by grant.
    pub fn token_calls(&self) -> TokenCalls {
        self.with(|held| held.token_calls)
    }
}

fn asked(held: &Workspace, authorize: &str) -> Result<Asked, ConsentError> {
    let url = Url::parse(authorize).map_err(|_| ConsentError("That is no URL.".into()))?;
    held.asked(&url.query_pairs().into_owned().collect::<Vec<_>>()).map_err(ConsentError)
}
