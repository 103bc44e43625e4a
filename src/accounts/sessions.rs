//! Signed-in browsers.

use super::Office;
use crate::domain::entry::UserId;
use crate::failure::Outcome;
use crate::messages::{SignOut, WhoIs};

/// Whose browser this is.
pub async fn who_is(office: Office, asked: WhoIs) -> Outcome<Option<UserId>> {
    office.accounts.session(&asked.cookie).await
}

/// Ends a session.
pub async fn sign_out(office: Office, asked: SignOut) -> Outcome<()> {
    office.accounts.close_session(&asked.session).await
}
