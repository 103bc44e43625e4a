//! Parts of videos that were heard or read before the whole was.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "pieces")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub media_key: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub work: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub engine: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub place: String,
    pub document: String,
    pub created_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
