//! The database's clock, as a piece of SQL: milliseconds since 1970.
//!
//! The process's own clock never decides about a lease, so workers whose clocks disagree cannot both own
//! an entry. It is the time at which the statement began: a statement that waits for a lock grants no
//! longer lease for having waited, and an index can be searched by it.

use std::time::Duration;

use sea_orm::DbBackend;
use sea_orm::sea_query::{Expr, ExprTrait};

use super::Store;

impl Store {
    /// Now.
    pub(super) fn time(&self) -> Expr {
        Expr::cust(match self.db.get_database_backend() {
            DbBackend::Postgres => "(extract(epoch from statement_timestamp()) * 1000)::bigint",
            _ => "CAST(round(unixepoch('subsec') * 1000) AS INTEGER)",
        })
    }

    /// This long after now.
    pub(super) fn time_after(&self, pause: Duration) -> Expr {
        self.time().add(millis(pause))
    }

    /// This long before now.
    pub(super) fn time_before(&self, age: Duration) -> Expr {
        self.time().sub(millis(age))
    }
}

/// The longest pause the clock adds up without overflowing.
const LONGEST: i64 = i64::MAX / 2;

/// Whole milliseconds, rounded up, so that a pause is never shorter than asked for.
fn millis(duration: Duration) -> i64 {
    let millis = duration.as_nanos().div_ceil(1_000_000);
    i64::try_from(millis).map_or(LONGEST, |millis| Ord::min(millis, LONGEST))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_are_never_cut_and_never_overflow_the_clock() {
        assert_eq!(millis(Duration::from_micros(1_500)), 2);
        assert_eq!(millis(Duration::ZERO), 0);
        assert!(millis(Duration::MAX).checked_add(2_000_000_000_000).is_some());
    }
}
