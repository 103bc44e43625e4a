//! Options that were renamed or removed after a note was made: written by their old names they would come back.
//!
//! Takes a note that was kept and the columns as they are now; leaves out the values of closed lists that have no such
//! option any more, and lists them with the reason. Never fails.

use super::why;
use crate::domain::note::{Filled, LeftOut, Note, Value};
use crate::domain::open_list::takes_new_options;
use crate::domain::schema::Schema;

/// Whether a note chose options at all.
pub fn holds_options(note: &Note) -> bool {
    let chosen =
        |filled: &Filled| matches!(filled.value, Value::Select(_) | Value::MultiSelect(_) | Value::Status(_));
    note.items.iter().flat_map(|item| &item.values).chain(&note.values).any(chosen)
}

/// Leaves out what is no option any more. `open` are the columns whose lists their owner opened.
pub fn leave_out_gone(note: &mut Note, schema: &Schema, open: &[String]) {
    let mut gone: Vec<LeftOut> = Vec::new();
    let items = note.items.iter_mut().map(|item| &mut item.values);
    for values in items.chain([&mut note.values]) {
        values.retain_mut(|filled| {
            let column = schema.column(&filled.column);
            let Some(column) = column.filter(|column| !takes_new_options(column, open)) else { return true };
            let mut stands = |name: &String| {
                let known = column.kind.options().iter().any(|option| option.name == *name);
                gone.extend((!known).then(|| LeftOut {
                    name: filled.name.clone(),
                    offered: name.clone(),
                    why: why::NO_OPTION.to_owned(),
                }));
                known
            };
            match &mut filled.value {
                Value::Select(name) | Value::Status(name) => stands(name),
                Value::MultiSelect(names) => {
                    names.retain(|name| stands(name));
                    !names.is_empty()
                }
                _ => true,
            }
        });
    }
    note.left_out.extend(gone);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::note::{Evidence, Item};
    use crate::domain::schema::{ChoiceOption, Column, ColumnKind};

    #[test]
    fn what_is_no_option_any_more_is_left_out_of_closed_lists_alone() {
        let options = || vec![ChoiceOption::named("Soup")];
        let column = |id: &str, description: &str, kind| Column {
            id: id.to_owned(),
            name: id.to_uppercase(),
            description: description.to_owned(),
            kind,
        };
        let schema = Schema {
            columns: vec![
                column("one", "", ColumnKind::Select { options: options() }),
                column("many", "", ColumnKind::MultiSelect { options: options() }),
                column("said", "new options allowed", ColumnKind::Select { options: options() }),
                column("opened", "", ColumnKind::Select { options: options() }),
            ],
            ..Schema::default()
        };
        let filled = |column: &str, value| Filled {
            column: column.to_owned(),
            name: column.to_uppercase(),
            value,
            evidence: Evidence::Whole,
            unset: None,
        };
        let stew = || Value::Select("Stew".to_owned());
        let both = Value::MultiSelect(vec!["Stew".to_owned(), "Soup".to_owned()]);
        let values = vec![
            filled("one", stew()),
            filled("many", both),
            filled("said", stew()),
            filled("opened", stew()),
            filled("text", Value::Text("Stew".to_owned())),
        ];
        let item = Item { key: "a".to_owned(), title: "A".to_owned(), values: vec![filled("one", stew())] };
        let mut note = Note { values, items: vec![item], ..Note::default() };
        assert!(holds_options(&note));
        leave_out_gone(&mut note, &schema, &["opened".to_owned()]);
        let left: Vec<&str> = note.values.iter().map(|filled| filled.column.as_str()).collect();
        assert_eq!(left, ["many", "said", "opened", "text"]);
        let many = note.values.first().map(|filled| filled.value.clone());
        assert_eq!(many, Some(Value::MultiSelect(vec!["Soup".to_owned()])));
        assert!(note.items.iter().all(|item| item.values.is_empty()));
        assert_eq!(note.left_out.len(), 3);
        assert!(note.left_out.iter().all(|left| left.offered == "Stew" && left.why == why::NO_OPTION));
    }
}
