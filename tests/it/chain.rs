//! The chain as a whole, with doubles in the place of the outside world and a real journal.

use std::sync::Arc;

use linkscribe::app::{App, Ports};
use linkscribe::domain::entry::{FoundRow, Lane};
use linkscribe::domain::progress::Step;
use linkscribe::domain::reason::Reason;
use linkscribe::domain::stage::{Stage, Status};
use linkscribe::domain::waiting::Waiting;
use linkscribe::failure::Failure;
use linkscribe::ports::Journal;

use crate::support::PATIENCE;
use crate::support::fakes::{
    Behaviour, FakeModel, FakeOpener, FakeReader, FakeSource, FakeSpeech, FakeWorkspace, Script, Told,
};
use crate::support::kitchen::{Kitchen, links};

/// The row's last status.
fn ended(told: &[Told], row: &str) -> Option<Result<(), Reason>> {
    told.iter().find_map(|one| match one {
        Told::Status(page, Status::Completed) if page == row => Some(Ok(())),
        Told::Failure(page, reason) if page == row => Some(Err(*reason)),
        _ => None,
    })
}

async fn run(kitchen: &Kitchen, ports: Ports, workspace: &FakeWorkspace, rows: &[&str]) {
    let app = App::start(ports, kitchen.options(2));
    workspace.until(|told| rows.iter().all(|row| ended(told, row).is_some())).await;
    app.drain().await;
    assert_eq!(leftovers(kitchen), 0, "work dirs are gone");
}

fn leftovers(kitchen: &Kitchen) -> usize {
    std::fs::read_dir(kitchen.work_root()).map(Iterator::count).unwrap_or_default()
}

#[actix::test]
async fn a_saved_link_becomes_a_filled_row_with_a_page() {
    let kitchen = Kitchen::open().await;
    let links = links(1);
    let workspace = FakeWorkspace::with_links(&[&links[0]], Script::works());
    run(&kitchen, kitchen.ports(Arc::clone(&workspace)), &workspace, &["row-0"]).await;

    let told = workspace.told();
    let last = told.iter().rev().take(2).collect::<Vec<_>>();
    assert!(matches!(last[..], [Told::Status(_, Status::Completed), Told::Values(_, 2 | 1)]), "{told:?}");
    assert_eq!(told.iter().filter(|one| matches!(one, Told::Section(..))).count(), 1);
    let entries = kitchen.store.entries(kitchen.database.id, 10).await.unwrap();
    assert_eq!(entries.iter().map(|entry| entry.status).collect::<Vec<_>>(), [Status::Completed]);
}

#[actix::test]
async fn statuses_never_go_backwards_and_the_last_one_stays_the_last() {
    let kitchen = Kitchen::open().await;
    let links = links(1);
    let workspace = FakeWorkspace::with_links(&[&links[0]], Script::works());
    run(&kitchen, kitchen.ports(Arc::clone(&workspace)), &workspace, &["row-0"]).await;
    let shown: Vec<Status> = workspace
        .told()
        .into_iter()
        .filter_map(|one| if let Told::Status(_, status) = one { Some(status) } else { None })
        .collect();
    assert!(shown.is_sorted(), "{shown:?}");
    assert_eq!(shown.last(), Some(&Status::Completed));
}

#[actix::test]
async fn with_a_writer_that_never_ends_exactly_as_many_links_are_claimed_as_may_be_in_flight() {
    const MAX_IN_FLIGHT: u32 = 5;
    let kitchen = Kitchen::open().await;
    let links = links(100);
    let links: Vec<&str> = links.iter().map(String::as_str).collect();
    let writes = Script::of((0..100).map(|_| Behaviour::Hang));
    let workspace = FakeWorkspace::with_links(&links, writes.clone());
    queue(&kitchen, &links).await;
    let app = App::start(kitchen.ports(Arc::clone(&workspace)), kitchen.options(MAX_IN_FLIGHT));
    writes.asked_times(MAX_IN_FLIGHT as usize).await;

    let counts = kitchen.store.counts().await.unwrap();
    let of = |wanted| counts.iter().find(|(status, _)| *status == wanted).map_or(0, |(_, count)| *count);
    assert_eq!(of(Status::Pending), 100 - u64::from(MAX_IN_FLIGHT));
    assert_eq!(of(Status::Saving), u64::from(MAX_IN_FLIGHT));
    assert_eq!(app.places.free.available_permits(), 0);
    app.drain().await;
    assert_eq!(leftovers(&kitchen), 0, "work dirs are gone");
    let counts = kitchen.store.counts().await.unwrap();
    assert!(counts.iter().all(|(status, _)| !status.is_final()), "nothing was lost: {counts:?}");
}

