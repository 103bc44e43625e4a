//! Parties out of order: who needs them waits visibly and loses nothing, all others go on.

use std::sync::Arc;
use std::time::Duration;

use linkscribe::app::{App, Ports};
use linkscribe::domain::entry::{EntryView, FoundRow, Lane, Ticket};
use linkscribe::domain::link::MediaKey;
use linkscribe::domain::media::{At, MediaInfo, Segment, Transcript};
use linkscribe::domain::reason::Reason;
use linkscribe::domain::stage::Status;
use linkscribe::domain::waiting::{Party, Waiting};
use linkscribe::failure::Failure;
use linkscribe::ports::{Breakers, Journal, NextRun, Trouble};

use crate::support::PATIENCE;
use crate::support::fakes::{
    Behaviour, FakeModel, FakeReader, FakeSource, FakeSpeech, FakeWorkspace, Outages, Script, Told,
};
use crate::support::kitchen::{Kitchen, links};

/// A service of doubles, each of a party that may be out of order.
struct Bed {
    kitchen: Kitchen,
    workspace: Arc<FakeWorkspace>,
    outages: Outages,
    fetched: Script,
    heard: Script,
    seen: Script,
    asked: Script,
}

impl Bed {
    fn made(kitchen: Kitchen, links: &[String]) -> Self {
        let links: Vec<&str> = links.iter().map(String::as_str).collect();
        let workspace = FakeWorkspace::with_links(&links, Script::works());
        let outages = workspace.outages.clone();
        let of = |party| Script::works().of_party(party, &outages);
        let (fetched, heard, seen, asked) =
            (of("video sites"), of("OpenAI"), of("Google Vision"), of("Gemini"));
        Self { kitchen, workspace, outages, fetched, heard, seen, asked }
    }

    fn ports(&self) -> Ports {
        let mut ports = self.kitchen.ports(Arc::clone(&self.workspace));
        ports.source = Arc::new(FakeSource(self.fetched.clone()));
        ports.speech = Some(Arc::new(FakeSpeech::new(self.heard.clone())));
        ports.reader = Some(Arc::new(FakeReader(self.seen.clone())));
        ports.summary = Arc::new(FakeModel(self.asked.clone()));
        ports
    }

    fn start(&self, max_in_flight: u32) -> App {
        App::start(self.ports(), self.kitchen.options(max_in_flight))
    }

    async fn waits(&self, row: &str, party: &str) {
        let waits = Told::Waits(row.into(), Waiting::Down(Party::new(party)));
        self.workspace.until(|told| told.contains(&waits)).await;
    }

    async fn completed(&self, rows: usize) {
        let done =
            |told: &[Told], row: usize| told.contains(&Told::Status(format!("row-{row}"), Status::Completed));
        self.workspace.until(|told| (0..rows).all(|row| done(told, row))).await;
    }

    /// All entries, in the order of their rows.
    async fn entries(&self) -> Vec<EntryView> {
        let mut entries = self.kitchen.store.entries(self.kitchen.database.id, 100).await.unwrap();
        entries.sort_by(|one, other| one.page_id.cmp(&other.page_id));
        entries
    }

