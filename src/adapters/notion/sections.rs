//! Blocks of a page: our section put up, found, looked at, taken down.
//!
//! Takes pages and blocks by their ids; gives ids. Fails as every request does; what is gone already is no failure.

use std::collections::VecDeque;

use anyhow::anyhow;
use serde_json::{Value, json};

use super::client::results;
use super::refusal::Answered;
use super::{Notion, blocks, ids, text};
use crate::domain::page::Section;
use crate::failure::{Failure, Outcome};
use crate::fault;
use crate::ports::Access;

/// Answers of 100 blocks: a page with more than 5,000 blocks on its top level is no page to read.
const MAX_BLOCK_PAGES: usize = 50;

/// A framed box on the top level of a page.
pub(super) struct Callout {
    pub(super) id: String,
    pub(super) text: String,
    block: Value,
}

impl Notion {
    pub(super) async fn callouts(&self, access: &Access, page: &str) -> Answered<Vec<Callout>> {
        let path = ["blocks", page, "children"];
        let blocks = self.client.list(access, &path, &[], MAX_BLOCK_PAGES).await?;
        Ok(blocks.into_iter().filter_map(Callout::read).collect())
    }

    /// Puts a section up at the end of a page, in as many requests as it takes; gives its id.
    pub(super) async fn put_up_section(
        &self,
        access: &Access,
        page: &str,
        section: &Section,
    ) -> Outcome<String> {
        let callout = [blocks::callout(section)?];
        let mut id = None;
        let mut waiting = VecDeque::from([(ids::checked(page)?, callout.as_slice())]);
        while let Some((parent, siblings)) = waiting.pop_front() {
            let batch = blocks::batch(siblings);
            let rest = siblings.get(batch.blocks.len()..).unwrap_or_default();
            let ids = self.append_children(access, &parent, batch.blocks).await?;
            id = id.or_else(|| ids.first().cloned());
            let open = batch.open.into_iter().filter_map(|(at, inner)| Some((ids.get(at)?.clone(), inner)));
            waiting.extend(open);
            if !rest.is_empty() {
                waiting.push_back((parent, rest));
            }
            if !waiting.is_empty() {
                fault::point("body_begun");
            }
        }
        id.ok_or_else(|| Failure::bug(anyhow!("a section has no blocks")))
    }

    /// Appends blocks to a page or a block and gives their ids.
    pub(super) async fn append_children(
        &self,
        access: &Access,
        parent: &str,
        blocks: Vec<Value>,
    ) -> Answered<Vec<String>> {
        let body = json!({ "children": blocks });
        let mut answer = self.client.patch(access, &["blocks", parent, "children"], &body).await?;
        let id = |block: &Value| block.get("id").and_then(Value::as_str).map(ids::checked);
        let ids = results(&mut answer)?.iter().filter_map(id).collect::<Outcome<Vec<_>>>()?;
        if ids.len() != blocks.len() {
            let cause = anyhow!("{} blocks were sent to notion, {} came back", blocks.len(), ids.len());
            return Err(Failure::outage(cause).into());
        }
        Ok(ids)
    }

    /// Whether a block or one inside it was made or changed by somebody else than whoever made the block. One that
    /// is gone is nobody's any more.
    pub(super) async fn is_touched(&self, access: &Access, block: &str) -> Answered<bool> {
        let found = match self.client.get(access, &["blocks", block], &[]).await {
            Err(trouble) if trouble.is_gone() => return Ok(false),
            found => found?,
        };
        let by = |block: &Value, who: &str| Some(block.pointer(who)?.as_str()?.to_owned());
        let Some(maker) = by(&found, "/created_by/id") else { return Ok(true) };
        let theirs = |block: &Value| {
            ["/created_by/id", "/last_edited_by/id"].iter().any(|who| by(block, who).as_ref() != Some(&maker))
        };
        let mut open = VecDeque::from([found]);
        while let Some(parent) = open.pop_front() {
            if theirs(&parent) {
                return Ok(true);
            }
            let inside = parent.get("has_children").and_then(Value::as_bool).unwrap_or_default();
            if let Some(id) = by(&parent, "/id").filter(|_| inside) {
                let path = ["blocks", &ids::checked(&id)?, "children"];
                open.extend(self.client.list(access, &path, &[], MAX_BLOCK_PAGES).await?);
            }
        }
        Ok(false)
    }

    /// Moves a block to the trash; one that is gone already is no failure.
    pub(super) async fn remove_block(&self, access: &Access, block: &str) -> Answered<()> {
        match self.client.delete(access, &["blocks", block]).await {
            Err(trouble) if trouble.is_gone() => Ok(()),
            removed => removed.map(|_| ()),
        }
    }
}

impl Callout {
    fn read(block: Value) -> Option<Self> {
        let id = ids::checked(block.get("id")?.as_str()?).ok()?;
        let rich_text = block.pointer("/callout/rich_text")?;
        Some(Self { id, text: text::read(Some(rich_text)), block })
    }

    pub(super) fn leads_to(&self, marker: &str) -> bool {
        text::leads_to(self.block.pointer("/callout/rich_text"), marker)
    }
}