#[actix::test]
async fn a_panic_in_any_stage_fails_that_one_job_and_the_next_one_passes() {
    for stage in Stage::ALL {
        let kitchen = Kitchen::open().await;
        let links = links(2);
        let panics = || Script::of((0..3).map(|_| Behaviour::Panic));
        let writes = if stage == Stage::Write { panics() } else { Script::works() };
        let workspace = FakeWorkspace::with_links(&[&links[0]], writes);
        let mut ports = kitchen.ports(Arc::clone(&workspace));
        match stage {
            Stage::Download => ports.source = Arc::new(FakeSource(panics())),
            Stage::Transcribe => ports.speech = Some(Arc::new(FakeSpeech::new(panics()))),
            Stage::Read => ports.reader = Some(Arc::new(FakeReader(panics()))),
            Stage::Summarize => ports.summary = Arc::new(FakeModel(panics())),
            Stage::Write => {}
        }
        let app = App::start(ports, kitchen.options(2));
        workspace.until(|told| ended(told, "row-0").is_some()).await;
        // Reading never stops an entry, whatever happens to it.
        let first = if stage == Stage::Read { Ok(()) } else { Err(Reason::AttemptsExhausted) };
        assert_eq!(ended(&workspace.told(), "row-0"), Some(first), "{stage}");

        workspace.save("row-1", &links[1]);
        workspace.until(|told| ended(told, "row-1").is_some()).await;
        assert_eq!(ended(&workspace.told(), "row-1"), Some(Ok(())), "{stage}");
        app.drain().await;
        assert_eq!(leftovers(&kitchen), 0, "{stage}");
    }
}

#[actix::test]
async fn a_refusal_for_good_is_told_at_once_and_in_words() {
    let kitchen = Kitchen::open().await;
    let links = links(1);
    let workspace = FakeWorkspace::with_links(&[&links[0]], Script::works());
    let script =
        Script::of([Behaviour::Fail(|| Failure::permanent(Reason::Private, anyhow::anyhow!("private")))]);
    let mut ports = kitchen.ports(Arc::clone(&workspace));
    ports.source = Arc::new(FakeSource(script.clone()));
    run(&kitchen, ports, &workspace, &["row-0"]).await;
    assert_eq!(ended(&workspace.told(), "row-0"), Some(Err(Reason::Private)));
    assert_eq!(script.asked(), 1, "a refusal for good is not asked twice");
    let entry = &kitchen.store.entries(kitchen.database.id, 1).await.unwrap()[0];
    assert_eq!((entry.status, entry.reason), (Status::Failed, Some(Reason::Private)));
}

#[actix::test]
async fn a_stumble_is_tried_three_times_and_no_more() {
    let kitchen = Kitchen::open().await;
    let links = links(1);
    let workspace = FakeWorkspace::with_links(&[&links[0]], Script::works());
    let stumble = || Behaviour::Fail(|| Failure::transient(anyhow::anyhow!("a hiccup")));
    let script = Script::of([stumble(), stumble(), stumble(), stumble()]);
    let mut ports = kitchen.ports(Arc::clone(&workspace));
    ports.source = Arc::new(FakeSource(script.clone()));
    run(&kitchen, ports, &workspace, &["row-0"]).await;
    assert_eq!(ended(&workspace.told(), "row-0"), Some(Err(Reason::AttemptsExhausted)));
    assert_eq!(script.asked(), 3);
}

#[actix::test]
async fn what_was_paid_for_is_not_paid_for_again_when_a_later_stage_stumbles() {
    let kitchen = Kitchen::open().await;
    let links = links(1);
    let stumble = || Behaviour::Fail(|| Failure::transient(anyhow::anyhow!("a hiccup")));
    let workspace = FakeWorkspace::with_links(&[&links[0]], Script::of([stumble()]));
    let (fetched, heard, seen, asked) =
        (Script::works(), Script::works(), Script::works(), Script::of([stumble()]));
    let mut ports = kitchen.ports(Arc::clone(&workspace));
    ports.source = Arc::new(FakeSource(fetched.clone()));
    ports.speech = Some(Arc::new(FakeSpeech::new(heard.clone())));
    ports.reader = Some(Arc::new(FakeReader(seen.clone())));
    ports.summary = Arc::new(FakeModel(asked.clone()));
    run(&kitchen, ports, &workspace, &["row-0"]).await;
    assert_eq!(ended(&workspace.told(), "row-0"), Some(Ok(())));
    assert_eq!([fetched.asked(), heard.asked(), seen.asked(), asked.asked()], [1, 1, 1, 2]);
}

