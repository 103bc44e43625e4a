//! Http: answers the requests of people and probes that need more than a page: readiness, sign-in, registration.
//!
//! Takes typed messages from the routes and from the command line; gives answers or a failure whose
//! reason a person understands. Holds no state of its own: the work is done in [`crate::accounts`].

use std::time::Duration;

use actix::prelude::*;

use crate::accounts::{Office, connections, databases, entries, imports, live, sessions, sign_in, webhooks};
use crate::actors::pipeline::Places;
use crate::failure::Outcome;
use crate::messages::{
    AdoptDatabase, AskFigures, AskReadiness, AskUsage, BeginSignIn, CancelImport, ChangeDatabase,
    ConfirmImport, CreateDatabase, Disconnect, Figures, FindDatabases, FinishSignIn, HearWebhook,
    ListConnections, ListDatabases, ListEntries, ListImports, ProposeMapping, Readiness, Register,
    RemoveDatabase, RetryEntry, ShowEntry, ShowImport, SignOut, UploadImport, ViewDatabase, WatchEntries,
    WhoIs,
};
use crate::ports::Journal;

/// How long the journal and the overseer may take to answer a readiness probe.
const PROBE_LIMIT: Duration = Duration::from_secs(2);

/// Answers requests.
pub struct Http {
    /// What the answers are made with.
    pub office: Office,
    /// Knows whether the chain stands.
    pub overseer: Recipient<AskReadiness>,
    /// The chain's places.
    pub places: Places,
}

impl Actor for Http {
    type Context = Context<Self>;
}

impl Supervised for Http {}

impl Handler<AskReadiness> for Http {
    type Result = ResponseFuture<Readiness>;

    fn handle(&mut self, _: AskReadiness, _ctx: &mut Context<Self>) -> Self::Result {
        let (journal, overseer) = (self.office.journal.clone(), self.overseer.clone());
        Box::pin(async move { readiness(&*journal, &overseer).await })
    }
}

impl Handler<AskFigures> for Http {
    type Result = ResponseFuture<Outcome<Figures>>;

    fn handle(&mut self, _: AskFigures, _ctx: &mut Context<Self>) -> Self::Result {
        let (journal, places) = (self.office.journal.clone(), self.places.clone());
        Box::pin(async move {
            let entries = journal.counts().await?;
            Ok(Figures { entries, places: places.all, busy: places.busy() })
        })
    }
}

/// Each message is answered by one function of the office.
macro_rules! answers {
    ($($message:ty => $answer:path),* $(,)?) => {$(
        impl Handler<$message> for Http {
            type Result = ResponseFuture<<$message as Message>::Result>;

            fn handle(&mut self, asked: $message, _ctx: &mut Context<Self>) -> Self::Result {
                Box::pin($answer(self.office.clone(), asked))
            }
        }
    )*};
}

answers! {
    WhoIs => sessions::who_is,
    BeginSignIn => sign_in::begin,
    FinishSignIn => sign_in::finish,
    SignOut => sessions::sign_out,
    ListConnections => connections::list,
    Disconnect => connections::disconnect,
    Register => databases::register,
    ListDatabases => databases::list,
    ViewDatabase => databases::view,
    ChangeDatabase => databases::change,
    RemoveDatabase => databases::remove,
    FindDatabases => databases::find,
    ProposeMapping => databases::propose,
    AdoptDatabase => databases::adopt,
    CreateDatabase => databases::create,
    ListEntries => entries::list,
    ShowEntry => entries::show,
    RetryEntry => entries::retry,
    AskUsage => entries::usage,
    WatchEntries => live::watch,
    HearWebhook => webhooks::hear,
    UploadImport => imports::upload,
    ShowImport => imports::show,
    ListImports => imports::list,
    ConfirmImport => imports::confirm,
    CancelImport => imports::cancel,
}

/// Ready means: the journal answers and the chain stands.
async fn readiness(journal: &dyn Journal, overseer: &Recipient<AskReadiness>) -> Readiness {
    match tokio::time::timeout(PROBE_LIMIT, journal.now()).await {
        Ok(Ok(_)) => {}
        Ok(Err(_)) => return Readiness::NotReady("the database does not answer".to_owned()),
        Err(_) => return Readiness::NotReady("the database is slow".to_owned()),
    }
    match tokio::time::timeout(PROBE_LIMIT, overseer.send(AskReadiness)).await {
        Ok(Ok(readiness)) => readiness,
        Ok(Err(_)) | Err(_) => Readiness::NotReady("the chain does not answer".to_owned()),
    }
}
