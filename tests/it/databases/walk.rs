//! Random edits of an owner between the requests of runs, repeated runs and runs that stumble: every one of them stands
//! at the end, and no section of ours is doubled.
//!
//! Left out is what two seconds allow: cells between the last look at a row and the request that was decided on it, and a
//! section between the look at it and its removal. `LINKSCRIBE_WALK_SEED` repeats another walk.

use std::collections::BTreeMap;
use std::io::Write;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use linkscribe::domain::breaker::Pauses;
use linkscribe::domain::note::{Answer, Question};
use linkscribe::failure::Outcome;
use linkscribe::ports::SummaryModel;
use linkscribe::sandbox::notion::{EmulatedNotion, Fault};
use serde_json::{Value, json};
use uuid::Uuid;

use super::house::{Doubles, House};
use super::rerun::{copied, paragraph};
use crate::journal::model::chance::Chance;
use crate::support::fakes::{FakeSource, Script};

/// Rows whose owner edits, each with a video of its own.
const ROWS: usize = 10;

/// Runs of each row; the last one stumbles over nothing.
const RUNS: usize = 4;

/// What a model says of a column, one answer after the other: another run has another answer.
const ANSWERS: [(&str, [&str; 2]); 4] = [
    ("Recipe", ["Cook the soup", "Tomato soup"]),
    ("Dish", ["Soup", "Tomato"]),
    ("Kind", ["Soup", "Tomato"]),
    ("Topics", ["Soup", "Tomato"]),
];

/// Answers differently in each run of all rows, in whatever order they come to it.
struct Fickle(Mutex<usize>);

#[async_trait]
impl SummaryModel for Fickle {
    fn name(&self) -> String {
        "a fickle model".into()
    }

    async fn answer(&self, question: &Question) -> Outcome<Answer> {
        let turn = {
            let mut asked = self.0.lock().unwrap();
            *asked += 1;
            (*asked - 1) / ROWS % 2
        };
        let mut values = BTreeMap::new();
        for (key, column) in &question.columns {
            let said = ANSWERS.iter().find(|(name, _)| *name == column.name).map(|(_, said)| said[turn]);
            match (column.name.as_str(), said) {
                ("Minutes", _) => drop(values.insert(key.clone(), json!(20))),
                ("Topics", Some(said)) => drop(values.insert(key.clone(), json!([said]))),
                (_, Some(said)) => drop(values.insert(key.clone(), json!(said))),
                _ => {}
            }
        }
        let title = ["Tomato soup", "Soup"][turn].into();
        Ok(Answer { title, summary: "A soup.".into(), values, engine: self.name(), ..Answer::default() })
    }
}

/// What was done, for the test's own words.
#[derive(Debug, Default, Clone, Copy)]
struct Counts {
    boundaries: usize,
    cells: usize,
    emptied: usize,
    reasons: usize,
    notes: usize,
    copies: usize,
    moves: usize,
    stumbles: usize,
}

/// The owner of a row: what they do, and what has to stand.
struct Owner {
    chance: Chance,
    cells: BTreeMap<&'static str, String>,
    notes: Vec<String>,
    copies: Vec<Uuid>,
    /// Whether they move sections and requests stumble: not in the last run.
    is_wild: bool,
    edits: usize,
}

/// All rows with their owners.
#[derive(Default)]
struct Owners {
    rows: BTreeMap<Uuid, Owner>,
    counts: Counts,
}

fn id(block: &Value) -> Uuid {
    block["id"].as_str().unwrap().parse().unwrap()
}

/// All blocks of a page, however deep.
fn all(blocks: &[Value]) -> Vec<Value> {
    let inside = |block: &Value| all(block["children"].as_array().map(Vec::as_slice).unwrap_or_default());
    blocks.iter().flat_map(|block| std::iter::once(block.clone()).chain(inside(block))).collect()
}

/// The boxes that carry our link.
fn sections(blocks: &[Value]) -> Vec<Value> {
    let leads = |block: &Value| block["callout"]["rich_text"].to_string().contains("/entries/");
    all(blocks).into_iter().filter(leads).collect()
}

/// Whether nobody but its maker had a hand in a block.
fn is_untouched(block: &Value, maker: &Value) -> bool {
    all(std::slice::from_ref(block))
        .iter()
        .all(|block| block["created_by"]["id"] == *maker && block["last_edited_by"]["id"] == *maker)
}

