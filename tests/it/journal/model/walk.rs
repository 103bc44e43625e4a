//! Random walks: the real journal and the foretold one get the same requests and must give the same
//! answers and keep the same entries. So what is proven of the model is said of the code.
//!
//! A walk follows from its seed alone: `WALK_SEED=7` walks that one again.

use std::collections::VecDeque;
use std::fmt::Debug;
use std::sync::Arc;
use std::time::{Duration, Instant};

use linkscribe::adapters::store::{Store, StoreOptions};
use linkscribe::domain::entry::{Body, Enqueued, FoundRow, Lane, RunLease, Ticket};
use linkscribe::domain::link::MediaKey;
use linkscribe::domain::media::{MediaInfo, ScreenText, Transcript};
use linkscribe::domain::note::Note;
use linkscribe::domain::stage::Status;
use linkscribe::domain::waiting::Waiting;
use linkscribe::failure::Outcome;
use linkscribe::ports::{Journal, NextRun};
use sea_orm::{ConnectionTrait, DatabaseConnection};

use super::super::bench::{Bench, KEY, keys};
use super::book::{self, Next, Stale, State, Time, Verdict};
use super::mirror::{DAY, HOUR, LONG, Mirror, reason};
use super::{chance::Chance, number_from};

/// Requests in one walk: enough for an entry to be given up and asked for again.
const STEPS: usize = 40;
/// Rows in one walk: few, so that much happens to each.
const PAGES: usize = 3;
/// Tickets remembered, old ones among them.
const TICKETS: usize = 5;

/// One request.
#[derive(Debug, Clone, Copy)]
enum Request {
    Enqueue { page: usize, link: usize, lane: Lane, looked: Looked },
    Claim { dies: bool },
    Sweep { prunes: bool },
    Held(usize, Write),
}

/// When the row was looked at.
#[derive(Debug, Clone, Copy)]
enum Looked {
    LongAgo,
    Now,
    Tomorrow,
}

/// A request in the name of a claim.
#[derive(Debug, Clone, Copy)]
enum Write {
    Beat,
    /// Time passes until its lease has run out.
    RunsOut,
    IsLive,
    Status(Status),
    Media(usize),
    Note,
    Intend,
    Section(u8),
    Complete,
    FinishFailed {
        told: bool,
    },
    HandBack {
        next: Next,
        later: bool,
        tells: bool,
    },
}

/// A walk under way.
struct Walk<'a> {
    bench: &'a Bench,
    raw: &'a DatabaseConnection,
    /// Grants leases that no slow machine outlives.
    store: Arc<dyn Journal>,
    mirror: Mirror,
    tickets: VecDeque<(Ticket, book::Ticket)>,
    now: Time,
    real: i64,
}

/// Walks so many times and says what was done.
pub(super) async fn walks(bench: &Bench, name: &str, count: u64) {
    let began = Instant::now();
    let patient = StoreOptions { lease: Duration::from_hours(10), ..StoreOptions::default() };
    let store: Arc<dyn Journal> = Arc::new(Store::open_with(&bench.url, keys(KEY), patient).await.unwrap());
    let raw = bench.raw().await;
    let one = std::env::var("WALK_SEED").ok().map(|seed| seed.parse().unwrap());
    let seeds = one.map_or(1..=count, |seed: u64| seed..=seed);
    let (mut refused, mut walked) = (0, 0);
    for seed in seeds {
        raw.execute_unprepared("DELETE FROM entries").await.unwrap();
        raw.execute_unprepared("DELETE FROM media").await.unwrap();
        let mut walk = Walk {
            bench,
            raw: &raw,
            store: store.clone(),
            mirror: Mirror::new(),
            tickets: VecDeque::new(),
            now: 0,
            real: 0,
        };
        let mut chance = Chance(seed);
        let mut made = Vec::new();
        for _ in 0..STEPS {
            let request = walk.draw(&mut chance);
            made.push(request);
            match walk.make(request).await {
                Ok(was_refused) => refused += u64::from(was_refused),
                Err(parted) => panic!(
                    "{name}: the journal parts from the model, walk again with WALK_SEED={seed}\n{parted}\n{}",
                    made.iter().map(|request| format!("{request:?}")).collect::<Vec<_>>().join("\n")
                ),
            }
            walked += 1;
        }
    }
    raw.close().await.unwrap();
    println!(
        "model: {name}: {walked} requests agree, {refused} of them refused as stale, {:.1} s",
        began.elapsed().as_secs_f64()
    );
}

