//! The chain with its real adapters, against a strict Notion and strict providers that fail, stall and answer half.

use std::sync::Arc;
use std::time::Duration;

use linkscribe::accounts::databases;
use linkscribe::adapters::gemini::Gemini;
use linkscribe::adapters::memory_budget::MemoryBudget;
use linkscribe::adapters::notion::{Limits, Notion, WINDOW};
use linkscribe::adapters::openai::OpenAiSpeech;
use linkscribe::adapters::vision::GoogleVision;
use linkscribe::app::{App, Ports, ResultPorts};
use linkscribe::domain::keepsake::Keep;
use linkscribe::domain::reason::Reason;
use linkscribe::domain::waiting::{Party, Waiting};
use linkscribe::messages::Register;
use linkscribe::ports::{Journal, Registry};
use linkscribe::sandbox::notion::{Capability, EmulatedNotion, Fault as NotionFault, RunningNotion};
use linkscribe::sandbox::starter;
use serde_json::json;
use uuid::Uuid;

use crate::support::PATIENCE;
use crate::support::fakes::{FakeOpener, FakeSource, Script};
use crate::support::kitchen::{Kitchen, links};

use crate::support::providers::{Fault, ProviderStandIns, Service, key};

/// How long an unanswered change may still land, in the eyes of the service.
const SETTLED: Duration = Duration::from_millis(200);

/// Longer than any answer on loopback takes on a busy machine, short enough for a test.
const BRIEF: Duration = Duration::from_secs(5);

struct World {
    kitchen: Kitchen,
    notion: EmulatedNotion,
    running: RunningNotion,
    providers: ProviderStandIns,
    source: Uuid,
    ports: Ports,
}

impl World {
    async fn open() -> Self {
        Self::around(Kitchen::open().await).await
    }

    async fn around(kitchen: Kitchen) -> Self {
        let notion = EmulatedNotion::new();
        let database = starter::open(&notion).unwrap();
        let running = notion.serve_on_free_port().unwrap();
        let providers = ProviderStandIns::start().await;
        providers.say(&[(0.0, 4.0, "Cook the soup for twenty minutes.")]);
        providers.show(&["TOMATO SOUP"]);
        // A test polls many times a second, and would spend a connection's real budget while it waits.
        let budget = Arc::new(MemoryBudget::new(WINDOW));
        let workspace = Notion::new(&running.url.parse().unwrap(), budget).unwrap();
        // What this one does it does at once, and nobody has to wait for it to land.
        let workspace = workspace.with_limits(Limits::of(100_000)).that_settles_within(SETTLED);
        let workspace = Arc::new(workspace);
        let request = Register {
            token: notion.token().into(),
            tag: None,
            database: database.database.to_string(),
            instructions: None,
            language: None,
            keep: Keep::None,
        };
        let office = linkscribe::app::adapters::office(&kitchen.store, &workspace);
        databases::register(office, request).await.unwrap().unwrap();
        let ports = Ports {
            journal: Arc::clone(&kitchen.store) as Arc<dyn Journal>,
            breakers: kitchen.store.clone(),
            accounts: kitchen.store.clone(),
            registry: Arc::clone(&kitchen.store) as Arc<dyn Registry>,
            front: None,
            workspace: workspace.clone(),
            results: ResultPorts {
                maker: workspace.clone(),
                pages: kitchen.store.clone(),
                covers: kitchen.store.clone(),
                keepsakes: kitchen.store.clone(),
            },
            catalogue: workspace,
            source: Arc::new(FakeSource(Script::works())),
            opener: Arc::new(FakeOpener(Script::works())),
            speech: Some(Arc::new(speech(&providers))),
            speech_seats: 2,
            reader: Some(Arc::new(reader(&providers))),
            reader_seats: 2,
            summary: Arc::new(gemini(&providers)),
            map: None,
            importing: None,
            hooks: None,
        };
        Self { kitchen, notion, running, providers, source: database.data_source, ports }
    }

