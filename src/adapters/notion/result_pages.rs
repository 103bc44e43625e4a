//! Pages in content databases: made in one request with values and section, looked for by the section's marker.
//!
//! A query may not show a page made a moment ago; who looks for one waits for longer than that before it counts as
//! not made.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::anyhow;
use async_trait::async_trait;
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use serde_json::{Map, Value, json};

use super::client::{next_cursor, results};
use super::{Notion, blocks, ids, rows, uploads, values};
use crate::domain::note::Value as NoteValue;
use crate::domain::page::Section;
use crate::failure::{Failure, Outcome};
use crate::ports::{Access, MadePage, PageMaker, PageNow, Upload};

/// Notion rounds times to the minute, and its clock is not ours.
const MARGIN: TimeDelta = TimeDelta::minutes(2);

/// How long after the intent a page may come to be shown: its request waits up to 20 s for the budget, Notion works on it
/// for a minute, and queries lag behind. For the last no time is documented: Notion says "eventually", and mostly it is
/// a few seconds.
pub(super) const SHOWS_WITHIN: Duration = Duration::from_secs(150);

/// Answers of 25 pages that are looked through: nobody makes a hundred pages in the minutes of a retry but us.
const MAX_ANSWERS: usize = 8;

#[async_trait]
impl PageMaker for Notion {
    async fn make_page(
        &self,
        access: &Access,
        data_source: &str,
        values: &BTreeMap<String, NoteValue>,
        section: &Section,
        picture: Option<&Upload>,
    ) -> Outcome<(MadePage, bool)> {
        let callout = [blocks::callout(section)?];
        let whole = blocks::batch(&callout);
        let is_whole = whole.open.is_empty();
        // What follows goes under ids that this answer does not give: it is put up as every section is.
        let children = if is_whole { whole.blocks } else { vec![blocks::headline(section)?] };
        let source = ids::checked(data_source)?;
        let body = |picture: Option<&Upload>| {
            let property = |(column, value): (&String, &NoteValue)| {
                Some((column.clone(), values::property_with(value, picture)?))
            };
            let mut body = Map::from_iter([
                ("parent".to_owned(), json!({ "type": "data_source_id", "data_source_id": source })),
                ("properties".to_owned(), values.iter().filter_map(property).collect::<Map<_, _>>().into()),
                ("children".to_owned(), json!(children)),
            ]);
            body.extend(picture.map(|picture| ("cover".to_owned(), uploads::named(picture))));
            Value::Object(body)
        };
        let answered = self.client.post(access, &["pages"], &body(picture)).await;
        let page = match picture {
            // What is refused was not made.
            Some(_) if uploads::is_refused(&answered) => {
                self.client.post(access, &["pages"], &body(None)).await?
            }
            _ => answered?,
        };
        Ok((made(&page)?, is_whole))
    }

    async fn find_page(
        &self,
        access: &Access,
        data_source: &str,
        marker: &str,
        since: DateTime<Utc>,
    ) -> Outcome<Option<MadePage>> {
        let path = ["data_sources", &ids::checked(data_source)?, "query"];
        let since = (since - MARGIN).to_rfc3339_opts(SecondsFormat::Secs, true);
        let mut body = Map::from_iter([
            (
                "filter".to_owned(),
                json!({ "timestamp": "created_time", "created_time": { "on_or_after": since } }),
            ),
            ("sorts".to_owned(), json!([{ "timestamp": "created_time", "direction": "ascending" }])),
            ("page_size".to_owned(), 25.into()),
        ]);
        for _ in 0..MAX_ANSWERS {
            let mut answer = self.client.post(access, &path, &json!(body)).await?;
            for page in
                results(&mut answer)?.iter().filter(|item| rows::is_page(item) && !rows::in_trash(item))
            {
                let made = made(page)?;
                if self.callouts(access, &made.page).await?.iter().any(|callout| callout.leads_to(marker)) {
                    return Ok(Some(made));
                }
            }
            match next_cursor(&answer) {
                Some(cursor) => drop(body.insert("start_cursor".to_owned(), cursor.into())),
                None => break,
            }
        }
        Ok(None)
    }

    fn shows_pages_within(&self) -> Duration {
        self.shows_pages_within
    }

    async fn page(&self, access: &Access, page: &str) -> Outcome<Option<PageNow>> {
        let found = match self.client.get(access, &["pages", &ids::checked(page)?], &[]).await {
            Err(trouble) if trouble.is_gone() => return Ok(None),
            found => found?,
        };
        let now = PageNow {
            made: made(&found)?,
            columns: rows::columns(&found),
            has_cover: rows::has_cover(&found),
        };
        Ok((!rows::in_trash(&found)).then_some(now))
    }
}

fn made(page: &Value) -> Outcome<MadePage> {
    let id = page.get("id").and_then(Value::as_str);
    let id = id.ok_or_else(|| Failure::outage(anyhow!("a page of notion has no id")))?;
    Ok(MadePage { page: ids::checked(id)?, url: rows::url(page) })
}
