//! Option lists: closed unless their owner says otherwise, and never a status.

use super::*;

fn described(kind: ColumnKind, description: &str) -> Column {
    Column { description: description.to_owned(), ..column("Tags", kind) }
}

fn tags(description: &str, offered: Json) -> (Vec<Value>, Vec<String>) {
    let kind = ColumnKind::MultiSelect { options: options(&["Pasta", "Quick", "Café", "Cafe"]) };
    let note = answered(described(kind, description), offered, watched());
    let why = note.left_out.into_iter().map(|left| left.why).collect();
    (note.values.into_iter().map(|filled| filled.value).collect(), why)
}

#[test]
fn an_open_list_takes_a_few_clean_new_names() {
    let long = "x".repeat(101);
    let table: [(Json, &[&str], &[&str]); 8] = [
        (json!(["pasta", "comfort food"]), &["Pasta", "comfort food"], &[]),
        (json!(["one, two"]), &["one", "two"], &[]),
        (json!(["soup", "SOUP", "Soups"]), &["soup"], &[]),
        (json!(["a tag", "b tag", "c tag", "d tag"]), &["a tag", "b tag", "c tag"], &[why::TOO_MANY_NEW]),
        (json!(["CAFE", "quick!"]), &["Cafe", "Quick"], &[]),
        (json!([long]), &[], &[why::TOO_LONG]),
        (
            json!(["Luigi", "30 recipes", "99 recipes"]),
            &["30 recipes"],
            &[why::NAME_NOT_IN_INPUT, why::NUMBER_NOT_IN_INPUT],
        ),
        (json!([{"name": "soup"}, "https://evil.example", "!!!"]), &["name soup"], &[]),
    ];
    for (offered, chosen, refused) in table {
        let (values, why) = tags("What it is; new options allowed", offered.clone());
        if offered.to_string().contains("evil") {
            assert!(!format!("{values:?}").contains("evil"), "{values:?}");
            continue;
        }
        let names = chosen.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let expected: Vec<Value> =
            Some(Value::MultiSelect(names)).filter(|_| !chosen.is_empty()).into_iter().collect();
        assert_eq!(
            (values, why),
            (expected, refused.iter().map(|why| (*why).to_owned()).collect()),
            "{offered}"
        );
    }
}

#[test]
fn a_list_in_one_text_is_split_at_the_commas_of_every_script_and_a_name_with_one_stays_whole() {
    let table: [(&str, &[&str]); 5] = [
        ("和食、簡単", &["和食", "簡単"]),
        ("快手，素食；汤", &["快手", "素食", "汤"]),
        ("سريع، صحي", &["سريع", "صحي"]),
        ("سريع؛ صحي", &["سريع", "صحي"]),
        ("朝、昼", &["朝、昼"]),
    ];
    let names = ["和食", "簡単", "快手", "素食", "汤", "سريع", "صحي", "朝、昼"];
    for (offered, expected) in table {
        let kind = ColumnKind::MultiSelect { options: options(&names) };
        let note = answered(column("Tags", kind), json!(offered), watched());
        let expected = expected.iter().map(|name| (*name).to_owned()).collect();
        assert_eq!(
            note.values.first().map(|filled| &filled.value),
            Some(&Value::MultiSelect(expected)),
            "{offered}"
        );
    }
}

#[test]
fn a_closed_list_takes_no_new_name_and_a_status_never_does() {
    let closed = tags("What it is", json!(["soup"]));
    assert_eq!(closed, (Vec::new(), vec![why::NO_OPTION.to_owned()]));
    let kind = ColumnKind::Status { options: options(&["Calm"]), unset: None };
    let note = answered(described(kind, "new options allowed"), json!("Cooked"), watched());
    assert!(note.values.is_empty() && note.left_out.len() == 1);
}

#[test]
fn the_mapping_can_open_a_list_too() {
    let select = column("Tags", ColumnKind::Select { options: Vec::new() });
    let open = vec![select.id.clone()];
    let question = Question { open, ..question(select, watched()) };
    let note =
        check(&question, Answer { values: [("p1".to_owned(), json!("soup"))].into(), ..Answer::default() });
    assert_eq!(note.values.first().unwrap().value, Value::Select("soup".to_owned()));
}

#[test]
fn a_select_adds_no_more_than_the_one_it_takes() {
    let kind = ColumnKind::Select { options: Vec::new() };
    let note = answered(described(kind, "open list"), json!(["soup", "stew"]), watched());
    assert_eq!(note.values.first().unwrap().value, Value::Select("soup".to_owned()));
    assert_eq!(note.left_out.len(), 1);
}