    fn save(&self, link: &str) -> Uuid {
        self.notion.add_row(self.source, &json!({ "Link": link })).unwrap()
    }

    /// Runs the chain until all rows have ended; gives their last statuses.
    async fn run(&self, rows: &[Uuid]) -> Vec<String> {
        let app = App::start(self.ports.clone(), self.kitchen.options(4));
        let ended = |notion: &EmulatedNotion| {
            let statuses: Option<Vec<String>> = rows.iter().map(|row| notion.words(*row, "Status")).collect();
            statuses.filter(|all| all.iter().all(|one| one == "completed" || one == "failed"))
        };
        let statuses = tokio::time::timeout(PATIENCE, self.notion.until(ended)).await;
        app.drain().await;
        let shown = || rows.iter().map(|row| self.notion.page_markdown(*row).unwrap()).collect::<String>();
        statuses.unwrap_or_else(|_| panic!("not all rows have ended: {}", shown()))
    }

    async fn close(self) {
        self.providers.stop().await;
        self.running.stop().await.unwrap();
    }
}

fn speech(providers: &ProviderStandIns) -> OpenAiSpeech {
    OpenAiSpeech::new(&providers.openai_url, &key(), "whisper-1").unwrap().with_timeout(BRIEF).unwrap()
}

fn reader(providers: &ProviderStandIns) -> GoogleVision {
    GoogleVision::new(&providers.vision_url, &key()).unwrap().with_timeout(BRIEF).unwrap()
}

fn gemini(providers: &ProviderStandIns) -> Gemini {
    Gemini::new(&providers.gemini_url, &key(), "gemini-3.5-flash-lite").unwrap().with_timeout(BRIEF).unwrap()
}

#[actix::test]
async fn every_provider_that_stumbles_once_is_asked_again_and_the_row_is_completed() {
    let stumbles = [Fault::Status(500), Fault::Status(503), Fault::Stall, Fault::HalfBody, Fault::WrongJson];
    for fault in stumbles {
        let world = World::open().await;
        for service in [Service::Speech, Service::Gemini] {
            world.providers.fail_next(service, fault.clone());
        }
        let row = world.save(&links(1)[0]);
        let name = format!("{fault:?}");
        assert_eq!(world.run(&[row]).await, ["completed"], "{name}");
        for service in [Service::Speech, Service::Vision, Service::Gemini] {
            assert_eq!(world.providers.calls(service).finished, 1, "{service:?} was paid for once, {name}");
        }
        world.close().await;
    }
}

#[actix::test]
async fn a_provider_that_asks_to_wait_costs_no_attempt() {
    let world = World::open().await;
    for _ in 0..4 {
        world.providers.fail_next(Service::Gemini, Fault::Wait(429, 1));
    }
    let row = world.save(&links(1)[0]);
    // Four refusals would be too many attempts; four waits are none.
    let mut slow = world;
    slow.ports.summary = Arc::new(gemini(&slow.providers));
    let statuses = tokio::time::timeout(PATIENCE, slow.run_slowly(row)).await.unwrap();
    assert_eq!(statuses, "completed");
    slow.close().await;
}

