//! The databases the service runs on, empty, for tests that are to hold on each.

use sea_orm::{ConnectionTrait, Database, Statement, TryGetable};
use tempfile::TempDir;

use super::postgres::{self, FreshDatabase};

/// A kind of database.
#[derive(Debug, Clone, Copy)]
pub enum On {
    Sqlite,
    Postgres,
}

/// An empty database; a server's is gone with it, a file with its folder.
pub struct Place {
    pub url: String,
    _server: Option<FreshDatabase>,
}

impl Place {
    pub async fn fresh(on: On, folder: &TempDir) -> Self {
        match on {
            On::Sqlite => {
                let url = format!("sqlite://{}", folder.path().join("journal.db").display());
                Self { url, _server: None }
            }
            On::Postgres => {
                let server = postgres::fresh_database().await;
                Self { url: server.url.clone(), _server: Some(server) }
            }
        }
    }

    /// The values a query gives in its one column, which is called `it`.
    pub async fn column<T: TryGetable>(&self, select: &str) -> Vec<T> {
        let raw = Database::connect(&self.url).await.unwrap();
        let statement = Statement::from_string(raw.get_database_backend(), select);
        let rows = raw.query_all_raw(statement).await.unwrap();
        raw.close().await.unwrap();
        rows.iter().map(|row| row.try_get("", "it").unwrap()).collect()
    }
}