#[actix::test]
async fn reading_that_fails_or_is_switched_off_never_stops_an_entry() {
    let broken =
        Script::of((0..9).map(|_| Behaviour::Fail(|| Failure::transient(anyhow::anyhow!("no eyes")))));
    let readers: [Option<Arc<dyn linkscribe::ports::TextReader>>; 2] =
        [None, Some(Arc::new(FakeReader(broken)))];
    for reader in readers {
        let kitchen = Kitchen::open().await;
        let links = links(1);
        let workspace = FakeWorkspace::with_links(&[&links[0]], Script::works());
        let mut ports = kitchen.ports(Arc::clone(&workspace));
        ports.reader = reader;
        run(&kitchen, ports, &workspace, &["row-0"]).await;
        assert_eq!(ended(&workspace.told(), "row-0"), Some(Ok(())));
    }
}

#[actix::test]
async fn a_link_that_is_none_is_told_so() {
    let kitchen = Kitchen::open().await;
    let workspace = FakeWorkspace::with_links(&["my grandmother's soup"], Script::works());
    run(&kitchen, kitchen.ports(Arc::clone(&workspace)), &workspace, &["row-0"]).await;
    assert_eq!(ended(&workspace.told(), "row-0"), Some(Err(Reason::NotALink)));
}

#[actix::test]
async fn an_unopenable_file_is_told_so() {
    let kitchen = Kitchen::open().await;
    let links = links(1);
    let workspace = FakeWorkspace::with_links(&[&links[0]], Script::works());
    let junk =
        Script::of([Behaviour::Fail(|| Failure::permanent(Reason::Unreadable, anyhow::anyhow!("junk")))]);
    let mut ports = kitchen.ports(Arc::clone(&workspace));
    ports.opener = Arc::new(FakeOpener(junk));
    run(&kitchen, ports, &workspace, &["row-0"]).await;
    assert_eq!(ended(&workspace.told(), "row-0"), Some(Err(Reason::Unreadable)));
}

/// Doubles that count: how often somebody followed a link or fetched a video, listened, read, and made a note.
fn counted(kitchen: &Kitchen, workspace: &Arc<FakeWorkspace>) -> (Ports, [Script; 4]) {
    let scripts: [Script; 4] = std::array::from_fn(|_| Script::works());
    let mut ports = kitchen.ports(Arc::clone(workspace));
    ports.source = Arc::new(FakeSource(scripts[0].clone()));
    ports.speech = Some(Arc::new(FakeSpeech::new(scripts[1].clone())));
    ports.reader = Some(Arc::new(FakeReader(scripts[2].clone())));
    ports.summary = Arc::new(FakeModel(scripts[3].clone()));
    (ports, scripts)
}

/// Queues the rows before the service starts, so that all of them wait when the first one is worked on.
async fn queue(kitchen: &Kitchen, links: &[&str]) {
    for (row, link) in links.iter().enumerate() {
        let found = FoundRow {
            database: kitchen.database.id,
            page: format!("row-{row}"),
            link: (*link).to_owned(),
            lane: Lane::New,
        };
        kitchen.store.enqueue(&found, 0).await.unwrap();
    }
}

#[actix::test]
async fn a_short_link_is_followed_once_and_its_video_is_watched_once() {
    let kitchen = Kitchen::open().await;
    let short = "https://vm.tiktok.com/ZMabc/";
    let long = "https://www.tiktok.com/@cook/video/7?_t=x";
    let workspace = FakeWorkspace::with_links(&[short, short, long, short], Script::works());
    let (ports, scripts) = counted(&kitchen, &workspace);
    run(&kitchen, ports, &workspace, &["row-0", "row-1", "row-2", "row-3"]).await;
    for row in ["row-0", "row-1", "row-2", "row-3"] {
        assert_eq!(ended(&workspace.told(), row), Some(Ok(())), "{row}");
    }
    assert_eq!(
        scripts.map(|script| script.asked()),
        [2, 1, 1, 1],
        "followed and fetched, heard, read, summarized"
    );
}