#[actix::test]
async fn rows_wait_visibly_for_a_provider_that_is_down_and_complete_when_it_is_back() {
    let mut world = World::around(Kitchen::open_impatient().await).await;
    world.ports.summary = Arc::new(gemini(&world.providers));
    world.providers.fail_always(Service::Gemini, Fault::Status(500));
    let rows: Vec<Uuid> = links(4).iter().map(|link| world.save(link)).collect();
    let own = rows[3];
    world.notion.edit_row(own, &json!({ "Reason": "for Sunday" })).unwrap();
    let app = App::start(world.ports.clone(), world.kitchen.options(4));
    let sentence = Waiting::Down(Party::new("Gemini")).sentence();
    let reason = |notion: &EmulatedNotion, row| notion.words(row, "Reason").unwrap_or_default();
    let is_pending =
        |notion: &EmulatedNotion, row| notion.words(row, "Status").is_some_and(|now| now == "pending");
    let all_wait = |notion: &EmulatedNotion| {
        let told = rows[..3].iter().all(|row| reason(notion, *row) == sentence);
        (told && rows.iter().all(|row| is_pending(notion, *row))).then_some(())
    };
    tokio::time::timeout(PATIENCE, world.notion.until(all_wait)).await.expect("all rows wait");
    assert_eq!(reason(&world.notion, own), "for Sunday", "an owner's words stay");
    world.providers.heal(Service::Gemini);
    let all_done = |notion: &EmulatedNotion| {
        rows.iter()
            .all(|row| notion.words(*row, "Status").is_some_and(|now| now == "completed"))
            .then_some(())
    };
    tokio::time::timeout(PATIENCE, world.notion.until(all_done)).await.expect("all rows complete");
    app.drain().await;
    for service in [Service::Speech, Service::Vision, Service::Gemini] {
        assert_eq!(world.providers.calls(service).finished, 4, "{service:?} is paid for once for each row");
    }
    for row in &rows[..3] {
        assert_eq!(reason(&world.notion, *row), "", "what was said of the wait is taken back");
    }
    assert_eq!(reason(&world.notion, own), "for Sunday");
    world.close().await;
}

#[actix::test]
async fn an_account_that_is_refused_fails_at_once_with_a_sentence_in_the_row() {
    let world = World::open().await;
    world.providers.fail_always(Service::Speech, Fault::Status(401));
    let row = world.save(&links(1)[0]);
    assert_eq!(world.run(&[row]).await, ["failed"]);
    assert_eq!(world.notion.words(row, "Reason").unwrap(), Reason::ProviderAccount.sentence());
    assert_eq!(world.providers.calls(Service::Speech).started, 1);
    world.close().await;
}

#[actix::test]
async fn screen_text_that_cannot_be_read_never_stops_an_entry() {
    for fault in [Fault::Status(500), Fault::Status(403), Fault::Stall, Fault::HalfBody, Fault::NotJson] {
        let world = World::open().await;
        let name = format!("{fault:?}");
        world.providers.fail_always(Service::Vision, fault);
        let row = world.save(&links(1)[0]);
        assert_eq!(world.run(&[row]).await, ["completed"], "{name}");
        world.close().await;
    }
}

#[actix::test]
async fn a_notion_that_stumbles_at_any_request_still_gets_the_result_once() {
    let faults = [
        NotionFault::RateLimited(1),
        NotionFault::Overloaded(1),
        NotionFault::InternalError,
        NotionFault::Conflict,
        NotionFault::Reset,
        NotionFault::CutBody,
        NotionFault::AnswerLost(500),
    ];
    for fault in faults {
        let world = World::open().await;
        let row = world.save(&links(1)[0]);
        let name = format!("{fault:?}");
        world.notion.fail_next(1, "PATCH", "/v1/blocks", fault.clone());
        world.notion.fail_next(1, "PATCH", "/v1/pages", fault);
        assert_eq!(world.run(&[row]).await, ["completed"], "{name}");
        let boxes = world.notion.blocks(row).iter().filter(|block| block["type"] == "callout").count();
        assert_eq!(boxes, 1, "{name}: one section, not two");
        for service in [Service::Speech, Service::Vision, Service::Gemini] {
            assert_eq!(world.providers.calls(service).finished, 1, "{name}: {service:?} was paid for once");
        }
        world.close().await;
    }
}