impl Owners {
    /// Something happens before this request, or nothing.
    fn act(&mut self, notion: &EmulatedNotion, method: &str, path: &str) {
        let Some(asked) = path.split('/').nth(3).and_then(|id| id.parse::<Uuid>().ok()) else { return };
        let on_it =
            |row: &Uuid| *row == asked || all(&notion.blocks(*row)).iter().any(|one| id(one) == asked);
        let Some(row) = self.rows.keys().copied().find(on_it) else { return };
        let Owner { chance, .. } = self.rows.get_mut(&row).unwrap();
        self.counts.boundaries += 1;
        let writes_row = method == "PATCH" && path.starts_with("/v1/pages");
        let inside_a_look =
            asked != row && path.starts_with("/v1/blocks") && path != format!("/v1/blocks/{asked}");
        let removes = method == "DELETE";
        for _ in 0..chance.below(3) {
            let owner = self.rows.get_mut(&row).unwrap();
            match owner.chance.below(8) {
                0..4 if !writes_row => owner.edit_cell(notion, row, &mut self.counts),
                4 | 5 if !inside_a_look && !removes => owner.write_note(notion, row, &mut self.counts),
                6 if !inside_a_look && !removes => owner.copy_or_move(notion, row, &mut self.counts),
                7 if owner.is_wild => owner.stumble(notion, method, path, &mut self.counts),
                _ => {}
            }
        }
    }
}

impl Owner {
    fn new(seed: u64) -> Self {
        let chance = Chance(seed);
        let (cells, notes, copies) = (BTreeMap::new(), Vec::new(), Vec::new());
        Self { chance, cells, notes, copies, is_wild: true, edits: 0 }
    }

    fn edit_cell(&mut self, notion: &EmulatedNotion, row: Uuid, counts: &mut Counts) {
        const COLUMNS: [&str; 9] =
            ["Name", "Minutes", "Recipe", "Dish", "Kind", "Topics", "Site", "Day", "Reason"];
        self.edits += 1;
        let column = COLUMNS[self.chance.below(COLUMNS.len())];
        // Rarely each: what is theirs once is hardly written again.
        if self.chance.below(3) > 0 {
            return;
        }
        let number = self.edits;
        let empties = column != "Kind" && self.chance.below(3) == 0;
        let value = match column {
            _ if empties => Value::Null,
            "Minutes" => json!(1_000 + number),
            "Dish" | "Kind" => json!("Stew"),
            "Topics" => json!(["Stew"]),
            "Site" => json!(format!("https://mine.example/{number}")),
            "Day" => json!(format!("2020-01-{:02}", 1 + number % 28)),
            _ => json!(format!("mine {number}")),
        };
        notion.edit_row(row, &json!({ column: value })).unwrap();
        if empties {
            // An emptied column is filled again.
            counts.emptied += 1;
            self.cells.remove(column);
        } else {
            counts.cells += 1;
            counts.reasons += usize::from(column == "Reason");
            self.cells.insert(column, notion.words(row, column).unwrap());
        }
    }

    fn write_note(&mut self, notion: &EmulatedNotion, row: Uuid, counts: &mut Counts) {
        let sections = sections(&notion.blocks(row));
        if sections.is_empty() || self.chance.below(3) > 0 {
            return;
        }
        self.edits += 1;
        let note = format!("note {} of {row}.", self.edits);
        let section = id(&sections[self.chance.below(sections.len())]);
        notion.write_blocks(section, &paragraph(&note)).unwrap();
        self.notes.push(note);
        counts.notes += 1;
    }

    fn copy_or_move(&mut self, notion: &EmulatedNotion, row: Uuid, counts: &mut Counts) {
        let blocks = notion.blocks(row);
        let sections = sections(&blocks);
        if sections.is_empty() {
            return;
        }
        let section = &sections[self.chance.below(sections.len())];
        let toggle = blocks.iter().find(|block| block["type"] == "toggle");
        match (self.chance.below(4), toggle) {
            (0, _) if self.copies.len() < 3 => {
                notion.write_blocks(row, &copied(section)).unwrap();
                self.copies.push(id(notion.blocks(row).last().unwrap()));
                counts.copies += 1;
            }
            (1, Some(toggle)) if self.is_wild => {
                notion.move_block(id(section), id(toggle));
                counts.moves += 1;
            }
            (2, _) if self.is_wild => {
                notion.move_block(id(section), row);
                counts.moves += 1;
            }
            (3, None) => {
                let toggle = json!([{ "type": "toggle", "toggle": { "rich_text": [] } }]);
                notion.write_blocks(row, &toggle).unwrap();
            }
            _ => {}
        }
    }

    fn stumble(&mut self, notion: &EmulatedNotion, method: &str, path: &str, counts: &mut Counts) {
        if self.chance.below(4) > 0 {
            return;
        }
        let faults = [Fault::AnswerLost(504), Fault::CutBody, Fault::Unavailable, Fault::RateLimited(0)];
        notion.fail_next(1, method, path, faults[self.chance.below(faults.len())].clone());
        counts.stumbles += 1;
    }