    /// Looks at the entries until they are as they should be.
    async fn until(&self, wanted: impl Fn(&[EntryView]) -> bool) -> Vec<EntryView> {
        let looking = async {
            loop {
                let entries = self.entries().await;
                if wanted(&entries) {
                    return entries;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        let found = tokio::time::timeout(PATIENCE, looking).await.ok();
        let stands = self.entries().await;
        found.unwrap_or_else(|| panic!("it never came to that: {stands:?}"))
    }

    async fn enqueue(&self, row: usize, link: &str) {
        let (database, page) = (self.kitchen.database.id, format!("row-{row}"));
        let found = FoundRow { database, page, link: link.into(), lane: Lane::New };
        let now = self.kitchen.store.now().await.unwrap();
        self.kitchen.store.enqueue(&found, now).await.unwrap();
    }

    /// Queues a row as an earlier process left it.
    async fn left_behind(&self, row: usize, link: &str) -> Ticket {
        self.enqueue(row, link).await;
        self.kitchen.store.claim("an earlier process").await.unwrap().unwrap().ticket
    }

    fn nobody_failed(&self) {
        let told = self.workspace.told();
        assert!(!told.iter().any(|one| matches!(one, Told::Failure(..))), "{told:?}");
    }
}

#[actix::test]
async fn a_lone_entry_waits_visibly_as_long_as_it_takes_and_pays_for_nothing_twice() {
    let bed = Bed::made(Kitchen::open_impatient().await, &links(1));
    bed.outages.begin("Gemini");
    let app = bed.start(2);
    bed.waits("row-0", "Gemini").await;
    // Far more trials than there are attempts.
    bed.asked.asked_times(6).await;
    let gemini = Some(Waiting::Down(Party::new("Gemini")));
    let entries = bed.until(|entries| entries[0].waiting == gemini).await;
    assert_eq!((entries[0].status, entries[0].attempts), (Status::Pending, 2), "only bad luck counts");
    bed.outages.end("Gemini");
    bed.completed(1).await;
    app.drain().await;
    bed.nobody_failed();
    let answered = [&bed.fetched, &bed.heard, &bed.seen, &bed.asked].map(Script::answered);
    assert_eq!(answered, [1, 1, 1, 1]);
    let entry = bed.entries().await.remove(0);
    assert_eq!((entry.status, entry.waiting, entry.attempts), (Status::Completed, None, 0));
}

#[actix::test]
async fn the_row_says_pending_again_after_each_trial_that_failed() {
    let bed = Bed::made(Kitchen::open_impatient().await, &links(1));
    bed.outages.begin("Gemini");
    let app = bed.start(2);
    bed.asked.asked_times(5).await;
    bed.until(|entries| entries[0].waiting.is_some()).await;
    app.drain().await;
    let told = bed.workspace.told();
    assert!(matches!(told.last(), Some(Told::Waits(..))), "{told:?}");
}

#[actix::test]
async fn several_entries_wait_together_and_all_complete() {
    const ROWS: usize = 5;
    let bed = Bed::made(Kitchen::open_impatient().await, &links(ROWS));
    bed.outages.begin("Gemini");
    let app = bed.start(4);
    for row in 0..ROWS {
        bed.waits(&format!("row-{row}"), "Gemini").await;
    }
    bed.outages.end("Gemini");
    bed.completed(ROWS).await;
    app.drain().await;
    bed.nobody_failed();
    assert_eq!([bed.heard.answered(), bed.asked.answered()], [ROWS, ROWS]);
}

#[actix::test]
async fn with_openai_down_who_has_a_transcript_goes_on() {
    let links = links(4);
    let bed = Bed::made(Kitchen::open_patient().await, &links);
    let ticket = bed.left_behind(3, &links[3]).await;
    let segment = Segment { start: At(0.0), end: At(4.0), text: "Cook the soup.".into() };
    let transcript = Transcript { segments: vec![segment], ..Transcript::default() };
    let key = MediaKey("tiktok:3".into());
    bed.kitchen.store.save_info(ticket, &key, &MediaInfo::default()).await.unwrap();
    bed.kitchen.store.save_transcript(ticket, &key, &transcript).await.unwrap();
    bed.kitchen.store.hand_back(ticket, NextRun::Retry(Duration::from_secs(2))).await.unwrap();
    bed.outages.begin("OpenAI");
    let app = bed.start(4);
    for row in ["row-0", "row-1", "row-2"] {
        bed.waits(row, "OpenAI").await;
    }
    let done = Told::Status("row-3".into(), Status::Completed);
    bed.workspace.until(|told| told.contains(&done)).await;
    app.drain().await;
    bed.nobody_failed();
    assert!(
        bed.heard.asked() <= 5,
        "a party out of order is left alone, not asked {} times",
        bed.heard.asked()
    );
}

#[actix::test]
async fn a_tiktok_outage_does_not_hold_back_instagram() {
    let mut saved = links(6);
    let bed = Bed::made(Kitchen::open().await, &saved);
    bed.outages.begin("TikTok");
    let app = bed.start(4);
    for row in 0..6 {
        bed.waits(&format!("row-{row}"), "TikTok").await;
    }
    saved.push("https://www.instagram.com/reel/CxYz123AbCd/".into());
    bed.workspace.save("row-6", &saved[6]);
    let done = Told::Status("row-6".into(), Status::Completed);
    bed.workspace.until(|told| told.contains(&done)).await;
    app.drain().await;
    bed.nobody_failed();
}

#[actix::test]
async fn while_the_reader_is_out_of_order_entries_go_on_without_it_and_without_asking_each_time() {
    const ROWS: usize = 6;
    let bed = Bed::made(Kitchen::open_patient().await, &links(ROWS));
    bed.outages.begin("Google Vision");
    let app = bed.start(1);
    bed.completed(ROWS).await;
    app.drain().await;
    assert_eq!(bed.seen.asked(), 3, "three failures are enough to know");
    let told = bed.workspace.told();
    assert!(!told.iter().any(|one| matches!(one, Told::Waits(..))), "{told:?}");
}

#[actix::test]
async fn while_notion_is_out_of_order_neither_polls_nor_claims_hammer_it() {
    let links = links(3);
    let bed = Bed::made(Kitchen::open_patient().await, &links);
    bed.outages.begin("Notion");
    for _ in 0..3 {
        bed.kitchen.store.trouble(&Party::notion(), Trouble::OutOfOrder).await.unwrap();
    }
    for (row, link) in links.iter().enumerate() {
        bed.enqueue(row, link).await;
    }
    let app = bed.start(4);
    let notion = Some(Waiting::Down(Party::notion()));
    bed.until(|entries| entries.iter().all(|entry| entry.waiting == notion)).await;
    // A stretch in which fifty polls would be due; a slow machine makes fewer requests, never more.
    tokio::time::sleep(Duration::from_millis(2_500)).await;
    app.drain().await;
    assert_eq!(bed.workspace.requests.asked(), 0);
    for entry in bed.entries().await {
        assert_eq!((entry.attempts, entry.status), (0, Status::Pending));
    }
}

#[actix::test]
async fn when_notion_is_back_all_go_on_by_themselves() {
    let links = links(4);
    let bed = Bed::made(Kitchen::open_impatient().await, &links);
    bed.outages.begin("Notion");
    let app = bed.start(2);
    bed.workspace.requests.asked_times(3).await;
    // Three stand in the journal already, the fourth is to be found.
    for (row, link) in links.iter().enumerate().take(3) {
        bed.enqueue(row, link).await;
    }
    bed.until(|entries| entries.iter().all(|entry| entry.waiting.is_some())).await;
    bed.workspace.requests.asked_times(8).await;
    bed.outages.end("Notion");
    bed.completed(4).await;
    app.drain().await;
    bed.nobody_failed();
    for entry in bed.entries().await {
        assert_eq!((entry.attempts, entry.waiting), (0, None));
    }
}

#[actix::test]
async fn an_entry_that_waits_for_notion_is_claimed_now_and_then_and_no_more() {
    let bed = Bed::made(Kitchen::open_impatient().await, &links(1));
    bed.outages.begin("Notion");
    let app = bed.start(2);
    bed.workspace.requests.asked_times(3).await;
    let begun = std::time::Instant::now();
    bed.enqueue(0, &links(1)[0]).await;
    bed.until(|entries| entries[0].waiting.is_some()).await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    app.drain().await;
    let pauses = begun.elapsed().as_millis() / 200;
    let claimed = async {
        loop {
            if let Some(claimed) = bed.kitchen.store.claim("test").await.unwrap() {
                return claimed;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let claimed = tokio::time::timeout(PATIENCE, claimed).await.unwrap();
    let claims = claimed.ticket.lease.0 - 1;
    let most = i64::try_from(pauses).unwrap() + 2;
    assert!((1..=most).contains(&claims), "{pauses} pauses of 200 ms, and {claims} claims");
}

#[actix::test]
async fn a_verdict_that_waits_to_be_told_survives_an_outage_of_notion() {
    let links = links(1);
    let bed = Bed::made(Kitchen::open_impatient().await, &links);
    bed.outages.begin("Notion");
    let app = bed.start(2);
    bed.workspace.requests.asked_times(3).await;
    let ticket = bed.left_behind(0, &links[0]).await;
    bed.kitchen.store.hand_back(ticket, NextRun::GiveUp(Reason::Private)).await.unwrap();
    bed.until(|entries| entries[0].waiting.is_some()).await;
    bed.workspace.requests.asked_times(8).await;
    bed.outages.end("Notion");
    bed.workspace.until(|told| told.contains(&Told::Failure("row-0".into(), Reason::Private))).await;
    let entries = bed.until(|entries| entries[0].status == Status::Failed).await;
    app.drain().await;
    assert_eq!(entries[0].reason, Some(Reason::Private));
}

#[actix::test]
async fn a_verdict_after_a_day_of_waiting_has_time_of_its_own_to_be_told() {
    let bed = Bed::made(Kitchen::open().await, &links(1));
    let ticket = bed.left_behind(0, &links(1)[0]).await;
    let waiting = Some(Waiting::Down(Party::new("OpenAI")));
    bed.kitchen.store.hand_back(ticket, NextRun::Wait { pause: Duration::ZERO, waiting }).await.unwrap();
    assert!(bed.entries().await[0].waiting_since.is_some());
    let ticket = bed.kitchen.store.claim("test").await.unwrap().unwrap().ticket;
    bed.kitchen.store.hand_back(ticket, NextRun::GiveUp(Reason::OutOfOrder)).await.unwrap();
    let claimed = bed.kitchen.store.claim("test").await.unwrap().unwrap();
    assert_eq!((claimed.verdict, claimed.waited), (Some(Reason::OutOfOrder), Duration::ZERO));
}

#[actix::test]
async fn a_download_that_is_repeated_for_a_trial_does_not_begin_the_day_of_waiting_anew() {
    let bed = Bed::made(Kitchen::open_impatient().await, &links(1));
    bed.outages.begin("OpenAI");
    let app = bed.start(2);
    let first = bed.until(|entries| entries.first().is_some_and(|entry| entry.waiting.is_some())).await;
    let fetched = bed.fetched.answered();
    bed.fetched.asked_times(fetched + 2).await;
    let later = bed.until(|entries| entries[0].waiting.is_some()).await;
    app.drain().await;
    assert_eq!(later[0].waiting_since, first[0].waiting_since);
}

#[actix::test]
async fn failed_attempts_count_from_the_last_checkpoint() {
    let stumbles = || {
        let stumble = || Behaviour::Fail(|| Failure::transient(anyhow::anyhow!("a hiccup")));
        Script::of([stumble(), stumble()])
    };
    let mut bed = Bed::made(Kitchen::open().await, &links(1));
    (bed.fetched, bed.heard, bed.asked) = (stumbles(), stumbles(), stumbles());
    let app = bed.start(1);
    bed.completed(1).await;
    app.drain().await;
    assert_eq!([bed.fetched.answered(), bed.heard.answered(), bed.asked.answered()], [3, 1, 1]);
}

#[actix::test]
async fn what_is_no_link_is_told_so_whoever_is_out_of_order() {
    let bed = Bed::made(Kitchen::open().await, &["my grandmother's soup".to_owned()]);
    let an_hour = Trouble::AsksToWait(Duration::from_hours(1));
    bed.kitchen.store.trouble(&Party::new("Gemini"), an_hour).await.unwrap();
    let app = bed.start(1);
    bed.workspace.until(|told| told.contains(&Told::Failure("row-0".into(), Reason::NotALink))).await;
    app.drain().await;
}
