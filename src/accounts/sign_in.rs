//! Signing in: a state nobody can guess leaves with the browser, and comes back once, in the same browser.
//!
//! Takes what the browser carries; gives the address of Notion's consent, and then a session. What is wrong
//! with a sign-in is a [`Refusal`] the person can act on. States, codes and cookies are never logged.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::{Front, Office};
use crate::domain::reason::Reason;
use crate::domain::refusal::Refusal;
use crate::failure::{Kind, Outcome};
use crate::messages::{Answer, BeginSignIn, FinishSignIn, Returned};
use crate::ports::{Grant, NewConnection};

/// How long a person may take to consent.
pub const STATE_LASTS: Duration = Duration::from_mins(5);

/// How long a browser stays signed in.
pub const SESSION_LASTS: Duration = Duration::from_hours(30 * 24);

/// A sign-in begins: the address of Notion's consent page.
pub async fn begin(office: Office, asked: BeginSignIn) -> Answer<String> {
    let Some(front) = &office.front else { return Ok(Err(Refusal::NobodySignsIn)) };
    let state = unguessable();
    front.sign_ins.begin(&hash(&state), &hash(asked.browser.expose_secret()), STATE_LASTS).await?;
    Ok(Ok(front.consent.address(&state, &front.callback)))
}

/// A person comes back: their session.
pub async fn finish(office: Office, asked: FinishSignIn) -> Answer<SecretString> {
    let Some(front) = &office.front else { return Ok(Err(Refusal::NobodySignsIn)) };
    // Taken before anything else: whatever comes of it, no state is good for a second try.
    let Some(browser) = front.sign_ins.take(&hash(asked.state.expose_secret())).await? else {
        return Ok(Err(Refusal::SignInUnknown));
    };
    let is_same = asked
        .browser
        .is_some_and(|cookie| bool::from(hash(cookie.expose_secret()).as_bytes().ct_eq(browser.as_bytes())));
    if !is_same {
        return Ok(Err(Refusal::OtherBrowser));
    }
    let code = match asked.returned {
        Returned::Code(code) => code,
        Returned::Denied => return Ok(Err(Refusal::Denied)),
        Returned::Nothing => return Ok(Err(Refusal::CodeRefused)),
    };
    let grant = match front.consent.grant(&code, &front.callback).await {
        Err(failure) if failure.kind == Kind::Permanent(Reason::Disconnected) => {
            return Ok(Err(Refusal::CodeRefused));
        }
        granted => granted?,
    };
    let session = open(&office, front, grant).await?;
    if let Some(old) = asked.session {
        office.accounts.close_session(&old).await?;
    }
    Ok(Ok(session))
}

async fn open(office: &Office, front: &Front, grant: Grant) -> Outcome<SecretString> {
    let person = grant.person.map_or_else(|| format!("bot:{}", grant.bot), |id| format!("person:{id}"));
    let (bot, tokens) = (grant.bot, grant.tokens);
    let (workspace_id, workspace) = (grant.workspace_id, grant.workspace);
    let token = tokens.access.clone();
    let new = NewConnection { person, bot, workspace_id, workspace, tokens };
    match office.accounts.keep_connection(new).await {
        Ok((user, _)) => office.accounts.open_session(user, SESSION_LASTS).await,
        Err(failure) => {
            // Nobody could ever use it: it must not stay open at Notion.
            if let Err(error) = front.consent.revoke(&token).await {
                tracing::warn!(%error, "a token that could not be kept could not be given back either");
            }
            Err(failure)
        }
    }
}

/// Random text of 256 bits.
pub fn unguessable() -> String {
    URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>())
}

/// Whoever reads what is kept signs in with none of it.
fn hash(secret: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(secret.as_bytes()))
}
