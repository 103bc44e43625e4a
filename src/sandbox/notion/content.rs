//! Page bodies: append, list, change and delete blocks.

use serde_json::{Value, json};
use uuid::Uuid;

use super::blocks::{self, NewBlock};
use super::callers::{Caller, Capability};
use super::check::At;
use super::error::ApiError;
use super::limits;
use super::model::{Block, ChangeKind, Parent, Stamp, list, moment};
use super::text;
use super::values;
use super::workspace::Workspace;

impl Workspace {
    /// `PATCH /v1/blocks/{id}/children`; gives the blocks of the first level.
    pub(super) fn append(&mut self, caller: &Caller, id: Uuid, at: &At<'_>) -> Result<Value, ApiError> {
        caller.needs(Capability::InsertContent)?;
        at.only(&["children", "after", "position"])?;
        let (page, parent) = self.holder(caller, id)?;
        self.alive(id)?;
        let new = blocks::checked(&at.required("children")?, &self.writing(caller))?;
        if let Some(block) = self.blocks.get(&id) {
            let rows = block.kind == "table";
            if !blocks::takes_children(block.kind, &block.content)
                || new.iter().any(|child| (child.kind == "table_row") != rows)
            {
                let text = format!("Block of type {} does not support these children.", block.kind);
                return Err(ApiError::validation(text));
            }
        } else if new.iter().any(|child| child.kind == "table_row") {
            return Err(ApiError::validation("A table row belongs into a table."));
        }
        let place = self.place(id, at)?;
        let made = self.store(caller, page, parent, place, new);
        self.touch(caller, page, id);
        let shown = made.iter().map(|id| self.block_shown(*id)).collect::<Result<Vec<_>, _>>()?;
        Ok(list("block", &shown, None))
    }

    /// Where appended blocks go: an index among the children, `None` for the end.
    fn place(&self, id: Uuid, at: &At<'_>) -> Result<Option<usize>, ApiError> {
        let after = match (at.field("after"), at.field("position")) {
            (Some(after), _) => after,
            (None, Some(position)) => {
                match position.required("type")?.one_of(&["start", "end", "after_block"])? {
                    "start" => return Ok(Some(0)),
                    "end" => return Ok(None),
                    _ => position.required("after_block")?.required("id")?,
                }
            }
            (None, None) => return Ok(None),
        };
        let sibling = after.uuid()?;
        let place = self.children.get(&id).and_then(|list| list.iter().position(|child| *child == sibling));
        let text = format!("Could not find block to append after: {sibling} is not a child of {id}.");
        place.map(|index| Some(index + 1)).ok_or_else(|| ApiError::validation(text))
    }

    /// Stores checked blocks under a parent; gives the ids of the first level.
    pub(super) fn store(
        &mut self,
        caller: &Caller,
        page: Uuid,
        parent: Parent,
        place: Option<usize>,
        new: Vec<NewBlock>,
    ) -> Vec<Uuid> {
        let mut made = Vec::new();
        for NewBlock { kind, content, children } in new {
            let id = Uuid::new_v4();
            let stamp = Stamp::new(caller);
            self.blocks.insert(id, Block { id, page, parent, kind, content, in_trash: false, stamp });
            self.store(caller, page, Parent::Block(id), None, children);
            made.push(id);
        }
        if let Some(holder) = parent.id() {
            let siblings = self.children.entry(holder).or_default();
            let at = place.unwrap_or(siblings.len()).min(siblings.len());
            siblings.splice(at..at, made.iter().copied());
        }
        made
    }

    /// Puts a page or database that was made under a page at the end of that page's body.
    pub(super) fn hang(&mut self, parent: Parent, id: Uuid) {
        if let Parent::Page(page) = parent {
            self.children.entry(page).or_default().push(id);
        }
    }

    /// `GET /v1/blocks/{id}/children`; the paging arrives as a body of query values.
    pub(super) fn children_read(
        &mut self,
        caller: &Caller,
        id: Uuid,
        paging: &At<'_>,
    ) -> Result<Value, ApiError> {
        caller.needs(Capability::ReadContent)?;
        self.holder(caller, id)?;
        let mut ids = self.children.get(&id).cloned().unwrap_or_default();
        ids.retain(|child| self.alive(*child).is_ok());
        let (ids, next) = self.page_of(&format!("children {id}"), ids, paging)?;
        let shown = ids.iter().map(|id| self.block_shown(*id)).collect::<Result<Vec<_>, _>>()?;
        Ok(list("block", &shown, next.as_deref()))
    }

    /// The page something is on, and the parent its children get.
    fn holder(&self, caller: &Caller, id: Uuid) -> Result<(Uuid, Parent), ApiError> {
        if !self.sees(caller, id) {
            return Err(ApiError::not_found("block", id));
        }
        if self.pages.contains_key(&id) {
            return Ok((id, Parent::Page(id)));
        }
        let block = self.blocks.get(&id).ok_or_else(|| ApiError::not_found("block", id))?;
        Ok((block.page, Parent::Block(id)))
    }

