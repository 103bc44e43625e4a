//! What changed in a database since its columns were mapped. A new name is no change: columns are known by id.

use super::{Mapping, Part, StatusKind};
use crate::domain::account::Trouble;
use crate::domain::schema::{Column, ColumnKind, Schema};
use crate::domain::stage::Status;

/// What is wrong with the mapped columns, the necessary ones first; `None` while all is as it was mapped.
pub fn drift(schema: &Schema, mapping: &Mapping) -> Option<Trouble> {
    Part::ALL.into_iter().find_map(|part| {
        let id = mapping.column_of(part)?;
        let Some(column) = schema.column(id) else {
            return Some(Trouble::ColumnGone { part: part.name().to_owned() });
        };
        if !still_fits(part, column, mapping) {
            let (column, now) = (column.name.clone(), column.kind.name().to_owned());
            return Some(Trouble::ColumnRetyped { part: part.name().to_owned(), column, now });
        }
        (part == Part::Status).then(|| option_gone(column, mapping)).flatten()
    })
}

fn still_fits(part: Part, column: &Column, mapping: &Mapping) -> bool {
    match (part, mapping.status.kind) {
        (Part::Status, StatusKind::Select) => matches!(column.kind, ColumnKind::Select { .. }),
        (Part::Status, StatusKind::Status) => matches!(column.kind, ColumnKind::Status { .. }),
        _ => part.takes(&column.kind),
    }
}

/// A select column gets an option back when it is used; a status column does not.
fn option_gone(column: &Column, mapping: &Mapping) -> Option<Trouble> {
    if mapping.status.kind == StatusKind::Select {
        return None;
    }
    let missing = Status::ALL.iter().find_map(|status| {
        let option = mapping.status.options.get(status)?;
        let there = column.kind.options().iter().any(|known| known.name == *option);
        (!there).then(|| option.clone())
    })?;
    Some(Trouble::OptionGone { column: column.name.clone(), option: missing })
}
