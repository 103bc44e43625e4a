//! Makes rows, and looks for those that stand there by their links.
//!
//! A query gives at most 10,000 rows (since 2026-04-20); a database with more gives its newest ones.

use async_trait::async_trait;
use serde_json::{Map, Value, json};

use super::client::{next_cursor, results};
use super::{MAX_QUERY_PAGES, Notion, ids, rows, text, values};
use crate::domain::mapping::Mapping;
use crate::domain::stage::Status;
use crate::failure::Outcome;
use crate::ports::{Access, Row, RowLinks, RowMaker};

#[async_trait]
impl RowMaker for Notion {
    async fn add_row(
        &self,
        access: &Access,
        data_source: &str,
        mapping: &Mapping,
        link: &str,
        title: Option<&str>,
    ) -> Outcome<Row> {
        let mut properties = Map::from_iter([(mapping.link.clone(), json!({ "url": link }))]);
        let status = values::status(&mapping.status, Status::Pending);
        properties.extend(status.map(|status| (mapping.status.id.clone(), status)));
        let title = title.map(|title| json!({ "title": text::plain(title) }));
        properties.extend(title.map(|title| (mapping.title.clone(), title)));
        let parent = json!({ "type": "data_source_id", "data_source_id": ids::checked(data_source)? });
        let body = json!({ "parent": parent, "properties": properties });
        let page = self.client.post(access, &["pages"], &body).await?;
        rows::row(&page, mapping)
    }

    async fn links(&self, access: &Access, data_source: &str, mapping: &Mapping) -> Outcome<RowLinks> {
        let source = ids::checked(data_source)?;
        let filter = json!({ "property": mapping.link, "url": { "is_not_empty": true } });
        let newest = json!([{ "timestamp": "created_time", "direction": "descending" }]);
        let mut found = RowLinks::default();
        let mut cursor: Option<String> = None;
        for _ in 0..MAX_QUERY_PAGES {
            let mut body = json!({ "filter": filter, "sorts": newest, "page_size": 100 });
            if let (Some(cursor), Some(body)) = (&cursor, body.as_object_mut()) {
                body.insert("start_cursor".to_owned(), cursor.as_str().into());
            }
            let mut answer = self.client.post(access, &["data_sources", &source, "query"], &body).await?;
            for page in results(&mut answer)?.iter().filter(|item| rows::is_page(item)) {
                found.links.extend(rows::row(page, mapping)?.link);
            }
            cursor = next_cursor(&answer);
            if cursor.is_none() {
                let kind = answer.pointer("/request_status/type").and_then(Value::as_str);
                found.all = kind != Some("incomplete");
                return Ok(found);
            }
        }
        Ok(found)
    }

    async fn find_row(
        &self,
        access: &Access,
        data_source: &str,
        mapping: &Mapping,
        link: &str,
    ) -> Outcome<Option<Row>> {
        let filter = json!({ "property": mapping.link, "url": { "equals": link } });
        let body = json!({ "filter": filter, "page_size": 10 });
        let path = ["data_sources", &ids::checked(data_source)?, "query"];
        let mut answer = self.client.post(access, &path, &body).await?;
        for page in results(&mut answer)?.iter().filter(|item| rows::is_page(item)) {
            let row = rows::row(page, mapping)?;
            // Should its comparison be looser than ours one day, no other link's row is taken for this one's.
            if !row.in_trash && row.link.as_deref() == Some(link) {
                return Ok(Some(row));
            }
        }
        Ok(None)
    }
}