    /// Everything they did is there, and of ours one section.
    fn all_stands(&self, notion: &EmulatedNotion, row: Uuid, bot: &Value) {
        for (column, theirs) in &self.cells {
            assert_eq!(notion.words(row, column).as_ref(), Some(theirs), "{column} of {row}");
        }
        let blocks = notion.blocks(row);
        let body = json!(blocks).to_string();
        for note in &self.notes {
            assert!(body.contains(note.as_str()), "{note} is lost");
        }
        let sections = sections(&blocks);
        for copy in &self.copies {
            assert!(sections.iter().any(|section| id(section) == *copy), "a copy in {row} is lost");
        }
        let ours = sections.iter().filter(|section| is_untouched(section, bot)).count();
        assert!(ours <= 1, "{ours} sections of ours on {row}");
        assert!(!sections.is_empty(), "no section on {row}");
    }
}

#[actix::test]
async fn whatever_its_owner_does_between_any_two_requests_stands_and_no_section_is_doubled() {
    let seed = std::env::var("LINKSCRIBE_WALK_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(7);
    let doubles = Doubles::of(Arc::new(FakeSource(Script::works())));
    // Whatever stumbles, Notion is not left alone for long.
    let moment = Duration::from_millis(100);
    let pauses = Pauses { first: moment, longest: moment, trial: moment };
    let doubles = Doubles { summary: Arc::new(Fickle(Mutex::new(0))), pauses, ..doubles };
    let house = House::open_of(doubles).await;
    let ada = house.person("Ada").await;
    let options = || json!({ "options": [{ "name": "Salad" }, { "name": "Soup" }, { "name": "Tomato" }, { "name": "Stew" }] });
    let columns = json!({
        "Name": { "title": {} }, "Link": { "url": {} }, "Status": { "select": { "options": [] } },
        "Reason": { "rich_text": {} }, "Minutes": { "number": {} }, "Recipe": { "rich_text": {} },
        "Dish": { "select": options() }, "Kind": { "status": options() }, "Topics": { "multi_select": options() },
        "Site": { "url": {} }, "Day": { "date": {} },
    });
    let made = house.database(&ada, "Links", &columns);
    house.adopt(&ada, made.database).await;
    let owners = Arc::new(Mutex::new(Owners::default()));
    let meddling = owners.clone();
    house.notion.meddle(move |notion, method, path| meddling.lock().unwrap().act(notion, method, path));
    let mut rows = Vec::new();
    for number in 0..ROWS {
        let link = format!("https://www.tiktok.com/@cook/video/{}", 100 + number);
        let mut owners = owners.lock().unwrap();
        let row = house.notion.add_row(made.data_source, &json!({ "Link": link })).unwrap();
        owners.rows.insert(row, Owner::new(seed + number as u64));
        rows.push(row);
    }
    let mut overwritten = 0;
    for run in 1..=RUNS {
        if run == RUNS {
            owners.lock().unwrap().rows.values_mut().for_each(|owner| owner.is_wild = false);
            house.notion.clear_faults();
        }
        let recipes = |row: &Uuid| house.notion.words(*row, "Recipe").unwrap_or_default();
        let before: Vec<String> = rows.iter().map(recipes).collect();
        for row in rows.iter().filter(|_| run > 1) {
            house.notion.edit_row(*row, &json!({ "Status": "pending" })).unwrap();
        }
        for (row, before) in rows.iter().zip(before) {
            let ends = |status: &str| status == "completed" || (run < RUNS && status == "failed");
            house.until(|notion| ends(&notion.words(*row, "Status")?).then_some(())).await;
            let (is_ours, after) = (|words: &str| ANSWERS[0].1.contains(&words), recipes(row));
            overwritten += usize::from(is_ours(&before) && before != after && is_ours(&after));
        }
    }
    all_stands(&house, &owners.lock().unwrap(), seed, overwritten);
    house.close().await;
}

/// What the owners did stands, and enough of everything was done.
fn all_stands(house: &House, owners: &Owners, seed: u64, overwritten: usize) {
    let bot = json!(house.notion.requests().iter().rev().find_map(|request| request.bot).unwrap());
    for (row, owner) in &owners.rows {
        owner.all_stands(&house.notion, *row, &bot);
    }
    let Counts { boundaries, cells, copies, notes, moves, reasons, stumbles, .. } = owners.counts;
    // Past the test harness, which keeps the words of tests that pass to itself.
    let told = format!(
        "walk {seed}: {} runs, {overwritten} texts of ours refreshed, {:?}\n",
        ROWS * RUNS,
        owners.counts
    );
    std::io::stderr().write_all(told.as_bytes()).unwrap();
    assert!(boundaries > 200 && cells > 20 && notes > 8 && overwritten > 1, "{told}");
    assert!([copies, moves, reasons, stumbles].iter().all(|count| *count > 1), "{told}");
}
