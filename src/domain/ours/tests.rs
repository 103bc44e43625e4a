//! Whatever people and runs do to a row, in whatever order: what a person put in last is never replaced.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::cell::Cell;
use std::collections::BTreeMap;
use std::io::Write;

use proptest::prelude::*;
use proptest::test_runner::TestRunner;

use super::*;
use crate::domain::note::Evidence;

fn print_of(text: &str) -> Fingerprint {
    Fingerprint::of("rich_text", text)
}

fn held_text(text: &str) -> Held {
    Held { kind: "rich_text".into(), fingerprint: print_of(text), empty: text.is_empty(), is_box: false }
}

fn held_box(ticked: bool) -> Held {
    let fingerprint = Fingerprint::of("checkbox", &ticked.to_string());
    Held { kind: "checkbox".into(), fingerprint, empty: !ticked, is_box: true }
}

fn held_status(name: &str) -> Held {
    let fingerprint = Fingerprint::of("status", name);
    Held { kind: "status".into(), fingerprint, empty: false, is_box: false }
}

fn shown(value: &Value) -> Option<Held> {
    match value {
        Value::Text(text) => Some(held_text(text)),
        Value::Checkbox(ticked) => Some(held_box(*ticked)),
        Value::Status(name) => Some(held_status(name)),
        _ => None,
    }
}

fn filled(column: &str, value: Value) -> Filled {
    Filled {
        column: column.to_owned(),
        name: column.to_owned(),
        value,
        evidence: Evidence::Whole,
        unset: None,
    }
}

/// A row as its workspace keeps it: texts, and one box.
#[derive(Debug, Clone, Default)]
struct Row {
    texts: BTreeMap<String, String>,
    ticked: bool,
}

impl Row {
    fn held(&self) -> BTreeMap<String, Held> {
        let texts = self.texts.iter().map(|(column, text)| (column.clone(), held_text(text)));
        texts.chain([("box".to_owned(), held_box(self.ticked))]).collect()
    }

    fn write(&mut self, values: &BTreeMap<String, Value>) {
        for (column, value) in values {
            match value {
                Value::Text(text) => drop(self.texts.insert(column.clone(), text.clone())),
                Value::Checkbox(ticked) => self.ticked = *ticked,
                _ => {}
            }
        }
    }
}

/// Something that happens to a row.
#[derive(Debug, Clone)]
enum Deed {
    /// A run writes this text, and a tick where it has an answer for the box. Its owner may work in the row while it
    /// keeps the intent. It may die before it writes, or before it can say that it wrote.
    Run { text: u8, tick: Option<bool>, meanwhile: Vec<Edit>, dies: Option<bool> },
    /// The owner works in the row.
    Edit(Edit),
}

#[derive(Debug, Clone)]
enum Edit {
    /// Writes into a column, or empties it.
    Write { column: u8, text: Option<u8> },
    /// Ticks or unticks the box.
    Tick(bool),
}

fn edit() -> impl Strategy<Value = Edit> {
    prop_oneof![
        2 => (0_u8..3, any::<Option<u8>>()).prop_map(|(column, text)| Edit::Write { column, text }),
        1 => any::<bool>().prop_map(Edit::Tick),
    ]
}

fn deed() -> impl Strategy<Value = Deed> {
    let run =
        (any::<u8>(), any::<Option<bool>>(), prop::collection::vec(edit(), 0..3), any::<Option<bool>>());
    prop_oneof![
        run.prop_map(|(text, tick, meanwhile, dies)| Deed::Run { text, tick, meanwhile, dies }),
        edit().prop_map(Deed::Edit),
    ]
}

const COLUMNS: [&str; 3] = ["a", "b", "c"];

fn column(number: u8) -> String {
    COLUMNS.get(usize::from(number)).copied().unwrap_or_default().to_owned()
}

/// How many stories are made up.
const STORIES: u32 = 2_000;

#[test]
fn any_interleaving_of_edits_and_runs_keeps_every_edit() {
    let (edits, runs) = (Cell::new(0), Cell::new(0));
    let stories = prop::collection::vec(deed(), 1..20);
    let told = TestRunner::new(ProptestConfig::with_cases(STORIES)).run(&stories, |deeds| {
        for deed in &deeds {
            match deed {
                Deed::Run { meanwhile, .. } => {
                    runs.set(runs.get() + 1);
                    edits.set(edits.get() + meanwhile.len());
                }
                Deed::Edit(_) => edits.set(edits.get() + 1),
            }
        }
        every_edit_stands(deeds)
    });
    told.unwrap();
    // Past the test harness, which keeps the words of tests that pass to itself.
    let counts =
        format!("rows: {STORIES} stories, {} edits, {} runs, 0 edits lost\n", edits.get(), runs.get());
    std::io::stderr().write_all(counts.as_bytes()).unwrap();
}

