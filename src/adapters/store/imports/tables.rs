//! The tables of imports as sea-orm sees them. The migrations are the truth about types and indexes.

#![allow(unreachable_pub, reason = "sea-orm's derives want `pub`; nothing of this leaves the store")]

/// Collections that are taken in.
pub(in crate::adapters::store) mod imports {
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "imports")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub user_id: String,
        pub database_id: String,
        pub connection_id: String,
        pub state: String,
        pub why: Option<String>,
        pub preview: String,
        pub all_rows_compared: bool,
        pub run_lease: i64,
        pub lease_owner: Option<String>,
        pub lease_until: Option<i64>,
        pub not_before: i64,
        pub stumbles: i32,
        pub expires_at: i64,
        pub created_at: i64,
        pub updated_at: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Their links.
pub(in crate::adapters::store) mod items {
    use sea_orm::entity::prelude::*;

    /// Its turn will come.
    pub const PLANNED: &str = "planned";
    /// Its row is about to be made, or may have been.
    pub const MAKING: &str = "making";
    /// Its row stands in the database.
    pub const MADE: &str = "made";
    /// Left out.
    pub const SKIPPED: &str = "skipped";
    /// Refused.
    pub const FAILED: &str = "failed";

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "import_items")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub import_id: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub position: i32,
        pub media_key: String,
        pub link: String,
        pub title: Option<String>,
        pub liked: bool,
        pub state: String,
        pub why: Option<String>,
        pub page_id: Option<String>,
        pub updated_at: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
