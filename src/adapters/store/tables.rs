//! The tables as sea-orm sees them. The migrations are the truth about types and indexes.

#![allow(unreachable_pub, reason = "sea-orm's derives want `pub`; nothing of this leaves the store")]

use sea_orm::EntityTrait;
use sea_orm::sea_query::{Expr, InsertStatement, Query};

use crate::failure::{Failure, Outcome};

pub(super) mod aliases;
pub(super) mod covers;
pub(super) mod keepsakes;
pub(super) mod pieces;
pub(super) mod rights;

/// An insert of one row.
pub(super) fn insert<E: EntityTrait, const N: usize>(
    table: E,
    row: [(E::Column, Expr); N],
) -> Outcome<InsertStatement> {
    let (columns, values): (Vec<E::Column>, Vec<Expr>) = row.into_iter().unzip();
    let mut insert = Query::insert();
    insert.into_table(table).columns(columns).values(values).map_err(Failure::bug)?;
    Ok(insert)
}

/// People.
pub(super) mod users {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "users")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub person: String,
        pub served: i64,
        pub created_at: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Signed-in browsers.
pub(super) mod sessions {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "sessions")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub hash: String,
        pub user_id: String,
        pub expires_at: i64,
        pub created_at: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Authorised workspaces.
pub(super) mod connections {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "connections")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub user_id: String,
        pub bot_id: String,
        pub workspace_id: String,
        pub workspace: String,
        pub token: String,
        pub refresh_token: Option<String>,
        pub revoked_at: Option<i64>,
        pub renewing_until: Option<i64>,
        pub created_at: i64,
        pub updated_at: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Registered databases.
pub(super) mod databases {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "databases")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub user_id: String,
        pub connection_id: String,
        pub kind: String,
        pub tag: Option<String>,
        pub trouble: Option<String>,
        pub notion_database: String,
        pub data_source: String,
        pub title: String,
        pub mapping: String,
        pub instructions: Option<String>,
        pub language: Option<String>,
        pub keep: String,
        pub next_poll_at: i64,
        pub phase: i64,
        pub polled_at: i64,
        pub failed_polls: i32,
        pub watched: Option<String>,
        pub created_at: i64,
        pub updated_at: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Media records.
pub(super) mod media {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "media")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub key: String,
        pub info: Option<String>,
        pub transcript: Option<String>,
        pub screen_text: Option<String>,
        pub created_at: i64,
        pub updated_at: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Parties that made trouble lately.
pub(super) mod breakers {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "breakers")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub party: String,
        pub failures: i32,
        pub open_until: i64,
        pub limited: i32,
        pub trying: i32,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Tokens that webhook events are signed with.
pub(super) mod webhook_tokens {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "webhook_tokens")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub sender: String,
        pub token: String,
        pub created_at: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Webhook events heard lately.
pub(super) mod webhook_events {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "webhook_events")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub heard_at: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Entries on their way.
pub(super) mod entries {
    use sea_orm::entity::prelude::*;

    /// Free to be claimed once it is due.
    pub const WAITING: &str = "waiting";
    /// Claimed by the worker of its run lease.
    pub const RUNNING: &str = "running";
    /// Nothing more happens by itself.
    pub const DONE: &str = "done";

    /// How far a run has got with the body of its page.
    pub const UNTOUCHED: i32 = 0;
    /// See [`UNTOUCHED`].
    pub const INTENDED: i32 = 1;
    /// See [`UNTOUCHED`].
    pub const WRITTEN: i32 = 2;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "entries")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub database_id: String,
        pub page_id: String,
        pub link: String,
        pub media_key: Option<String>,
        pub state: String,
        pub status: String,
        pub run_lease: i64,
        pub lease_owner: Option<String>,
        pub lease_until: Option<i64>,
        pub attempts: i32,
        pub crashes: i32,
        pub not_before: i64,
        pub verdict: Option<String>,
        pub note: Option<String>,
        pub written: Option<String>,
        pub writing: Option<String>,
        pub section: Option<String>,
        pub user_id: String,
        pub lane: i32,
        pub waiting: Option<String>,
        pub waiting_since: Option<i64>,
        pub body: i32,
        pub steps: Option<String>,
        pub earlier_runs: i32,
        pub asked_again: i32,
        pub chosen: Option<String>,
        pub awaits: Option<String>,
        pub awaits_since: Option<i64>,
        pub slept: i32,
        pub earlier: Option<String>,
        pub finished_at: Option<i64>,
        pub created_at: i64,
        pub updated_at: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Pages of results.
pub(super) mod result_pages {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "result_pages")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub entry_id: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub database_id: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub item: String,
        pub page_id: Option<String>,
        pub url: String,
        pub written: Option<String>,
        pub writing: Option<String>,
        pub body: i32,
        pub run: i32,
        pub intended_at: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// What was paid.
pub(super) mod payments {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "payments")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub entry_id: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub run_lease: i64,
        #[sea_orm(primary_key, auto_increment = false)]
        pub what: String,
        pub user_id: String,
        pub speech_ms: i64,
        pub images: i64,
        pub tokens_in: i64,
        pub tokens_out: i64,
        pub calls: i64,
        pub amount: i64,
        pub paid_at: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
