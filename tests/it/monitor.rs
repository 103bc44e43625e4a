//! The Monitor alone: a workspace before it, mock doors behind it.

use std::sync::Arc;

use actix::{Addr, AsyncContext, Context, Supervisor};
use linkscribe::actors::bench::BackLinks;
use linkscribe::actors::desk::{Desk, StopSignals};
use linkscribe::actors::lease::Rhythm;
use linkscribe::actors::monitor::{Doors, Engines, Monitor, MonitorParts};
use linkscribe::actors::pipeline::Places;
use linkscribe::domain::entry::{FoundRow, Lane, Ticket};
use linkscribe::domain::link::MediaKey;
use linkscribe::domain::media::{MediaInfo, ScreenText, Transcript};
use linkscribe::domain::note::Note;
use linkscribe::domain::reason::Reason;
use linkscribe::domain::sharing::{Right, Taken};
use linkscribe::domain::waiting::Waiting;
use linkscribe::messages::{Download, Failed, StageDown, Summarize, TellFailure, WriteToNotion};
use linkscribe::ports::{Journal, NextRun, Sharing};
use tokio::sync::{Notify, broadcast};

use crate::support::fakes::{FakeSource, FakeWorkspace, Script};
use crate::support::kitchen::Kitchen;
use crate::support::probe::{Probe, Received};

const LINK: &str = "https://www.tiktok.com/@cook/video/7";

/// A Monitor with everything that leaves it.
struct Bed {
    kitchen: Kitchen,
    workspace: Arc<FakeWorkspace>,
    places: Places,
    download: Received<Download>,
    summarize: Received<Summarize>,
    write: Received<WriteToNotion>,
    tell: Received<TellFailure>,
    failures: Received<Failed>,
    _held: (actix::Recipient<Failed>, actix::Recipient<StageDown>, Addr<Monitor>),
}

impl Bed {
    /// Starts a Monitor on a journal somebody prepared.
    fn start(kitchen: Kitchen, workspace: Arc<FakeWorkspace>) -> Self {
        let ((download, downloads), (summarize, summaries)) = (Probe::start(), Probe::start());
        let ((write, writes), (tell, tellings)) = (Probe::start(), Probe::start());
        let ((failed, failures), (down, _deaths)) = (Probe::start(), Probe::start());
        let places = Places::new(2);
        let nobody = Context::<Probe<linkscribe::messages::ShowStatus>>::new().address().recipient();
        let monitor = Monitor::new(MonitorParts {
            registry: kitchen.store.clone(),
            accounts: kitchen.store.clone(),
            workspace: workspace.clone(),
            source: Arc::new(FakeSource(Script::works())),
            keeper: kitchen.keeper(workspace.clone()),
            desk: Arc::new(Desk {
                journal: kitchen.store.clone(),
                status: nobody.downgrade(),
                watchers: broadcast::channel(1).0,
                stop: StopSignals::default(),
                breakers: kitchen.store.clone(),
            }),
            doors: Doors { download, summarize, write, tell },
            places: places.clone(),
            owner: "test".into(),
            work_root: kitchen.work_root(),
            poll_interval: std::time::Duration::from_millis(50),
            rhythm: Rhythm::default(),
            engines: Engines::default(),
            bell: Arc::new(Notify::new()),
            back: BackLinks { failures: failed.downgrade(), down: down.downgrade(), generation: 1 },
        });
        let monitor = Supervisor::start(|_| monitor);
        Self {
            kitchen,
            workspace,
            places,
            download: downloads,
            summarize: summaries,
            write: writes,
            tell: tellings,
            failures,
            _held: (failed, down, monitor),
        }
    }
}

impl Bed {
    /// Waits until every place is free; the Monitor itself holds one while it looks for something to claim.
    async fn all_places_are_free(&self) {
        let all = self.places.free.acquire_many(self.places.all);
        drop(
            tokio::time::timeout(crate::support::PATIENCE, all).await.expect("all places are free").unwrap(),
        );
    }
}

/// An entry that was claimed before and reached some checkpoints.
async fn claimed_before(kitchen: &Kitchen) -> Ticket {
    row_claimed_before(kitchen, "row-0").await
}

async fn row_claimed_before(kitchen: &Kitchen, page: &str) -> Ticket {
    let row =
        FoundRow { database: kitchen.database.id, page: page.into(), link: LINK.into(), lane: Lane::New };
    kitchen.store.enqueue(&row, kitchen.store.now().await.unwrap()).await.unwrap();
    kitchen.store.claim("an earlier process").await.unwrap().unwrap().ticket
}

