//! Rights to do work for all who would else do it as well.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "rights")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub name: String,
    pub entry_id: String,
    pub run_lease: i64,
    pub found_at: Option<i64>,
    pub refusal: Option<String>,
    pub crashes: i32,
    pub reached: i32,
    pub crashed_at: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
