//! Ten thousand databases watched by one process against a Notion that counts strictly: what that takes, printed.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]
#![expect(clippy::cast_precision_loss, reason = "figures for people")]

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use linkscribe::adapters::memory_budget::MemoryBudget;
use linkscribe::adapters::notion::{Limits, Notion, WINDOW, parse_schema};
use linkscribe::app::{App, Ports};
use linkscribe::domain::account::Kind;
use linkscribe::domain::keepsake::Keep;
use linkscribe::domain::mapping;
use linkscribe::ports::{Accounts, Journal, NewConnection, NewDatabase, Registry, Tokens};
use linkscribe::sandbox::notion::{Connection, EmulatedNotion, Exchange, RateLimit};
use sea_orm::{ConnectionTrait, Database};
use serde_json::json;
use tokio::time::Instant;

use crate::support::fakes::{FakeWorkspace, Script};
use crate::support::kitchen::Kitchen;

/// Workspaces with two people each, who have ten databases each.
const WORKSPACES: usize = 500;
const DATABASES_OF_EACH: usize = 10;
const ALL: usize = WORKSPACES * 2 * DATABASES_OF_EACH;

/// The interval that is promised.
const INTERVAL: Duration = Duration::from_mins(1);

/// How many intervals are watched.
const INTERVALS: u32 = 2;

/// How often the log of the emulated Notion is read, which remembers a thousand requests.
const LOOK: Duration = Duration::from_millis(500);

#[actix::test]
#[ignore = "prints numbers: make bench"]
async fn ten_thousand_polls_a_minute_are_printed() {
    // What goes wrong is a figure as well.
    tracing_subscriber::fmt().with_max_level(tracing::Level::WARN).init();
    let kitchen = Kitchen::open().await;
    let (cook, connection) = (kitchen.database.user, kitchen.database.connection);
    assert!(kitchen.store.remove_connection(cook, connection).await.unwrap());
    let notion = EmulatedNotion::new();
    let minute = TimeDelta::minutes(1);
    let limits = Limits::default();
    notion.set_rate_limit(Some(RateLimit { budget: limits.connection, window: minute }));
    notion.set_workspace_rate_limit(Some(RateLimit { budget: limits.workspace, window: minute }));
    let began = Instant::now();
    register_all(&kitchen, &notion).await;
    println!("{ALL} databases registered in {:.0} s", began.elapsed().as_secs_f64());
    put_in_place(&kitchen).await;

    let running = notion.serve_on_free_port().unwrap();
    let budget = Arc::new(MemoryBudget::new(WINDOW));
    let workspace = Arc::new(Notion::new(&running.url.parse().unwrap(), budget).unwrap());
    let doubles = kitchen.ports(FakeWorkspace::with_links(&[], Script::works()));
    let mut options = kitchen.options(2);
    options.poll_interval = INTERVAL;
    let cpu_before = cpu_seconds();
    let start = notion.now();
    let app = App::start(Ports { workspace: workspace.clone(), catalogue: workspace, ..doubles }, options);
    let asked = watch(&notion, INTERVAL * INTERVALS).await;
    let cpu_after = cpu_seconds();
    app.drain().await;
    running.stop().await.unwrap();

    print_polls(&asked, start);
    let spent = |name: &str| cpu_after[name] - cpu_before.get(name).copied().unwrap_or_default();
    let (service, emulated) = (spent("service"), spent("notion"));
    println!("CPU seconds: service {service:.1}, emulated Notion {emulated:.1} (build without optimisation)");
    println!("memory: {} MB resident, {} MB at most, both together", memory("VmRSS"), memory("VmHWM"));
    assert!(asked.iter().all(|one| one.status == 200), "nobody is refused");
}

async fn register_all(kitchen: &Kitchen, notion: &EmulatedNotion) {
    for number in 0..WORKSPACES {
        let one = notion.connect(&format!("Workspace {number}"));
        let other = notion.connect_beside(&one, "Other");
        for connection in [one, other] {
            register(kitchen, notion, &connection).await;
        }
    }
}

async fn register(kitchen: &Kitchen, notion: &EmulatedNotion, connection: &Connection) {
    let bot = connection.bot_id.to_string();
    let new = NewConnection {
        person: bot.clone(),
        bot,
        workspace_id: connection.workspace.to_string(),
        workspace: "Somewhere".into(),
        tokens: Tokens::lasting(connection.token.clone()),
    };
    let (user, id) = kitchen.store.keep_connection(new).await.unwrap();
    let columns = json!({
        "Name": { "title": {} }, "Link": { "url": {} },
        "Status": { "select": { "options": [{ "name": "pending" }, { "name": "completed" }] } },
    });
    for made in notion.create_databases(connection.workspace, DATABASES_OF_EACH, "Videos", &columns).unwrap()
    {
        let row = json!({ "Link": "https://video.example/1", "Status": "completed" });
        notion.add_row(made.data_source, &row).unwrap();
        let schema = parse_schema(&notion.data_source(made.data_source).unwrap()).unwrap();
        let database = NewDatabase {
            user,
            connection: id,
            kind: Kind::Link,
            tag: None,
            notion_database: made.database.to_string(),
            data_source: made.data_source.to_string(),
            title: "Videos".into(),
            mapping: mapping::propose(&schema).unwrap(),
            instructions: None,
            language: None,
            keep: Keep::None,
        };
        kitchen.store.keep_database(database).await.unwrap().unwrap();
    }
}