async fn watched_before(kitchen: &Kitchen, ticket: Ticket) {
    let key = MediaKey("tiktok:7".into());
    kitchen.store.save_info(ticket, &key, &MediaInfo::default()).await.unwrap();
    kitchen.store.save_transcript(ticket, &key, &Transcript::default()).await.unwrap();
    kitchen.store.save_screen_text(ticket, &key, &ScreenText::default()).await.unwrap();
}

async fn handed_back(kitchen: &Kitchen, ticket: Ticket, next: NextRun) {
    kitchen.store.hand_back(ticket, next).await.unwrap();
}

const NOW: NextRun = NextRun::Wait { pause: std::time::Duration::ZERO, waiting: None };

#[actix::test]
async fn a_waiting_row_goes_to_the_downloader_with_a_place_and_a_private_work_dir() {
    use std::os::unix::fs::PermissionsExt;
    let workspace = FakeWorkspace::with_links(&[LINK], Script::works());
    let bed = Bed::start(Kitchen::open().await, workspace);
    let job = bed.download.next().await;
    assert_eq!(job.media.key.0, "tiktok:7");
    assert!(bed.places.free.available_permits() <= 1, "a place is taken");
    let mode = std::fs::metadata(job.envelope.work_dir()).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o700, "nobody else may look inside");
    drop(job);
    bed.all_places_are_free().await;
}

#[actix::test]
async fn a_restart_enters_behind_the_last_checkpoint() {
    let kitchen = Kitchen::open().await;
    let ticket = claimed_before(&kitchen).await;
    watched_before(&kitchen, ticket).await;
    handed_back(&kitchen, ticket, NOW).await;
    let bed = Bed::start(kitchen, FakeWorkspace::with_links(&[LINK], Script::works()));
    let job = bed.summarize.next().await;
    let ticket = job.envelope.ticket();
    bed.kitchen.store.save_note(ticket, &Note::default()).await.unwrap();
    drop(job);
    handed_back(&bed.kitchen, ticket, NOW).await;
    bed.write.next().await;
    assert_eq!(bed.download.len(), 0, "nothing is fetched twice");
}

#[actix::test]
async fn a_verdict_goes_straight_to_be_told() {
    let kitchen = Kitchen::open().await;
    let ticket = claimed_before(&kitchen).await;
    handed_back(&kitchen, ticket, NextRun::GiveUp(Reason::Private)).await;
    let bed = Bed::start(kitchen, FakeWorkspace::with_links(&[LINK], Script::works()));
    assert_eq!(bed.tell.next().await.reason, Reason::Private);
}

#[actix::test]
async fn a_row_that_is_gone_by_then_is_a_failure_and_no_job() {
    let kitchen = Kitchen::open().await;
    let ticket = claimed_before(&kitchen).await;
    handed_back(&kitchen, ticket, NOW).await;
    let bed = Bed::start(kitchen, FakeWorkspace::with_links(&[], Script::works()));
    let failed = bed.failures.next().await;
    assert_eq!(failed.failure.kind, linkscribe::failure::Kind::Permanent(Reason::RowGone));
    assert_eq!(bed.download.len(), 0);
    bed.all_places_are_free().await;
}

#[actix::test]
async fn a_link_its_owner_corrected_meanwhile_is_the_one_that_is_fetched() {
    let kitchen = Kitchen::open().await;
    let ticket = claimed_before(&kitchen).await;
    handed_back(&kitchen, ticket, NOW).await;
    let bed =
        Bed::start(kitchen, FakeWorkspace::with_links(&["https://vimeo.com/76979871"], Script::works()));
    assert_eq!(bed.download.next().await.media.key.0, "vimeo:76979871");
    assert_eq!(bed.workspace.told(), []);
}

#[actix::test]
async fn a_row_that_went_while_another_one_was_refused_the_video_is_gone_and_not_refused() {
    let kitchen = Kitchen::open().await;
    let right = Right::Watch(MediaKey("tiktok:7".into()));
    let first = row_claimed_before(&kitchen, "row-1").await;
    assert_eq!(kitchen.store.take(first, &right).await.unwrap(), Taken::Mine);
    let sleeper = claimed_before(&kitchen).await;
    assert_eq!(kitchen.store.take(sleeper, &right).await.unwrap(), Taken::Others);
    let asleep =
        NextRun::Wait { pause: std::time::Duration::from_mins(10), waiting: Some(Waiting::SameVideo) };
    handed_back(&kitchen, sleeper, asleep).await;
    handed_back(&kitchen, first, NextRun::GiveUp(Reason::Private)).await;
    let bed = Bed::start(kitchen, FakeWorkspace::with_links(&[], Script::works()));
    let failed = bed.failures.next().await;
    assert_eq!(failed.failure.kind, linkscribe::failure::Kind::Permanent(Reason::RowGone));
    assert_eq!(bed.tell.next().await.envelope.row.page, "row-1", "the other one alone is told");
}
