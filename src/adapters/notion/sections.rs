//! Blocks of a page: our section put up, found, looked at, taken down.
//!
//! Takes pages and blocks by their ids; gives ids. Fails as every request does; what is gone already is no failure.

use std::collections::VecDeque;

use anyhow::anyhow;
use serde_json::{Value, json};
use tracing::info;

use super::client::results;
use super::refusal::{Answered, Refusal, Trouble};
use super::{Notion, blocks, ids, rows, text, uploads};
use crate::domain::page::Section;
use crate::failure::{Failure, Outcome};
use crate::fault;
use crate::ports::{Access, SectionNow, SectionState};

/// Answers of 100 blocks: a page with more than 5,000 blocks on its top level is no page to read.
const MAX_BLOCK_PAGES: usize = 50;

/// Blocks into which people drag others. Lists and the like are not looked through: each look is a request.
const HOLDERS: [&str; 10] = [
    "column_list",
    "column",
    "toggle",
    "heading_1",
    "heading_2",
    "heading_3",
    "heading_4",
    "callout",
    "quote",
    "synced_block",
];

/// Who made a block.
const MADE_BY: &str = "/created_by/id";

/// Who changed it last.
const CHANGED_BY: &str = "/last_edited_by/id";

/// Blocks of a page that are looked into for sections. A page of many toggles would else take a minute's requests.
const MAX_HOLDERS: usize = 20;