    /// `GET /v1/blocks/{id}`; a page answers as a `child_page`, a database as a `child_database`.
    pub(super) fn block(&self, caller: &Caller, id: Uuid) -> Result<Value, ApiError> {
        caller.needs(Capability::ReadContent)?;
        if !(self.databases.contains_key(&id) && self.sees(caller, id)) {
            self.holder(caller, id)?;
        }
        self.block_shown(id)
    }

    fn block_shown(&self, id: Uuid) -> Result<Value, ApiError> {
        let has_children = self.children.get(&id).is_some_and(|list| !list.is_empty());
        let (kind, content, parent, in_trash, stamp) = if let Some(page) = self.pages.get(&id) {
            ("child_page", json!({"title": values::title(page)}), page.parent, page.in_trash, &page.stamp)
        } else if let Some(one) = self.databases.get(&id) {
            (
                "child_database",
                json!({"title": text::plain(&one.title)}),
                one.parent,
                one.in_trash,
                &one.stamp,
            )
        } else {
            let block = self.blocks.get(&id).ok_or_else(|| ApiError::not_found("block", id))?;
            (block.kind, block.content.clone(), block.parent, block.in_trash, &block.stamp)
        };
        Ok(json!({
            "object": "block", "id": id, "parent": parent.shown(), "type": kind, kind: content,
            "has_children": has_children, "in_trash": in_trash, "archived": in_trash,
            "created_time": moment(stamp.created), "last_edited_time": moment(stamp.edited),
            "created_by": {"object": "user", "id": stamp.created_by},
            "last_edited_by": {"object": "user", "id": stamp.edited_by},
        }))
    }

    /// `PATCH /v1/blocks/{id}`: new content of the same type, or the trash.
    pub(super) fn update_block(&mut self, caller: &Caller, id: Uuid, at: &At<'_>) -> Result<Value, ApiError> {
        caller.needs(Capability::UpdateContent)?;
        let (page, _) = self.holder(caller, id)?;
        self.alive(id)?;
        let kind = self.blocks.get(&id).map_or("child_page", |block| block.kind);
        let changed = blocks::update(kind, at, &self.writing(caller))?;
        let trash = at.field("in_trash").or_else(|| at.field("archived"));
        if trash.map_or(Ok(false), |flag| flag.bool())? {
            return self.delete_block(caller, id);
        }
        let block = self.blocks.get_mut(&id).ok_or_else(|| ApiError::not_found("block", id))?;
        if let Some(fields) = block.content.as_object_mut() {
            fields.extend(changed);
        }
        block.stamp.touch(caller);
        self.touch(caller, page, id);
        self.block_shown(id)
    }

    /// `DELETE /v1/blocks/{id}`: into the trash; a page goes there whole.
    pub(super) fn delete_block(&mut self, caller: &Caller, id: Uuid) -> Result<Value, ApiError> {
        caller.needs(Capability::UpdateContent)?;
        let (page, _) = self.holder(caller, id)?;
        self.alive(id)?;
        if page == id {
            self.update_page(caller, id, &At::body(&json!({"in_trash": true})))?;
            return self.block_shown(id);
        }
        if let Some(block) = self.blocks.get_mut(&id) {
            block.in_trash = true;
            block.stamp.touch(caller);
        }
        if let Some(list) = self.parent_of(id).and_then(|parent| self.children.get_mut(&parent)) {
            list.retain(|child| *child != id);
        }
        self.touch(caller, page, id);
        self.block_shown(id)
    }

    /// Empties a page's body.
    pub(super) fn erase(&mut self, page: Uuid) {
        for id in self.children.remove(&page).unwrap_or_default() {
            if let Some(block) = self.blocks.get_mut(&id) {
                block.in_trash = true;
            }
        }
    }

    fn touch(&mut self, caller: &Caller, page: Uuid, block: Uuid) {
        for stamp in [
            self.pages.get_mut(&page).map(|page| &mut page.stamp),
            self.blocks.get_mut(&block).map(|block| &mut block.stamp),
        ]
        .into_iter()
        .flatten()
        {
            stamp.touch(caller);
        }
        self.announce(ChangeKind::ContentChanged, page, caller, Vec::new());
    }

    /// All blocks of a page with their children under `children`, for tests and for showing.
    pub(super) fn body_of(&self, id: Uuid) -> Vec<Value> {
        let ids = self.children.get(&id).map(Vec::as_slice).unwrap_or_default();
        let block = |id: &Uuid| {
            let mut shown = self.block_shown(*id).ok()?;
            let fields = shown.as_object_mut()?;
            fields.insert("children".into(), self.body_of(*id).into());
            Some(shown)
        };
        ids.iter().take(limits::QUERY_ROWS).filter_map(block).collect()
    }
}
