//! `linkscribe sandbox --tour`: the same three clips on three shelves, read again after their owner worked there.
//!
//! Takes the emulated Notion with the shelves' rows; prints what was filled and whether anything an owner typed was
//! changed. Fails where a row does not end, or where something typed is gone.

use std::io::Write;

use anyhow::{Context, ensure};
use serde_json::{Value, json};
use tokio::sync::broadcast::error::RecvError;
use url::Url;
use uuid::Uuid;

use crate::domain::split::shorten;
use crate::sandbox::notion::EmulatedNotion;
use crate::sandbox::shelves::{self, Shelf};

/// Columns that no video fills.
const NOT_FILLED: [&str; 3] = ["Link", "Status", "Reason"];

/// UTF-16 units of a cell that are printed: a line of a terminal less the column's name.
const SHOWN: usize = 56;

/// What their owner writes below every page.
const OWN_LINE: &str = "Ask Tom about this one.";

/// The shelves with their databases.
pub(super) struct Tour {
    notion: EmulatedNotion,
    shelves: Vec<(Shelf, Uuid)>,
    /// The databases' ids, for whoever has them watched.
    pub(super) databases: Vec<Uuid>,
}

/// A cell as its owner typed it.
struct Typed {
    row: Uuid,
    column: String,
    words: String,
}

impl Tour {
    /// Makes the shelves, empty.
    pub(super) fn open(notion: &EmulatedNotion) -> anyhow::Result<Self> {
        let (mut shelves, mut databases) = (Vec::new(), Vec::new());
        for shelf in shelves::shelves() {
            let made = shelves::open(notion, &shelf)?;
            shelves.push((shelf, made.data_source));
            databases.push(made.database);
        }
        Ok(Self { notion: notion.clone(), shelves, databases })
    }

    /// The story: saved, read, worked on by hand, read again, looked at.
    pub(super) async fn walk(&self, links: &[Url]) -> anyhow::Result<()> {
        let mut out = std::io::stdout();
        let mut rows = Vec::new();
        // One shelf after the other: what one has paid for the others find known.
        for (_, source) in &self.shelves {
            for link in links {
                rows.push(self.notion.add_row(*source, &json!({ "Link": link.as_str() }))?);
            }
            self.all_completed(&rows).await?;
        }
        writeln!(out, "The same {} clips on {} shelves:\n", links.len(), self.shelves.len())?;
        self.print_shelves(&mut out)?;
        let typed = self.work_by_hand()?;
        let before = self.cells()?;
        for row in &rows {
            self.notion.edit_row(*row, &json!({ "Status": "pending" }))?;
        }
        self.all_completed(&rows).await?;
        self.print_what_stands(&mut out, &typed, &before)
    }

    async fn all_completed(&self, rows: &[Uuid]) -> anyhow::Result<()> {
        let mut changes = self.notion.subscribe();
        loop {
            let statuses: Vec<String> =
                rows.iter().map(|row| self.notion.words(*row, "Status").unwrap_or_default()).collect();
            ensure!(!statuses.iter().any(|status| status == "failed"), "a row of the tour failed");
            if statuses.iter().all(|status| status == "completed") {
                return Ok(());
            }
            match changes.recv().await {
                Ok(_) | Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => anyhow::bail!("the emulated Notion is gone"),
            }
        }
    }

    fn print_shelves(&self, out: &mut impl Write) -> anyhow::Result<()> {
        for (shelf, source) in &self.shelves {
            writeln!(out, "{}", shelf.title)?;
            for row in self.rows(*source)? {
                let cells = self.filled(row)?;
                let name = self.notion.words(row, "Name").unwrap_or_default();
                writeln!(out, "  {name}")?;
                for (column, words) in cells.iter().filter(|(column, _)| column != "Name") {
                    let words = shorten(&words.replace('\n', ", "), SHOWN);
                    writeln!(out, "    {column:<18} {words}")?;
                }
            }
        }
        Ok(())
    }

    /// What an owner does: types into a row of each shelf, and writes below every page.
    fn work_by_hand(&self) -> anyhow::Result<Vec<Typed>> {
        let mut typed = Vec::new();
        for (shelf, source) in &self.shelves {
            let rows = self.rows(*source)?;
            for row in &rows {
                let line = json!([{ "type": "paragraph", "paragraph": { "rich_text": [
                    { "type": "text", "text": { "content": OWN_LINE } },
                ] } }]);
                self.notion.write_blocks(*row, &line)?;
            }
            for row in rows {
                self.notion.edit_row(row, &shelf.typed)?;
                for column in shelf.typed.as_object().into_iter().flat_map(|typed| typed.keys()) {
                    let words = self.notion.words(row, column).unwrap_or_default();
                    typed.push(Typed { row, column: column.clone(), words });
                }
            }
        }
        Ok(typed)
    }

    fn print_what_stands(
        &self,
        out: &mut impl Write,
        typed: &[Typed],
        before: &[(Uuid, String, String)],
    ) -> anyhow::Result<()> {
        let stands =
            |typed: &&Typed| self.notion.words(typed.row, &typed.column).as_ref() == Some(&typed.words);
        let kept = typed.iter().filter(stands).count();
        let after = self.cells()?;
        let same = after.iter().filter(|cell| before.contains(cell)).count();
        let (mut lines, mut pages) = (0, 0);
        for (_, source) in &self.shelves {
            for row in self.rows(*source)? {
                pages += 1;
                lines += usize::from(self.notion.page_markdown(row).unwrap_or_default().contains(OWN_LINE));
            }
        }
        writeln!(out, "\nThen their owner typed into {} cells and wrote on {pages} pages, and", typed.len())?;
        writeln!(out, "all was read again:\n")?;
        writeln!(out, "  typed cells that stand     {kept} of {}", typed.len())?;
        writeln!(out, "  written lines that stand   {lines} of {pages}")?;
        writeln!(out, "  filled cells as before     {same} of {}", before.len())?;
        ensure!(kept == typed.len() && lines == pages, "something their owner wrote is gone");
        Ok(())
    }

    /// Every filled cell of every shelf.
    fn cells(&self) -> anyhow::Result<Vec<(Uuid, String, String)>> {
        let mut cells = Vec::new();
        for (_, source) in &self.shelves {
            for row in self.rows(*source)? {
                cells.extend(self.filled(row)?.into_iter().map(|(column, words)| (row, column, words)));
            }
        }
        Ok(cells)
    }

    fn rows(&self, source: Uuid) -> anyhow::Result<Vec<Uuid>> {
        let id = |row: &Value| row.get("id").and_then(Value::as_str).and_then(|id| id.parse().ok());
        self.notion.rows(source).iter().map(|row| id(row).context("a row has no id")).collect()
    }

    /// The columns of a row that hold something a video can fill.
    fn filled(&self, row: Uuid) -> anyhow::Result<Vec<(String, String)>> {
        let page = self.notion.page(row).context("a row is gone")?;
        let columns = page.get("properties").and_then(Value::as_object).context("a row has no columns")?;
        let words = |column: &String| Some((column.clone(), self.notion.words(row, column)?));
        let filled = columns.keys().filter(|column| !NOT_FILLED.contains(&column.as_str())).filter_map(words);
        Ok(filled.filter(|(_, words)| !words.is_empty() && words != "false" && words != "no").collect())
    }
}
