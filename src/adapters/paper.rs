//! A sheet of paper in the place of a workspace: one row, kept in memory, for `linkscribe process`.
//!
//! Takes everything a workspace takes; tells its maker when the row is completed or failed. Never fails.

use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use tokio::sync::oneshot;

use crate::domain::mapping::{self, Mapping};
use crate::domain::note::Value;
use crate::domain::ours::Held;
use crate::domain::page::Section;
use crate::domain::reason::Reason;
use crate::domain::schema::Schema;
use crate::domain::stage::Status;
use crate::domain::waiting::Waiting;
use crate::failure::Outcome;
use crate::ports::{Access, DataSourceRef, Identity, Row, RowUpdate, SectionNow, SectionState, Workspace};

/// How the one row ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// The note is made.
    Completed,
    /// It could not be done.
    Failed(Reason),
}

/// One row on paper.
pub struct Paper {
    link: String,
    schema: Schema,
    mapping: Mapping,
    tell: Mutex<Option<oneshot::Sender<Ending>>>,
}

impl Paper {
    /// A row with this link, whose empty columns are those of the schema, and the news of its end.
    pub fn new(link: String, schema: Schema) -> (Self, oneshot::Receiver<Ending>) {
        let (tell, ending) = oneshot::channel();
        // A schema without a link or status column is fine here: nobody looks at them on paper.
        let mapping = mapping::propose(&schema).unwrap_or_default();
        (Self { link, schema, mapping, tell: Mutex::new(Some(tell)) }, ending)
    }

    /// Which column plays which part.
    pub fn mapping(&self) -> Mapping {
        self.mapping.clone()
    }

    fn row_now(&self) -> Row {
        Row { page: "paper".to_owned(), link: Some(self.link.clone()), ..Row::default() }
    }

    /// Tells the end once; a maker that has gone does not mind.
    fn end(&self, ending: Ending) {
        if let Some(tell) = self.tell.lock().unwrap_or_else(PoisonError::into_inner).take() {
            // `send` gives the ending back when nobody waits for it any more.
            tell.send(ending).unwrap_or_else(|ending| tracing::debug!(?ending, "nobody waits for the row"));
        }
    }
}

#[async_trait]
impl Workspace for Paper {
    async fn whoami(&self, _access: &Access) -> Outcome<Identity> {
        Ok(Identity { bot: "paper".to_owned(), workspace_id: String::new(), workspace: "paper".to_owned() })
    }

    async fn data_sources(&self, _access: &Access, _database: &str) -> Outcome<Vec<DataSourceRef>> {
        Ok(Vec::new())
    }

    async fn schema(&self, _access: &Access, _data_source: &str) -> Outcome<Schema> {
        Ok(self.schema.clone())
    }

    async fn waiting_rows(&self, _access: &Access, _source: &str, _mapping: &Mapping) -> Outcome<Vec<Row>> {
        // A row that has ended waits no more.
        let waits = self.tell.lock().unwrap_or_else(PoisonError::into_inner).is_some();
        Ok(waits.then(|| self.row_now()).into_iter().collect())
    }

    async fn row(&self, _access: &Access, _page: &str, _mapping: &Mapping) -> Outcome<Row> {
        Ok(self.row_now())
    }

    async fn update_row(
        &self,
        _access: &Access,
        _page: &str,
        _map: &Mapping,
        update: &RowUpdate,
    ) -> Outcome<()> {
        if update.status == Some(Status::Completed) {
            self.end(Ending::Completed);
        }
        Ok(())
    }

    fn shown_as(&self, _value: &Value) -> Option<Held> {
        // Paper has no columns; the note is printed as a whole.
        None
    }

    async fn find_sections(&self, _access: &Access, _page: &str, _marker: &str) -> Outcome<Vec<SectionNow>> {
        Ok(Vec::new())
    }

    async fn section(&self, _access: &Access, _section: &str) -> Outcome<Option<SectionNow>> {
        Ok(None)
    }

    async fn section_state(
        &self,
        _access: &Access,
        _section: &str,
        _known_maker: Option<&str>,
    ) -> Outcome<SectionState> {
        Ok(SectionState::Gone)
    }

    async fn remove_section(&self, _access: &Access, _section: &str) -> Outcome<()> {
        Ok(())
    }

    async fn append_section(
        &self,
        _access: &Access,
        _page: &str,
        _section: &Section,
        _behind: Option<&SectionNow>,
    ) -> Outcome<String> {
        Ok("section".to_owned())
    }

    async fn tell_failure(
        &self,
        _access: &Access,
        _page: &str,
        _map: &Mapping,
        reason: Reason,
    ) -> Outcome<()> {
        self.end(Ending::Failed(reason));
        Ok(())
    }

    async fn tell_waiting(
        &self,
        _access: &Access,
        _page: &str,
        _mapping: &Mapping,
        _waiting: &Waiting,
    ) -> Outcome<()> {
        Ok(())
    }

    async fn untell_failure(&self, _access: &Access, _page: &str) -> Outcome<()> {
        Ok(())
    }
}
