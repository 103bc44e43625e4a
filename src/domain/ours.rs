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
}

/// What a column of a row holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// What stands for its content.
    pub fingerprint: Fingerprint,
    /// Whether that is nothing; an unticked box holds nothing.
    pub empty: bool,
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

impl Written {
    /// Whether a column's content was written by us.
    fn is_ours(&self, column: &str, held: &Fingerprint) -> bool {
        [&self.settled, &self.intended].iter().any(|known| known.get(column) == Some(held))
    }

    /// What we wrote last into a column, as far as is remembered.
    fn last(&self, column: &str) -> Option<&Fingerprint> {
        self.intended.get(column).or_else(|| self.settled.get(column))
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
/// `shown_as` tells what a value will look like in its column; `None` where the column takes no such value.
///
/// A column is ours to write while it is empty, or while it holds what we wrote. A box that we ticked and its owner
/// unticked is empty and theirs all the same. A column that is gone takes nothing.
pub fn plan(
    values: &[Filled],
    row: &BTreeMap<String, Held>,
    known: &Written,
    shown_as: impl Fn(&Value) -> Option<Fingerprint>,
) -> Plan {
    let arrived = row.iter().filter(|(column, held)| known.is_ours(column, &held.fingerprint));
    let settled: BTreeMap<String, Fingerprint> =
        arrived.map(|(column, held)| (column.clone(), held.fingerprint.clone())).collect();
    let mut plan = Plan { written: Written { intended: settled.clone(), settled }, values: BTreeMap::new() };
    for filled in values {
        let Some((held, shown)) = row.get(&filled.column).zip(shown_as(&filled.value)) else { continue };
        let column = &filled.column;
        let unticked = known.last(column).filter(|_| matches!(filled.value, Value::Checkbox(_)));
        match unticked {
            _ if known.is_ours(column, &held.fingerprint) => {}
            None if held.empty => {}
            // Remembered further on, or the run after this one would tick it.
            Some(ours) if held.empty => {
                plan.written.settled.insert(column.clone(), ours.clone());
                plan.written.intended.insert(column.clone(), ours.clone());
                continue;
            }
            _ => continue,
        }
        plan.written.intended.insert(column.clone(), shown);
        plan.values.insert(column.clone(), filled.value.clone());
    }
    plan
}

#[cfg(test)]
mod tests;