impl Walk<'_> {
    fn draw(&self, chance: &mut Chance) -> Request {
        let nothing_held = self.tickets.is_empty();
        match chance.below(100) {
            0..12 => Request::Enqueue {
                page: chance.below(PAGES),
                link: usize::from(chance.below(5) == 0),
                lane: if chance.below(4) == 0 { Lane::Backlog } else { Lane::New },
                looked: [Looked::LongAgo, Looked::Now, Looked::Now, Looked::Tomorrow][chance.below(4)],
            },
            12..34 => Request::Claim { dies: chance.below(3) == 0 },
            34..44 => Request::Sweep { prunes: chance.below(5) == 0 },
            _ if nothing_held => Request::Claim { dies: false },
            _ => {
                // Mostly the latest ticket, else an old one; one past the end stands for a claim never made.
                let which = if chance.below(3) > 0 { 0 } else { chance.below(self.tickets.len() + 1) };
                Request::Held(which, draw_write(chance))
            }
        }
    }

    /// Makes a request of both; tells whether it was refused, or where they part.
    async fn make(&mut self, request: Request) -> Result<bool, String> {
        self.tick().await;
        let mut refused = false;
        match request {
            Request::Enqueue { page, link, lane, looked } => self.enqueue(page, link, lane, looked).await?,
            Request::Claim { dies } => self.claim(dies).await?,
            Request::Sweep { prunes } => {
                let keep = if prunes { Duration::ZERO } else { Duration::MAX };
                let swept = self.store.sweep(keep).await.unwrap();
                let foretold = self.mirror.sweep(prunes, self.now);
                same("what was swept", (swept.rescued, swept.poisoned, swept.pruned), foretold)?;
            }
            Request::Held(which, write) => {
                let (ticket, foretold) = self.ticket(which);
                let answer = self.write(ticket, write).await?;
                let expected = self.foretell(foretold, write);
                refused = !expected;
                same("the answer", answer, expected)?;
            }
        }
        self.compare().await?;
        Ok(refused)
    }

    /// No two requests in one millisecond: what is due first is then never a matter of chance.
    async fn tick(&mut self) {
        self.now += 1;
        let before = self.real;
        while self.real <= before {
            self.real = self.store.now().await.unwrap();
        }
    }

    fn ticket(&self, which: usize) -> (Ticket, book::Ticket) {
        self.tickets.get(which).copied().unwrap_or_else(|| {
            let (ticket, foretold) = self.tickets[0];
            let lease = RunLease(ticket.lease.0 + 1);
            (Ticket { lease, ..ticket }, book::Ticket { lease: foretold.lease + 1, ..foretold })
        })
    }

    async fn enqueue(&mut self, page: usize, link: usize, lane: Lane, looked: Looked) -> Result<(), String> {
        let day = i64::try_from(Duration::from_hours(25).as_millis()).unwrap();
        let (real, foretold) = match looked {
            Looked::LongAgo => (0, 0),
            Looked::Now => (self.real, self.now),
            Looked::Tomorrow => (self.real + day, self.now + DAY + HOUR),
        };
        let row = FoundRow { lane, link: link_of(link), ..self.bench.row(&page_of(page)) };
        let queued = self.store.enqueue(&row, real).await.unwrap() == Enqueued::Queued;
        same("whether it was queued", queued, self.mirror.enqueue(page, link, lane, foretold, self.now))
    }

    async fn claim(&mut self, dies: bool) -> Result<(), String> {
        let journal = if dies { &self.bench.dying } else { &self.store };
        let claimed = journal.claim("walker").await.unwrap();
        let Some(index) = self.mirror.first_due(self.now) else {
            return same("whether something is due", claimed.is_some(), false);
        };
        let (entry, sheet) = (self.mirror.book.entries[index].clone(), &self.mirror.sheets[index]);
        let ticket = self.mirror.book.claim(index, if dies { self.now } else { LONG });
        let claimed = claimed.ok_or("something is due and nothing was claimed")?;
        same("the page claimed", claimed.page.as_str(), page_of(sheet.page).as_str())?;
        same("the lease number", claimed.ticket.lease.0, ticket.lease)?;
        same("the link", claimed.link.clone(), link_of(sheet.link))?;
        same("the attempts", claimed.attempts, entry.attempts)?;
        same("the note", claimed.note.is_some(), entry.note)?;
        same("the section", claimed.section.clone(), entry.section.map(section_of))?;
        same("the body", claimed.body, body_of(entry.body))?;
        same("the verdict", claimed.verdict, entry.verdict.map(reason))?;
        same("what it waited for", claimed.waiting.is_some(), sheet.told)?;
        same("whether it waited", claimed.waited > Duration::ZERO, sheet.since)?;
        self.tickets.push_front((claimed.ticket, ticket));
        self.tickets.truncate(TICKETS);
        Ok(())
    }

    /// What the journal says: yes or no, where no is a refusal of a stale ticket.
    async fn write(&self, ticket: Ticket, write: Write) -> Result<bool, String> {
        let key = MediaKey(
            self.tickets
                .iter()
                .find(|(known, _)| known.entry == ticket.entry)
                .map_or_else(String::new, |(_, foretold)| key_of(self.mirror.sheets[foretold.entry].page)),
        );
        let journal = &self.store;
        let outcome: Outcome<()> = match write {
            Write::IsLive => return journal.is_live(ticket).await.map_err(|error| error.to_string()),
            Write::Beat => journal.beat(ticket).await,
            Write::RunsOut => self.bench.dying.beat(ticket).await,
            Write::Status(status) => journal.set_status(ticket, status).await,
            Write::Media(0) => journal.save_info(ticket, &key, &MediaInfo::default()).await,
            Write::Media(1) => journal.save_transcript(ticket, &key, &Transcript::default()).await,
            Write::Media(_) => journal.save_screen_text(ticket, &key, &ScreenText::default()).await,
            Write::Note => journal.save_note(ticket, &Note::default()).await,
            Write::Intend => journal.intend_body(ticket).await,
            Write::Section(section) => journal.save_section(ticket, &section_of(section)).await,
            Write::Complete => journal.complete(ticket).await,
            Write::FinishFailed { told } => {
                journal.finish_failed(ticket, reason(Verdict::Refused), told).await
            }
            Write::HandBack { next, later, tells } => {
                let pause = if later { Duration::from_hours(1) } else { Duration::ZERO };
                let waiting = tells.then_some(Waiting::NoSpace);
                let next = match next {
                    Next::Retry => NextRun::Retry(pause),
                    Next::Wait => NextRun::Wait { pause, waiting },
                    Next::GiveUp(verdict) => NextRun::GiveUp(reason(verdict)),
                };
                journal.hand_back(ticket, next).await
            }
        };
        match outcome {
            Ok(()) => Ok(true),
            Err(failure) if failure.is_stale() => Ok(false),
            Err(failure) => Err(format!("{failure:?}")),
        }
    }

    fn foretell(&mut self, ticket: book::Ticket, write: Write) -> bool {
        let (mirror, now) = (&mut self.mirror, self.now);
        let outcome: Result<(), Stale> = match write {
            Write::IsLive => return mirror.book.is_live(ticket, now),
            Write::Beat => mirror.book.beat(ticket, LONG),
            Write::RunsOut => mirror.book.beat(ticket, now),
            Write::Status(status) => mirror.set_status(ticket, status),
            Write::Media(which) => mirror.save_media(ticket, which),
            Write::Note => mirror.save_note(ticket),
            Write::Intend => mirror.book.intend_body(ticket),
            Write::Section(section) => mirror.save_section(ticket, section),
            Write::Complete => mirror.complete(ticket, now),
            Write::FinishFailed { told } => mirror.finish_failed(ticket, told, now),
            Write::HandBack { next, later, tells } => {
                mirror.hand_back(ticket, next, tells, if later { now + HOUR } else { now })
            }
        };
        outcome.is_ok()
    }

    /// Every entry and every video stands in the tables as foretold.
    async fn compare(&self) -> Result<(), String> {
        let mut expected: Vec<String> = self.mirror.present().map(|(index, _)| self.line(index)).collect();
        expected.sort_unstable();
        same("the entries", kept(self.raw, self.real).await, expected)?;
        let videos = self.mirror.media.iter();
        let videos = videos.map(|(page, there)| format!("{} {there:?}", key_of(*page))).collect();
        same("the videos", kept_videos(self.raw).await, videos)?;
        Ok(())
    }

    /// An entry as [`kept`] reads it.
    fn line(&self, index: usize) -> String {
        let (entry, sheet) = (&self.mirror.book.entries[index], &self.mirror.sheets[index]);
        let state = match entry.state {
            State::Waiting => "waiting",
            State::Running => "running",
            State::Done => "done",
        };
        let verdict = entry.verdict.map(|verdict| match verdict {
            Verdict::Refused => "refused".to_owned(),
            Verdict::Crashing => "crashing".to_owned(),
        });
        let numbers = [entry.lease, entry.attempts.into(), entry.crashes.into(), body_number(entry.body)];
        let texts = [Some(link_of(sheet.link)), verdict, entry.section.map(section_of)];
        let there = [
            entry.until.is_some(),
            entry.note,
            sheet.told,
            sheet.since,
            sheet.media,
            sheet.finished.is_some(),
            entry.due <= self.now,
            sheet.lane == Lane::New,
        ];
        format!("{} {state} {} {numbers:?} {texts:?} {there:?}", page_of(sheet.page), sheet.status.name())
    }
}