/// A row, what is remembered of it, and what its owner put in last.
struct Story {
    row: Row,
    known: Written,
    theirs: BTreeMap<String, String>,
    /// How their box stands, once they changed it.
    their_box: Option<bool>,
    /// How it stood before they did, while no run has looked since: put back to that it tells nobody anything.
    box_before: Option<bool>,
}

impl Story {
    fn edit(&mut self, edit: &Edit) {
        match edit {
            Edit::Write { column: number, text } => {
                let text = text.map(|text| format!("mine {text}")).unwrap_or_default();
                self.row.texts.insert(column(*number), text.clone());
                self.theirs.insert(column(*number), text);
            }
            Edit::Tick(ticked) => {
                let ticked = *ticked;
                if self.their_box.is_none() {
                    self.box_before = Some(self.row.ticked);
                }
                let untold = self.box_before == Some(ticked);
                self.their_box = (!untold).then_some(ticked);
                self.row.ticked = ticked;
            }
        }
    }

    fn run(&mut self, text: u8, tick: Option<bool>, meanwhile: &[Edit], dies: Option<bool>) {
        let text = Value::Text(format!("ours {text}"));
        let mut values: Vec<Filled> = COLUMNS.iter().map(|column| filled(column, text.clone())).collect();
        values.extend(tick.map(|ticked| filled("box", Value::Checkbox(ticked))));
        let before = self.known.clone();
        let mut planned = self.look(&values, &before);
        // It took long: the row is looked at once more, and nothing lies between that and the writing.
        let took_long = !meanwhile.is_empty();
        for edit in meanwhile {
            self.edit(edit);
        }
        if took_long {
            planned = self.look(&values, &before.after(&planned.written));
        }
        if dies != Some(false) {
            self.row.write(&planned.values);
        }
        if dies.is_none() {
            self.known = Written { settled: self.known.intended.clone(), ..Written::default() };
        }
    }

    fn look(&mut self, values: &[Filled], before: &Written) -> Plan {
        if self.their_box.is_some() {
            self.box_before = None;
        }
        let planned = plan(values, &self.row.held(), before, shown);
        self.known = planned.written.clone();
        planned
    }
}

fn every_edit_stands(deeds: Vec<Deed>) -> Result<(), TestCaseError> {
    let texts = COLUMNS.iter().map(|name| ((*name).to_owned(), String::new())).collect();
    let mut story = Story {
        row: Row { texts, ticked: false },
        known: Written::default(),
        theirs: BTreeMap::new(),
        their_box: None,
        box_before: None,
    };
    for deed in deeds {
        match deed {
            Deed::Edit(edit) => story.edit(&edit),
            Deed::Run { text, tick, meanwhile, dies } => story.run(text, tick, &meanwhile, dies),
        }
        for (column, text) in &story.theirs {
            // A column that its owner emptied is filled again.
            let stands = text.is_empty() || story.row.texts.get(column) == Some(text);
            prop_assert!(stands, "{column} held {text}");
        }
        if let Some(ticked) = story.their_box {
            prop_assert_eq!(story.row.ticked, ticked);
        }
    }
    Ok(())
}

#[test]
fn a_box_that_its_owner_changed_once_is_theirs_whatever_it_shows_later() {
    let mut known = Written::default();
    let mut run = |answer: bool, row: bool| {
        let row = [("box".to_owned(), held_box(row))].into();
        let plan = plan(&[filled("box", Value::Checkbox(answer))], &row, &known, shown);
        known = Written { settled: plan.written.intended, ..Written::default() };
        plan.values.get("box").cloned()
    };
    assert_eq!(run(true, false), Some(Value::Checkbox(true)));
    assert_eq!(run(false, true), Some(Value::Checkbox(false)), "ours is refreshed");
    assert_eq!(run(true, true), None, "they ticked it");
    for (answer, row) in [(true, false), (false, true), (true, false)] {
        assert_eq!(run(answer, row), None);
    }
}

#[test]
fn a_column_of_another_type_takes_nothing_and_is_told() {
    let row = [("a".into(), held_box(false)), ("b".into(), held_text(""))].into();
    let mut values: Vec<Filled> =
        ["a", "b", "gone"].map(|column| filled(column, Value::Text("new".into()))).into();
    let plan = plan(&values, &row, &Written::default(), shown);
    assert_eq!(plan.values.keys().map(String::as_str).collect::<Vec<_>>(), ["b"]);
    let told = misfits(&mut values, &row, shown);
    assert_eq!(told.iter().map(|filled| filled.column.as_str()).collect::<Vec<_>>(), ["a"]);
    assert_eq!(values.len(), 2);
}

