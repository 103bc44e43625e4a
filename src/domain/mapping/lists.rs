//! Lists that may grow because their owner says so here, whatever the columns' descriptions say.

use super::Mapping;
use crate::domain::schema::{Column, ColumnKind, Schema};

/// What is wrong with an owner's choice of lists.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ListProblem {
    /// There is no such column.
    #[error("The database has no column with the id `{id}`. Take an id from `candidates`, under `open`.")]
    Unknown {
        /// What was given.
        id: String,
    },
    /// The column takes no new options.
    #[error(
        "The column {column} takes no new options. Only select and multi_select columns do that play no part."
    )]
    Closed {
        /// The column's name.
        column: String,
    },
}

/// The columns whose lists may grow: those of options that play no part.
pub fn openable<'a>(mapping: &Mapping, schema: &'a Schema) -> Vec<&'a Column> {
    let reserved = mapping.reserved();
    let grows = |column: &&Column| {
        matches!(column.kind, ColumnKind::Select { .. } | ColumnKind::MultiSelect { .. })
            && !reserved.contains(&column.id.as_str())
    };
    schema.columns.iter().filter(grows).collect()
}

/// Opens these lists, by property id, and no others.
pub fn open(mapping: &mut Mapping, schema: &Schema, ids: &[String]) -> Result<(), ListProblem> {
    let openable = openable(mapping, schema);
    let mut open: Vec<String> = Vec::new();
    for id in ids {
        let column = schema.column(id).ok_or_else(|| ListProblem::Unknown { id: id.clone() })?;
        if !openable.iter().any(|known| known.id == column.id) {
            return Err(ListProblem::Closed { column: column.name.clone() });
        }
        if !open.contains(id) {
            open.push(id.clone());
        }
    }
    mapping.open = open;
    Ok(())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::expect_used, reason = "a test may panic")]
    use super::*;
    use crate::domain::mapping::StatusColumn;

    fn column(id: &str, kind: ColumnKind) -> Column {
        Column { id: id.to_owned(), name: format!("The {id}"), description: String::new(), kind }
    }

    fn schema() -> Schema {
        let options = Vec::new;
        let columns = vec![
            column("status", ColumnKind::Select { options: options() }),
            column("tag", ColumnKind::MultiSelect { options: options() }),
            column("mood", ColumnKind::Select { options: options() }),
            column("herbs", ColumnKind::MultiSelect { options: options() }),
            column("state", ColumnKind::Status { options: options(), unset: None }),
            column("text", ColumnKind::RichText),
        ];
        Schema { columns, ..Schema::default() }
    }

    fn mapping() -> Mapping {
        let status = StatusColumn { id: "status".to_owned(), ..StatusColumn::default() };
        Mapping { status, tag: Some("tag".to_owned()), ..Mapping::default() }
    }

    #[test]
    fn lists_of_options_that_play_no_part_may_be_opened_and_closed_again() {
        let (mut mapping, schema) = (mapping(), schema());
        let offered: Vec<&str> =
            openable(&mapping, &schema).iter().map(|column| column.id.as_str()).collect();
        assert_eq!(offered, ["mood", "herbs"]);
        for wanted in [&["herbs", "mood", "herbs"][..], &["mood"], &[]] {
            let ids: Vec<String> = wanted.iter().map(ToString::to_string).collect();
            open(&mut mapping, &schema, &ids).expect("they may be opened");
            let expected: Vec<&str> = wanted.iter().take(2).copied().collect();
            assert_eq!(mapping.open, expected);
        }
    }

    #[test]
    fn what_is_no_list_or_plays_a_part_is_refused_by_name_and_nothing_changes() {
        let (mut mapping, schema) = (mapping(), schema());
        mapping.open = vec!["mood".to_owned()];
        for id in ["status", "tag", "state", "text"] {
            let refused = open(&mut mapping, &schema, &["herbs".to_owned(), id.to_owned()]);
            assert_eq!(refused, Err(ListProblem::Closed { column: format!("The {id}") }));
        }
        let refused = open(&mut mapping, &schema, &["gone".to_owned()]);
        assert_eq!(refused, Err(ListProblem::Unknown { id: "gone".to_owned() }));
        assert_eq!(mapping.open, ["mood"]);
    }
}