/// The entries as the tables have them, a line each.
async fn kept(raw: &DatabaseConnection, now: i64) -> Vec<String> {
    let sql = "SELECT page_id, state, status, run_lease, CAST(attempts AS BIGINT) AS attempts, \
               CAST(crashes AS BIGINT) AS crashes, CAST(body AS BIGINT) AS body, link, verdict, section, \
               lease_until, note, waiting, waiting_since, media_key, finished_at, not_before, \
               CAST(lane AS BIGINT) AS lane FROM entries";
    let rows =
        raw.query_all_raw(sea_orm::Statement::from_string(raw.get_database_backend(), sql)).await.unwrap();
    let mut lines: Vec<String> = Vec::new();
    for row in rows {
        let text = |column: &str| row.try_get::<Option<String>>("", column).unwrap();
        let number = |column: &str| row.try_get::<Option<i64>>("", column).unwrap();
        let numbers = ["run_lease", "attempts", "crashes", "body"].map(|column| number(column).unwrap());
        let texts = ["link", "verdict", "section"].map(text);
        let there = [
            number("lease_until").is_some(),
            text("note").is_some(),
            text("waiting").is_some(),
            number("waiting_since").is_some(),
            text("media_key").is_some(),
            number("finished_at").is_some(),
            // What is due at once became due during the request.
            number("not_before").unwrap() < now + 60_000,
            number("lane") == Some(0),
        ];
        let names = ["page_id", "state", "status"].map(|column| text(column).unwrap());
        lines.push(format!("{} {numbers:?} {texts:?} {there:?}", names.join(" ")));
    }
    lines.sort_unstable();
    lines
}