/// As if they had been polled for long: each database's next poll is at its own place in the interval.
async fn put_in_place(kitchen: &Kitchen) {
    let interval = i64::try_from(INTERVAL.as_millis()).unwrap();
    let now = kitchen.store.now().await.unwrap();
    let place = format!("{} + phase * {interval} / 1000000", now - now % interval);
    let raw = Database::connect(&kitchen.place.url).await.unwrap();
    let update = format!(
        "UPDATE databases SET next_poll_at = {place} + CASE WHEN {place} < {now} THEN {interval} ELSE 0 END"
    );
    raw.execute_unprepared(&update).await.unwrap();
    raw.close().await.unwrap();
}

/// Every poll that arrives within this time.
async fn watch(notion: &EmulatedNotion, time: Duration) -> Vec<Exchange> {
    let (mut asked, mut seen) = (Vec::new(), 0);
    let end = Instant::now() + time;
    let mut looks = tokio::time::interval(LOOK);
    while Instant::now() < end {
        looks.tick().await;
        let (log, total) = (notion.requests(), notion.counters().total);
        let new = usize::try_from(total - seen).unwrap();
        assert!(new <= log.len(), "the log forgot some");
        asked.extend(log[log.len() - new..].iter().filter(|one| one.path.ends_with("/query")).cloned());
        seen = total;
    }
    asked
}

fn print_polls(asked: &[Exchange], start: DateTime<Utc>) {
    let mut of_each: HashMap<&str, Vec<i64>> = HashMap::new();
    let mut seconds: BTreeMap<i64, u32> = BTreeMap::new();
    for one in asked {
        let at = (one.at - start).num_milliseconds();
        of_each.entry(&one.path).or_default().push(at);
        *seconds.entry(at / 1_000).or_default() += 1;
    }
    println!(
        "{} polls of {} databases in {} s",
        asked.len(),
        of_each.len(),
        (INTERVAL * INTERVALS).as_secs()
    );
    let minute = i64::try_from(INTERVAL.as_millis()).unwrap();
    for number in 0..i64::from(INTERVALS) {
        let within = |at: &i64| (number * minute..(number + 1) * minute).contains(at);
        let polled = of_each.values().filter(|times| times.iter().any(within)).count();
        println!("minute {}: {:.2} % asked", number + 1, polled as f64 * 100.0 / ALL as f64);
    }
    let gaps = of_each.values().flat_map(|times| times.windows(2).map(|two| two[1] - two[0]));
    println!("largest gap between two polls of one database: {:.1} s", gaps.max().unwrap() as f64 / 1e3);
    // The last second is cut off.
    let all = 0..minute / 1_000 * i64::from(INTERVALS);
    let counts: Vec<u32> = all.map(|second| seconds.get(&second).copied().unwrap_or_default()).collect();
    let average = f64::from(counts.iter().sum::<u32>()) / counts.len() as f64;
    let busiest = f64::from(*counts.iter().max().unwrap());
    println!("seconds without a poll: {}", counts.iter().filter(|count| **count == 0).count());
    println!("busiest second: {busiest} polls, {:.2} of the average {average:.1}", busiest / average);
}

/// What the threads of the emulated Notion and all others have used.
fn cpu_seconds() -> BTreeMap<&'static str, f64> {
    let mut used = BTreeMap::from([("service", 0.0), ("notion", 0.0)]);
    for task in std::fs::read_dir("/proc/self/task").unwrap() {
        // A thread may end while it is looked at.
        let Ok(stat) = std::fs::read_to_string(task.unwrap().path().join("stat")) else { continue };
        let (name, rest) = stat.rsplit_once(") ").unwrap();
        let fields: Vec<&str> = rest.split(' ').collect();
        // User and system time, in hundredths of a second.
        let ticks: f64 = fields[11].parse::<f64>().unwrap() + fields[12].parse::<f64>().unwrap();
        let whose = if name.contains("(actix-rt") { "notion" } else { "service" };
        *used.get_mut(whose).unwrap() += ticks / 100.0;
    }
    used
}

/// A line of this process's memory, in megabytes.
fn memory(line: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let found = status.lines().find_map(|one| one.strip_prefix(line)?.strip_prefix(':')).unwrap();
    found.trim().trim_end_matches(" kB").parse::<u64>().unwrap() / 1_024
}