#[actix::test]
async fn without_a_reason_column_the_reason_is_a_comment_and_without_comments_a_box_on_the_page() {
    for comments in [true, false] {
        let mut world = World::open().await;
        let properties =
            json!({ "Name": { "title": {} }, "Link": { "url": {} }, "Status": { "select": {} } });
        let database = world.notion.create_database("No reason", &properties).unwrap();
        world.source = database.data_source;
        if !comments {
            world.notion.take_capability(&world.notion.token(), Capability::InsertComments);
            world.notion.take_capability(&world.notion.token(), Capability::ReadComments);
        }
        let request = Register {
            token: world.notion.token().into(),
            tag: None,
            database: database.database.to_string(),
            instructions: None,
            language: None,
            keep: Keep::None,
        };
        databases::register(world.ports.office(), request).await.unwrap().unwrap();
        let row = world.save("https://soup");
        world.notion.edit_row(row, &json!({ "Link": "not a link at all" })).unwrap();
        assert_eq!(world.run(&[row]).await, ["failed"]);
        let told = if comments { world.notion.comments(row) } else { world.notion.blocks(row) };
        let told = serde_json::to_string(&told).unwrap();
        assert!(told.contains(Reason::NotALink.sentence()), "{told}");
        world.close().await;
    }
}

#[actix::test]
async fn a_verdict_whose_telling_was_lost_on_the_way_is_looked_for_and_stands_once() {
    let faults = [NotionFault::AnswerLost(500), NotionFault::AnswerLost(504), NotionFault::CutBody];
    for (comments, fault) in faults.iter().flat_map(|fault| [(true, fault), (false, fault)]) {
        let mut world = World::open().await;
        let properties =
            json!({ "Name": { "title": {} }, "Link": { "url": {} }, "Status": { "select": {} } });
        let database = world.notion.create_database("No reason", &properties).unwrap();
        world.source = database.data_source;
        if !comments {
            world.notion.take_capability(&world.notion.token(), Capability::InsertComments);
            world.notion.take_capability(&world.notion.token(), Capability::ReadComments);
        }
        let request = Register {
            token: world.notion.token().into(),
            tag: None,
            database: database.database.to_string(),
            instructions: None,
            language: None,
            keep: Keep::None,
        };
        databases::register(world.ports.office(), request).await.unwrap().unwrap();
        let row = world.save("https://soup");
        world.notion.edit_row(row, &json!({ "Link": "not a link at all" })).unwrap();
        let (method, path) = if comments { ("POST", "/v1/comments") } else { ("PATCH", "/v1/blocks") };
        world.notion.fail_next(1, method, path, fault.clone());
        let app = App::start(world.ports.clone(), world.kitchen.options(1));
        let told_to_the_end = async {
            let entries = || async { world.kitchen.store.counts().await.unwrap() };
            while !entries().await.iter().any(|(status, _)| status.is_final()) {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(PATIENCE, told_to_the_end).await.unwrap();
        app.drain().await;
        let told = if comments { world.notion.comments(row) } else { world.notion.blocks(row) };
        assert_eq!(told.len(), 1, "{fault:?}: {told:?}");
        assert!(json!(told).to_string().contains(Reason::NotALink.sentence()), "{fault:?}: {told:?}");
        assert!(world.notion.count(method, path) >= 1, "{fault:?}");
        world.close().await;
    }
}

#[actix::test]
async fn a_row_that_is_deleted_meanwhile_ends_quietly() {
    let world = World::open().await;
    let row = world.save(&links(1)[0]);
    world.providers.delay(Service::Gemini, Duration::from_millis(300));
    let app = App::start(world.ports.clone(), world.kitchen.options(1));
    world.providers.wait_for(Service::Gemini, |calls| calls.started == 1).await;
    world.notion.set_trashed(row, true).unwrap();
    let ended = async {
        let entries = || async { world.kitchen.store.counts().await.unwrap() };
        while !entries().await.iter().all(|(status, _)| status.is_final()) {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, ended).await.unwrap();
    app.drain().await;
    world.close().await;
}

impl World {
    /// Like `run` for one row that has to wait for its provider.
    async fn run_slowly(&self, row: Uuid) -> String {
        let app = App::start(self.ports.clone(), self.kitchen.options(4));
        let status = self
            .notion
            .until(|notion| notion.words(row, "Status").filter(|one| one == "completed" || one == "failed"))
            .await;
        app.drain().await;
        status
    }
}