/// The videos as the tables have them, a line each.
async fn kept_videos(raw: &DatabaseConnection) -> Vec<String> {
    let sql = "SELECT key, info, transcript, screen_text FROM media ORDER BY key";
    let rows =
        raw.query_all_raw(sea_orm::Statement::from_string(raw.get_database_backend(), sql)).await.unwrap();
    let line = |row: &sea_orm::QueryResult| {
        let text = |column: &str| row.try_get::<Option<String>>("", column).unwrap();
        let there = ["info", "transcript", "screen_text"].map(|column| text(column).is_some());
        format!("{} {there:?}", text("key").unwrap())
    };
    rows.iter().map(line).collect()
}

fn draw_write(chance: &mut Chance) -> Write {
    let later = chance.below(4) == 0;
    match chance.below(20) {
        0 => Write::Beat,
        1..4 => Write::RunsOut,
        4 => Write::IsLive,
        5 => Write::Status(Status::ALL[chance.below(5)]),
        6..8 => Write::Media(chance.below(3)),
        8..10 => Write::Note,
        10 => Write::Intend,
        11 | 12 => Write::Section(u8::try_from(chance.below(3)).unwrap()),
        13 => Write::Complete,
        14 => Write::FinishFailed { told: chance.below(2) == 0 },
        15 | 16 => Write::HandBack { next: Next::Retry, later, tells: false },
        17 | 18 => Write::HandBack { next: Next::Wait, later, tells: chance.below(2) == 0 },
        _ => Write::HandBack { next: Next::GiveUp(Verdict::Refused), later: false, tells: false },
    }
}

#[expect(clippy::needless_pass_by_value, reason = "both are made for this comparison")]
fn same<T: PartialEq + Debug>(what: &str, real: T, foretold: T) -> Result<(), String> {
    if real == foretold { Ok(()) } else { Err(format!("{what}: is {real:#?}, foretold was {foretold:#?}")) }
}

fn page_of(page: usize) -> String {
    format!("page{page}")
}

fn link_of(link: usize) -> String {
    format!("https://video.example/{link}")
}

fn key_of(page: usize) -> String {
    format!("site:{page}")
}

fn section_of(section: u8) -> String {
    format!("section{section}")
}

fn body_of(body: book::Body) -> Body {
    match body {
        book::Body::Untouched => Body::Untouched,
        book::Body::Intended => Body::Intended,
        book::Body::Written => Body::Written,
    }
}

fn body_number(body: book::Body) -> i64 {
    match body {
        book::Body::Untouched => 0,
        book::Body::Intended => 1,
        book::Body::Written => 2,
    }
}

/// How many walks.
pub(super) fn count(short: u64, long: u64) -> u64 {
    number_from("CHAOS_WALKS").unwrap_or(if super::is_long() { long } else { short })
}
