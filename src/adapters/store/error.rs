//! Which errors of a database pass by themselves: they are waited for, because no entry can help them.

use sea_orm::{DbErr, RuntimeErr, SqlxError};

use crate::failure::Failure;

/// Classes of PostgreSQL's error codes that say nothing about our statement: connection, rollback by
/// deadlock or serialization, resources, object in use, operator intervention (a time limit, a restart),
/// system. <https://www.postgresql.org/docs/current/errcodes-appendix.html>
const PASSING_POSTGRES: [&str; 6] = ["08", "40", "53", "55", "57", "58"];

/// SQLite's primary result codes of that kind: busy, locked, read-only for now (a full or remounted
/// disk), input or output, full, cannot open. <https://www.sqlite.org/rescode.html>
const PASSING_SQLITE: [i32; 6] = [5, 6, 8, 10, 13, 14];

impl From<DbErr> for Failure {
    fn from(error: DbErr) -> Self {
        // No attempt of an entry is used up by a database that is away.
        if is_passing(&error) { Self::wait(None, error) } else { Self::bug(error) }
    }
}

fn is_passing(error: &DbErr) -> bool {
    match error {
        DbErr::ConnectionAcquire(_) => true,
        DbErr::Conn(RuntimeErr::SqlxError(error))
        | DbErr::Exec(RuntimeErr::SqlxError(error))
        | DbErr::Query(RuntimeErr::SqlxError(error)) => is_passing_in_driver(error),
        _ => false,
    }
}

fn is_passing_in_driver(error: &SqlxError) -> bool {
    match error {
        SqlxError::Io(_)
        | SqlxError::Tls(_)
        | SqlxError::Protocol(_)
        | SqlxError::PoolTimedOut
        | SqlxError::PoolClosed
        | SqlxError::WorkerCrashed
        | SqlxError::BeginFailed => true,
        SqlxError::Database(error) => error.code().is_some_and(|code| is_passing_code(&code)),
        _ => false,
    }
}

/// PostgreSQL's codes are five letters or digits; SQLite's are a number whose low byte is the primary one.
fn is_passing_code(code: &str) -> bool {
    match code.parse::<i32>() {
        Ok(number) if code.len() < 5 => PASSING_SQLITE.contains(&(number & 0xff)),
        _ => PASSING_POSTGRES.iter().any(|class| code.starts_with(class)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn busy_files_deadlocks_and_restarts_pass_and_broken_constraints_do_not() {
        for passing in
            ["5", "261", "517", "3850", "40001", "40P01", "57P01", "57014", "53300", "08006", "55P03"]
        {
            assert!(is_passing_code(passing), "{passing}");
        }
        for lasting in ["1", "11", "19", "787", "2067", "23505", "23503", "42P01", "22021", "28P01"] {
            assert!(!is_passing_code(lasting), "{lasting}");
        }
    }
}
