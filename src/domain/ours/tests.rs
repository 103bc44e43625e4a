//! Whatever people and runs do to a row, in whatever order: what a person put in last is never replaced.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::domain::note::Evidence;

fn print_of(text: &str) -> Fingerprint {
    Fingerprint::of("rich_text", text)
}

fn shown(value: &Value) -> Option<Fingerprint> {
    match value {
        Value::Text(text) => Some(print_of(text)),
        Value::Checkbox(ticked) => Some(Fingerprint::of("checkbox", &ticked.to_string())),
        _ => None,
    }
}

fn filled(column: &str, value: Value) -> Filled {
    Filled { column: column.to_owned(), name: column.to_owned(), value, evidence: Evidence::Whole }
}

/// A row as its workspace keeps it: texts, and one box.
#[derive(Debug, Clone, Default)]
struct Row {
    texts: BTreeMap<String, String>,
    ticked: bool,
}

impl Row {
    fn held(&self) -> BTreeMap<String, Held> {
        let text = |(column, text): (&String, &String)| {
            (column.clone(), Held { fingerprint: print_of(text), empty: text.is_empty() })
        };
        let ticked = Fingerprint::of("checkbox", &self.ticked.to_string());
        let mut held: BTreeMap<String, Held> = self.texts.iter().map(text).collect();
        held.insert("box".to_owned(), Held { fingerprint: ticked, empty: !self.ticked });
        held
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
    /// A run writes this text and a tick. It may die before it writes, or before it can say that it wrote.
    Run { text: u8, dies: Option<bool> },
    /// The owner writes into a column, or empties it.
    Edit { column: u8, text: Option<u8> },
    /// The owner ticks or unticks the box.
    Tick(bool),
}

fn deed() -> impl Strategy<Value = Deed> {
    prop_oneof![
        3 => (any::<u8>(), any::<Option<bool>>()).prop_map(|(text, dies)| Deed::Run { text, dies }),
        3 => (0_u8..3, any::<Option<u8>>()).prop_map(|(column, text)| Deed::Edit { column, text }),
        1 => any::<bool>().prop_map(Deed::Tick),
    ]
}

const COLUMNS: [&str; 3] = ["a", "b", "c"];

fn column(number: u8) -> String {
    COLUMNS.get(usize::from(number)).copied().unwrap_or_default().to_owned()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn any_interleaving_of_edits_and_runs_keeps_every_edit(deeds in prop::collection::vec(deed(), 1..20)) {
        let texts = COLUMNS.iter().map(|name| ((*name).to_owned(), String::new())).collect();
        let (mut row, mut known) = (Row { texts, ticked: false }, Written::default());
        // What the owner put in last; their unticking counts once a run had ticked.
        let (mut theirs, mut their_box): (BTreeMap<String, String>, Option<bool>) = <_>::default();
        for deed in deeds {
            match deed {
                Deed::Edit { column: number, text } => {
                    let text = text.map(|text| format!("mine {text}")).unwrap_or_default();
                    row.texts.insert(column(number), text.clone());
                    theirs.insert(column(number), text);
                }
                Deed::Tick(ticked) => {
                    // A box that is as it was before any run tells nobody that it was touched.
                    let tells = ticked != row.ticked && (ticked || known.last("box").is_some());
                    their_box = if tells { Some(ticked) } else { their_box.filter(|theirs| *theirs == ticked) };
                    row.ticked = ticked;
                }
                Deed::Run { text, dies } => {
                    let text = Value::Text(format!("ours {text}"));
                    let mut values: Vec<Filled> =
                        COLUMNS.iter().map(|column| filled(column, text.clone())).collect();
                    values.push(filled("box", Value::Checkbox(true)));
                    let plan = plan(&values, &row.held(), &known, shown);
                    known = plan.written.clone();
                    if dies != Some(false) {
                        row.write(&plan.values);
                    }
                    if dies.is_none() {
                        known.settled = known.intended.clone();
                    }
                }
            }
            for (column, text) in &theirs {
                prop_assert!(text.is_empty() || row.texts.get(column) == Some(text), "{column} held {text}");
            }
            if let Some(ticked) = their_box {
                prop_assert_eq!(row.ticked, ticked);
            }
        }
    }
}

#[test]
fn what_we_wrote_is_refreshed_and_what_its_owner_changed_is_not() {
    let ours = Fingerprint::of("rich_text", "old");
    let known =
        Written { settled: [("a".into(), ours.clone()), ("b".into(), ours)].into(), ..Written::default() };
    let held = |text: &str| Held { fingerprint: print_of(text), empty: text.is_empty() };
    let row = [("a".into(), held("old")), ("b".into(), held("mine")), ("c".into(), held(""))].into();
    let new = |column: &str| filled(column, Value::Text("new".into()));
    let plan = plan(&[new("a"), new("b"), new("c"), new("gone")], &row, &known, shown);
    assert_eq!(plan.values.keys().map(String::as_str).collect::<Vec<_>>(), ["a", "c"]);
    assert_eq!(plan.written.settled.keys().collect::<Vec<_>>(), ["a"], "what the owner changed is forgotten");
    assert_eq!(plan.written.intended.get("a"), Some(&print_of("new")));
}

#[test]
fn a_value_its_column_does_not_take_is_not_written_and_an_answer_of_nothing_clears_nothing() {
    let row = [("a".into(), Held { fingerprint: print_of(""), empty: true })].into();
    let plan = plan(&[filled("a", Value::Number(1.0))], &row, &Written::default(), shown);
    assert_eq!(plan, Plan::default());
}
