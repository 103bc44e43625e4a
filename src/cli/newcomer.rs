//! The person of the emulated Notion as a user of the service, so that its own pages have something to show.
//!
//! Takes the service's office and the emulated Notion; consents as a browser would, and has databases watched.
//! Fails where either of the two refuses, which is a defect.

use anyhow::Context;
use secrecy::SecretString;
use uuid::Uuid;

use crate::accounts::{Office, databases as rooms, sign_in};
use crate::domain::account::Kind;
use crate::domain::mapping::Choices;
use crate::domain::refusal::Refusal;
use crate::failure::{Failure, Outcome};
use crate::messages::{AdoptDatabase, BeginSignIn, FinishSignIn, Pick, Returned};
use crate::sandbox::notion::EmulatedNotion;

/// Signs the person in, once, and has their databases watched.
pub(super) async fn settle(
    office: &Office,
    notion: &EmulatedNotion,
    databases: &[Uuid],
) -> anyhow::Result<()> {
    let browser = SecretString::from(sign_in::unguessable());
    let asked = BeginSignIn { browser: browser.clone() };
    let consent = granted(sign_in::begin(office.clone(), asked).await)?;
    let back = notion.allow(&consent).context("the emulated Notion refuses its own person")?;
    let brought = |name: &str| {
        let found = back.query_pairs().find(|(there, _)| there == name);
        found.map(|(_, value)| SecretString::from(value.into_owned()))
    };
    let (state, code) = brought("state").zip(brought("code")).context("nothing came back from consent")?;
    let asked = FinishSignIn { state, returned: Returned::Code(code), browser: Some(browser), session: None };
    let session = granted(sign_in::finish(office.clone(), asked).await)?;
    let user = office
        .accounts
        .session(&session)
        .await
        .map_err(|failure| told(&failure))?
        .context("the session is unknown")?;
    // The person signs in with a browser of their own.
    office.accounts.close_session(&session).await.map_err(|failure| told(&failure))?;
    for database in databases {
        let asked = AdoptDatabase {
            user,
            pick: Pick { database: database.to_string(), ..Pick::default() },
            kind: Kind::Link,
            mapping: Choices::default(),
            tag: None,
            instructions: None,
            language: None,
            keep: None,
            open: None,
            languages: None,
            add_missing: false,
        };
        granted(rooms::adopt(office.clone(), asked).await)?;
    }
    Ok(())
}

fn granted<T>(answer: Outcome<Result<T, Refusal>>) -> anyhow::Result<T> {
    answer
        .map_err(|failure| told(&failure))?
        .map_err(|refusal| anyhow::anyhow!("{} {}", refusal.title(), refusal.hint()))
}

fn told(failure: &Failure) -> anyhow::Error {
    anyhow::anyhow!("{failure}")
}