/// A framed box.
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

    /// The sections with this marker: on the top level of a page, and in what people drag blocks into there.
    pub(super) async fn marked_sections(
        &self,
        access: &Access,
        page: &str,
        marker: &str,
    ) -> Answered<Vec<SectionNow>> {
        let mut found = Vec::new();
        let mut open = VecDeque::from([page.to_owned()]);
        for _ in 0..=MAX_HOLDERS {
            let Some(holder) = open.pop_front() else { break };
            let blocks =
                self.client.list(access, &["blocks", &holder, "children"], &[], MAX_BLOCK_PAGES).await;
            let blocks = match blocks {
                // Somebody is at work on the page.
                Err(trouble) if trouble.is_gone() && holder != page => continue,
                blocks => blocks?,
            };
            for block in blocks {
                let id = block.get("id").and_then(Value::as_str).map(ids::checked).transpose()?;
                if text::leads_to(block.pointer("/callout/rich_text"), marker) {
                    if let Some(id) = id {
                        found.push(self.seen(access, id, Some(holder.clone()), &block).await?);
                    }
                } else if is_holder(&block) {
                    open.extend(id);
                }
            }
        }
        Ok(found)
    }

    /// Puts a section up behind an older one, or at the end of a page; gives its id.
    pub(super) async fn put_up_section(
        &self,
        access: &Access,
        page: &str,
        section: &Section,
        behind: Option<&SectionNow>,
    ) -> Outcome<String> {
        let place = behind.and_then(|older| Some((older.holder.as_deref()?, older.id.as_str())));
        if let Some((holder, older)) = place {
            match self.put_up_with_file(access, holder, section, Some(older)).await {
                Err(Trouble::Refused(Refusal { status: 400 | 404, code, .. })) => {
                    info!(%code, "the place of an older section is gone, the new one goes to the end of the page");
                }
                put_up => return Ok(put_up?),
            }
        }
        Ok(self.put_up_with_file(access, page, section, None).await?)
    }

    /// A file that Notion does not take, or no longer, is told instead of shown: it stands in the first request, of
    /// which nothing is left when it is refused.
    async fn put_up_with_file(
        &self,
        access: &Access,
        holder: &str,
        section: &Section,
        after: Option<&str>,
    ) -> Answered<String> {
        let put_up = self.put_up_blocks(access, holder, section, after).await;
        match &section.file {
            Some(_) if uploads::is_refused(&put_up) => {
                self.put_up_blocks(access, holder, &section.clone().without_file(), after).await
            }
            _ => put_up,
        }
    }

    /// Puts a section up in as many requests as it takes.
    async fn put_up_blocks(
        &self,
        access: &Access,
        holder: &str,
        section: &Section,
        after: Option<&str>,
    ) -> Answered<String> {
        let callout = [blocks::callout(section)?];
        let mut id = None;
        let mut waiting = VecDeque::from([(ids::checked(holder)?, callout.as_slice())]);
        while let Some((parent, siblings)) = waiting.pop_front() {
            let batch = blocks::batch(siblings);
            let rest = siblings.get(batch.blocks.len()..).unwrap_or_default();
            let after = after.filter(|_| id.is_none());
            let appended = self.append_children(access, &parent, batch.blocks, after).await;
            // Once something of it stands there, no refusal leads to another section.
            let ids = if id.is_some() { appended.map_err(Failure::from)? } else { appended? };
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
        Ok(id.ok_or_else(|| Failure::bug(anyhow!("a section has no blocks")))?)
    }

    /// Appends blocks to a page or a block, behind one of its own or at its end, and gives their ids.
    pub(super) async fn append_children(
        &self,
        access: &Access,
        parent: &str,
        blocks: Vec<Value>,
        after: Option<&str>,
    ) -> Answered<Vec<String>> {
        let mut body = json!({ "children": blocks });
        if let (Some(body), Some(after)) = (body.as_object_mut(), after) {
            body.insert("after".to_owned(), after.into());
        }
        let mut answer = self.client.patch(access, &["blocks", parent, "children"], &body).await?;
        let id = |block: &Value| block.get("id").and_then(Value::as_str).map(ids::checked);
        let ids = results(&mut answer)?.iter().filter_map(id).collect::<Outcome<Vec<_>>>()?;
        if ids.len() != blocks.len() {
            let cause = anyhow!("{} blocks were sent to notion, {} came back", blocks.len(), ids.len());
            return Err(Failure::outage(cause).into());
        }
        Ok(ids)
    }

    /// Where a section stands; `None` where it is gone.
    pub(super) async fn section_now(&self, access: &Access, block: &str) -> Answered<Option<SectionNow>> {
        let Some(found) = self.standing_block(access, block).await? else { return Ok(None) };
        let holder =
            ["/parent/block_id", "/parent/page_id"].iter().find_map(|id| found.pointer(id)?.as_str());
        let holder = holder.map(ids::checked).transpose()?;
        Ok(Some(self.seen(access, block.to_owned(), holder, &found).await?))
    }

    async fn seen(
        &self,
        access: &Access,
        id: String,
        holder: Option<String>,
        block: &Value,
    ) -> Answered<SectionNow> {
        let maker = by(block, MADE_BY);
        let is_own = maker.as_ref() == Some(&self.me(access).await?.id);
        Ok(SectionNow { id, holder, maker, is_own })
    }

    /// A block; `None` where it is gone.
    async fn standing_block(&self, access: &Access, block: &str) -> Answered<Option<Value>> {
        match self.client.get(access, &["blocks", block], &[]).await {
            Err(trouble) if trouble.is_gone() => Ok(None),
            found => Ok(Some(found?).filter(|found| !rows::in_trash(found))),
        }
    }

    /// Whether a section may be taken down: we made it with all that is in it, nobody else changed anything, and nobody
    /// commented on it or on what folds in it. Of a comment on a single line nothing is known: each would be a request.
    /// Only the first request waits for its budget, so that what was seen first is not old when the last answer is there.
    pub(super) async fn state_of(
        &self,
        access: &Access,
        section: &str,
        known_maker: Option<&str>,
    ) -> Answered<SectionState> {
        let me = self.me(access).await?.id;
        let Some(found) = self.standing_block(access, section).await? else { return Ok(SectionState::Gone) };
        let is_us =
            |who: Option<String>| who.is_some_and(|who| who == me || Some(who.as_str()) == known_maker);
        let theirs = |block: &Value| [MADE_BY, CHANGED_BY].iter().any(|who| !is_us(by(block, who)));
        let at_once = access.clone().at_once();
        let (mut open, mut holders) = (VecDeque::from([found]), vec![section.to_owned()]);
        while let Some(parent) = open.pop_front() {
            if theirs(&parent) {
                return Ok(SectionState::Theirs);
            }
            if let Some(id) = by(&parent, "/id").filter(|_| has_inside(&parent)) {
                let id = ids::checked(&id)?;
                open.extend(
                    self.client.list(&at_once, &["blocks", &id, "children"], &[], MAX_BLOCK_PAGES).await?,
                );
                holders.extend((id != section).then_some(id));
            }
        }
        let commented = self.is_commented(&at_once, &holders).await?;
        Ok(if commented { SectionState::Theirs } else { SectionState::Untouched })
    }

    /// Moves a block to the trash; one that is gone already is no failure.
    pub(super) async fn remove_block(&self, access: &Access, block: &str) -> Answered<()> {
        match self.client.delete(access, &["blocks", block]).await {
            Err(trouble) if trouble.is_gone() => Ok(()),
            removed => removed.map(|_| ()),
        }
    }
}

fn by(block: &Value, who: &str) -> Option<String> {
    Some(block.pointer(who)?.as_str()?.to_owned())
}

/// Whether a block is of those people drag others into, and holds any.
fn is_holder(block: &Value) -> bool {
    let kind = block.get("type").and_then(Value::as_str);
    has_inside(block) && kind.is_some_and(|kind| HOLDERS.contains(&kind))
}

/// Whether other blocks stand in a block.
fn has_inside(block: &Value) -> bool {
    block.get("has_children").and_then(Value::as_bool).unwrap_or_default()
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