#[actix::test]
async fn a_short_link_that_leads_nowhere_is_told_to_all_who_saved_it() {
    let kitchen = Kitchen::open().await;
    let short = "https://vm.tiktok.com/ZMabc/";
    let workspace = FakeWorkspace::with_links(&[short, short, short], Script::works());
    let gone = Script::of([Behaviour::Fail(|| Failure::permanent(Reason::Deleted, anyhow::anyhow!("404")))]);
    let mut ports = kitchen.ports(Arc::clone(&workspace));
    ports.source = Arc::new(FakeSource(gone.clone()));
    queue(&kitchen, &[short, short, short]).await;
    run(&kitchen, ports, &workspace, &["row-0", "row-1", "row-2"]).await;
    for row in ["row-0", "row-1", "row-2"] {
        assert_eq!(ended(&workspace.told(), row), Some(Err(Reason::Deleted)), "{row}");
    }
    assert_eq!(gone.asked(), 1, "one asked for all");
}

#[actix::test]
async fn whoever_comes_while_a_video_is_watched_waits_without_an_attempt_and_says_what_for() {
    let kitchen = Kitchen::open().await;
    let links = links(1);
    let gate = Arc::new(tokio::sync::Semaphore::new(0));
    let workspace = FakeWorkspace::with_links(&[&links[0], &links[0]], Script::works());
    let (mut ports, mut scripts) = counted(&kitchen, &workspace);
    scripts[0] = Script::of([Behaviour::Hold(Arc::clone(&gate))]);
    ports.source = Arc::new(FakeSource(scripts[0].clone()));
    let app = App::start(ports, kitchen.options(2));
    let mut steps = app.watchers.subscribe();
    let waits = async {
        loop {
            if let Step::Waits(_, _, waiting) = steps.recv().await.unwrap().step {
                return waiting;
            }
        }
    };
    let waiting = tokio::time::timeout(PATIENCE, waits).await.unwrap();
    assert_eq!(waiting, Waiting::SameVideo);
    let entries = kitchen.store.entries(kitchen.database.id, 10).await.unwrap();
    let sleeper = entries.iter().find(|entry| entry.status == Status::Pending).unwrap();
    assert_eq!((sleeper.attempts, sleeper.waiting.clone()), (0, Some(Waiting::SameVideo)));
    assert!(!workspace.told().iter().any(|told| matches!(told, Told::Waits(..))), "no row is bothered");
    gate.add_permits(1);
    workspace.until(|told| ["row-0", "row-1"].iter().all(|row| ended(told, row).is_some())).await;
    app.drain().await;
    assert_eq!(scripts.map(|script| script.asked()), [1, 1, 1, 1]);
}

#[actix::test]
async fn what_could_not_be_read_is_not_tried_again_by_all_who_waited() {
    let kitchen = Kitchen::open().await;
    let links = links(1);
    let all: Vec<&str> = std::iter::repeat_n(links[0].as_str(), 5).collect();
    let workspace = FakeWorkspace::with_links(&all, Script::works());
    let (mut ports, scripts) = counted(&kitchen, &workspace);
    let blind =
        Script::of((0..9).map(|_| Behaviour::Fail(|| Failure::transient(anyhow::anyhow!("no eyes")))));
    ports.reader = Some(Arc::new(FakeReader(blind.clone())));
    let rows = ["row-0", "row-1", "row-2", "row-3", "row-4"];
    queue(&kitchen, &all).await;
    run(&kitchen, ports, &workspace, &rows).await;
    assert!(rows.iter().all(|row| ended(&workspace.told(), row) == Some(Ok(()))));
    assert_eq!((scripts[0].asked(), scripts[1].asked(), blind.asked()), (1, 1, 1));
}

#[actix::test]
async fn a_video_is_fetched_once_where_nobody_listens_or_reads() {
    let kitchen = Kitchen::open().await;
    let links = links(1);
    let workspace = FakeWorkspace::with_links(&[&links[0]], Script::works());
    let (mut ports, scripts) = counted(&kitchen, &workspace);
    (ports.speech, ports.reader) = (None, None);
    let app = App::start(ports, kitchen.options(2));
    for row in ["row-0", "row-1", "row-2"] {
        if row != "row-0" {
            workspace.save(row, &links[0]);
        }
        workspace.until(|told| ended(told, row) == Some(Ok(()))).await;
    }
    app.drain().await;
    assert_eq!(scripts[0].asked(), 1);
}