#[test]
fn what_we_wrote_is_refreshed_and_what_its_owner_changed_is_not() {
    let ours = Fingerprint::of("rich_text", "old");
    let known =
        Written { settled: [("a".into(), ours.clone()), ("b".into(), ours)].into(), ..Written::default() };
    let row = [("a", "old"), ("b", "mine"), ("c", "")]
        .map(|(column, text)| (column.to_owned(), held_text(text)))
        .into();
    let new = |column: &str| filled(column, Value::Text("new".into()));
    let plan = plan(&[new("a"), new("b"), new("c"), new("gone")], &row, &known, shown);
    assert_eq!(plan.values.keys().map(String::as_str).collect::<Vec<_>>(), ["a", "c"]);
    assert_eq!(plan.written.settled.keys().collect::<Vec<_>>(), ["a"], "what the owner changed is forgotten");
    assert_eq!(plan.written.intended.get("a"), Some(&print_of("new")));
}

#[test]
fn a_status_is_set_while_nobody_set_it_and_stays_once_somebody_did() {
    let status = Filled { unset: Some("To do".into()), ..filled("s", Value::Status("Done".into())) };
    let shows = |name: &str| BTreeMap::from([("s".to_owned(), held_status(name))]);
    let written =
        |name: &str, known: &Written| plan(std::slice::from_ref(&status), &shows(name), known, shown);
    let first = written("To do", &Written::default());
    assert_eq!(first.values.len(), 1, "nobody has set it");
    assert!(written("Doing", &Written::default()).values.is_empty(), "its owner has");
    let arrived = Written { settled: first.written.intended, ..Written::default() };
    assert_eq!(written("Done", &arrived).values.len(), 1, "what we wrote is refreshed");
    let put_back = written("To do", &arrived);
    assert!(put_back.values.is_empty(), "they put it back");
    assert!(written("To do", &put_back.written).values.is_empty(), "and it stays so");
    let untold = Filled { unset: None, ..status.clone() };
    assert!(plan(&[untold], &shows("To do"), &Written::default(), shown).values.is_empty());
}

#[test]
fn a_value_its_column_does_not_take_is_not_written_and_an_answer_of_nothing_clears_nothing() {
    let row = [("a".into(), held_text(""))].into();
    let plan = plan(&[filled("a", Value::Number(1.0))], &row, &Written::default(), shown);
    assert_eq!(plan, Plan::default());
}

#[test]
fn a_choice_in_doubt_is_its_owners_like_a_box_and_a_text_is_not() {
    let select = |name: &str| Held {
        kind: "select".into(),
        fingerprint: Fingerprint::of("select", name),
        empty: name.is_empty(),
        is_box: false,
    };
    let shown = |value: &Value| match value {
        Value::Select(name) => Some(select(name)),
        value => shown(value),
    };
    let row_with = |held: Held| BTreeMap::from([("s".to_owned(), held)]);
    for (kind, value, ours, other, stays) in [
        ("a choice", Value::Select("Dinner".into()), select("Dinner"), select("Lunch"), true),
        ("a status", Value::Status("Dinner".into()), held_status("Dinner"), held_status("Lunch"), true),
        ("a text", Value::Text("Dinner".into()), held_text("Dinner"), held_text("Lunch"), false),
    ] {
        let values = [filled("s", value)];
        // The run dies over its request; meanwhile the owner may have chosen the same.
        let died = Written {
            settled: BTreeMap::new(),
            intended: [("s".to_owned(), ours.fingerprint.clone())].into(),
        };
        let retried = plan(&values, &row_with(ours.clone()), &died, shown);
        assert_eq!(retried.values.is_empty(), stays, "{kind}");
        let settled = Written { settled: retried.written.intended, ..Written::default() };
        let later = plan(&values, &row_with(ours.clone()), &settled, shown);
        assert_eq!(later.values.is_empty(), stays, "{kind}: it stays theirs");
        assert!(
            plan(&values, &row_with(other), &died, shown).values.is_empty(),
            "{kind}: theirs in any case"
        );
        let arrived = Written { settled: died.intended.clone(), intended: died.intended.clone() };
        assert_eq!(
            plan(&values, &row_with(ours), &arrived, shown).values.len(),
            1,
            "{kind}: ours is refreshed"
        );
    }
}
