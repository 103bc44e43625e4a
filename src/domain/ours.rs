//! What we wrote in a row, what its owner made of it since, and so what may be written now.
//!
//! Takes the values of a note, the row as it stands, and what is remembered of earlier writing; gives what to
//! write and what to remember of it. Only fingerprints are remembered, no values. Cannot fail: whatever is not
//! known to be ours belongs to the row's owner and stays.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::note::{Filled, Value};

/// Stands for what a column holds: the same for the same content, different for any other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Fingerprint(String);

impl Fingerprint {
    /// Of a column of this type that holds this content, in the one form its writer and its reader agree on.
    pub fn of(kind: &str, content: &str) -> Self {
        let mut hash = Sha256::new_with_prefix(kind);
        hash.update([0]);
        hash.update(content);
        Self(URL_SAFE_NO_PAD.encode(hash.finalize()))
    }

    /// Of what no column ever holds.
    fn never_held() -> Self {
        Self(String::new())
    }
}

/// What a column of a row holds, or will hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// The column's type, in the workspace's own word.
    pub kind: String,
    /// What stands for its content.
    pub fingerprint: Fingerprint,
    /// Whether that is nothing; an unticked box holds nothing.
    pub empty: bool,
    /// Whether it is a box, of which nobody can tell who last ticked or unticked it.
    pub is_box: bool,
}

impl Held {
    /// Whether people choose between a few values here, so that they may come to choose ours.
    fn has_few_values(&self) -> bool {
        self.is_box || ["select", "status"].contains(&self.kind.as_str())
    }
}

/// What is remembered of our writing in a row, by property id.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Written {
    /// What is known to have arrived.
    pub settled: BTreeMap<String, Fingerprint>,
    /// What was about to be written when this was remembered, beside what had arrived. It may have arrived.
    pub intended: BTreeMap<String, Fingerprint>,
}

/// Who wrote last in a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Whose {
    Ours,
    Owners,
    Nobodys,
}

impl Written {
    /// What is known where a request was refused: nothing new was written.
    #[must_use]
    pub fn untouched(&self) -> Self {
        Self { settled: self.settled.clone(), intended: self.settled.clone() }
    }

    /// The same with the boxes that an earlier look at the row found to be their owner's: by the next one they may show
    /// again what we wrote.
    #[must_use]
    pub fn after(mut self, look: &Self) -> Self {
        let theirs = look.settled.iter().filter(|(_, print)| **print == Fingerprint::never_held());
        for (column, print) in theirs {
            self.settled.insert(column.clone(), print.clone());
            self.intended.remove(column);
        }
        self
    }

    /// `unset` is what Notion gave the column, where that is known and not nothing.
    fn whose(&self, column: &str, held: &Held, unset: Option<&Fingerprint>) -> Whose {
        let empty = held.empty || unset == Some(&held.fingerprint);
        let (settled, intended) = (self.settled.get(column), self.intended.get(column));
        let is_held = |known: Option<&Fingerprint>| known == Some(&held.fingerprint);
        // Of few things that can stand in a column its owner may have chosen the same one: where something was written
        // that may not have arrived, either may be theirs as well.
        let in_doubt = held.has_few_values() && settled != intended.or(settled);
        if settled.is_none() && intended.is_none() {
            return if empty { Whose::Nobodys } else { Whose::Owners };
        }
        match is_held(settled) || is_held(intended) {
            true if !in_doubt => Whose::Ours,
            false if empty && !held.is_box && unset.is_none() => Whose::Nobodys,
            _ => Whose::Owners,
        }
    }

    /// What is remembered further on of a column that holds this.
    fn remembered(&self, column: &str, held: &Held, unset: Option<&Fingerprint>) -> Option<Fingerprint> {
        match self.whose(column, held, unset) {
            Whose::Ours => Some(held.fingerprint.clone()),
            // It is theirs for good, although it may come to show what we wrote.
            Whose::Owners if held.is_box || unset.is_some() => Some(Fingerprint::never_held()),
            Whose::Owners | Whose::Nobodys => None,
        }
    }
}

/// What may be written, and what to remember before it is.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Plan {
    /// Values by property id.
    pub values: BTreeMap<String, Value>,
    /// What is known of the row, these values intended.
    pub written: Written,
}

/// Divides the values of a note into those that may be written and those whose columns belong to the owner.
/// `shown_as` tells what a column will hold with a value in it; `None` where no column takes such a value.
///
/// A column is ours to write while it is empty, or while it holds what we wrote. A status that shows what Notion gives it
/// counts as empty. A box that its owner ticked or unticked, or such a status they set or put back, is theirs for good. A
/// column that is gone, or of another type by now, takes nothing.
pub fn plan(
    values: &[Filled],
    row: &BTreeMap<String, Held>,
    known: &Written,
    shown_as: impl Fn(&Value) -> Option<Held>,
) -> Plan {
    let unset = values.iter().filter_map(|filled| {
        let unset = shown_as(&Value::Status(filled.unset.clone()?))?;
        Some((filled.column.clone(), unset.fingerprint))
    });
    let unset: BTreeMap<String, Fingerprint> = unset.collect();
    let remembered = row
        .iter()
        .filter_map(|(column, held)| Some((column, known.remembered(column, held, unset.get(column))?)));
    let settled: BTreeMap<String, Fingerprint> =
        remembered.map(|(column, print)| (column.clone(), print)).collect();
    let mut plan = Plan { written: Written { intended: settled.clone(), settled }, values: BTreeMap::new() };
    for filled in values {
        let column = &filled.column;
        let Some((held, shown)) = row.get(column).zip(shown_as(&filled.value)) else { continue };
        if held.kind == shown.kind && known.whose(column, held, unset.get(column)) != Whose::Owners {
            plan.written.intended.insert(column.clone(), shown.fingerprint);
            plan.values.insert(column.clone(), filled.value.clone());
        }
    }
    plan
}

/// Takes those values out whose columns are of another type by now, as the row tells.
pub fn misfits(
    values: &mut Vec<Filled>,
    row: &BTreeMap<String, Held>,
    shown_as: impl Fn(&Value) -> Option<Held>,
) -> Vec<Filled> {
    let fits = |filled: &Filled| {
        let columns = row.get(&filled.column).zip(shown_as(&filled.value));
        columns.is_none_or(|(held, shown)| held.kind == shown.kind)
    };
    let (fitting, others) = std::mem::take(values).into_iter().partition(fits);
    *values = fitting;
    others
}

#[cfg(test)]
mod tests;
