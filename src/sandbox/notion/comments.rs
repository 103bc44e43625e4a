//! Comments on pages and blocks. A bot changes and deletes its own only.

use serde_json::{Value, json};
use uuid::Uuid;

use super::callers::{Caller, Capability};
use super::check::At;
use super::error::ApiError;
use super::model::{ChangeKind, Comment, Parent, Stamp, list, moment};
use super::schema::Author;
use super::text;
use super::workspace::Workspace;

impl Workspace {
    /// `POST /v1/comments`: on a page, on a block, or as an answer in a discussion.
    pub(super) fn create_comment(&mut self, caller: &Caller, at: &At<'_>) -> Result<Value, ApiError> {
        caller.needs(Capability::InsertComments)?;
        at.only(&["parent", "discussion_id", "rich_text", "display_name"])?;
        let rich_text = text::checked(&at.required("rich_text")?)?;
        let (parent, discussion) = self.comment_place(at)?;
        let holder = parent.id().unwrap_or_default();
        let what = if matches!(parent, Parent::Page(_)) { "page" } else { "block" };
        if !self.sees(caller, holder) {
            return Err(ApiError::not_found(what, holder));
        }
        self.alive(holder)?;
        let page = self.blocks.get(&holder).map_or(holder, |block| block.page);
        let stamp = Stamp::new(caller);
        let by = caller.author;
        let comment = Comment { id: Uuid::new_v4(), discussion, page, parent, rich_text, by, stamp };
        let shown = comment_shown(&comment);
        self.comments.push(comment);
        self.announce(ChangeKind::CommentsChanged, page, caller, Vec::new());
        Ok(shown)
    }

    fn comment_place(&self, at: &At<'_>) -> Result<(Parent, Uuid), ApiError> {
        if let Some(id) = at.field("discussion_id") {
            let id = id.uuid()?;
            let found = self.comments.iter().find(|comment| comment.discussion == id);
            let found = found.ok_or_else(|| ApiError::not_found("discussion", id))?;
            return Ok((found.parent, id));
        }
        let parent = at.required("parent")?;
        parent.only(&["type", "page_id", "block_id"])?;
        if let Some(id) = parent.field("block_id") {
            let id = id.uuid()?;
            self.blocks.get(&id).ok_or_else(|| ApiError::not_found("block", id))?;
            return Ok((Parent::Block(id), Uuid::new_v4()));
        }
        let id = parent.required("page_id")?.uuid()?;
        self.pages.get(&id).ok_or_else(|| ApiError::not_found("page", id))?;
        Ok((Parent::Page(id), Uuid::new_v4()))
    }

    /// `GET /v1/comments?block_id=`: of exactly this page or block.
    pub(super) fn comments_read(&mut self, caller: &Caller, at: &At<'_>) -> Result<Value, ApiError> {
        caller.needs(Capability::ReadComments)?;
        let id = at.required("block_id")?.uuid()?;
        if !self.sees(caller, id) {
            return Err(ApiError::not_found("block", id));
        }
        let found = self.comments.iter().filter(|comment| comment.parent.id() == Some(id));
        let shown: Vec<Value> = found.map(comment_shown).collect();
        let (shown, next) = self.page_of(&format!("comments {id}"), shown, at)?;
        Ok(list("comment", &shown, next.as_deref()))
    }

    /// `GET /v1/comments/{id}`.
    pub(super) fn comment(&self, caller: &Caller, id: Uuid) -> Result<Value, ApiError> {
        caller.needs(Capability::ReadComments)?;
        self.comment_index(caller, id).and_then(|index| self.comment_at(index, id)).map(comment_shown)
    }

    /// `PATCH /v1/comments/{id}`.
    pub(super) fn update_comment(
        &mut self,
        caller: &Caller,
        id: Uuid,
        at: &At<'_>,
    ) -> Result<Value, ApiError> {
        caller.needs(Capability::InsertComments)?;
        at.only(&["rich_text"])?;
        let words = text::checked(&at.required("rich_text")?)?;
        let index = self.own_comment(caller, id)?;
        if let Some(comment) = self.comments.get_mut(index) {
            comment.rich_text = words;
            comment.stamp.touch(caller);
        }
        let comment = self.comment_at(index, id)?.clone();
        self.announce(ChangeKind::CommentsChanged, comment.page, caller, Vec::new());
        Ok(comment_shown(&comment))
    }

    /// `DELETE /v1/comments/{id}`.
    pub(super) fn delete_comment(&mut self, caller: &Caller, id: Uuid) -> Result<Value, ApiError> {
        caller.needs(Capability::InsertComments)?;
        let index = self.own_comment(caller, id)?;
        let comment = self.comments.remove(index);
        self.announce(ChangeKind::CommentsChanged, comment.page, caller, Vec::new());
        Ok(comment_shown(&comment))
    }

    fn own_comment(&self, caller: &Caller, id: Uuid) -> Result<usize, ApiError> {
        let index = self.comment_index(caller, id)?;
        let own = self.comment_at(index, id)?.stamp.created_by == caller.user;
        if own { Ok(index) } else { Err(ApiError::restricted()) }
    }

    fn comment_index(&self, caller: &Caller, id: Uuid) -> Result<usize, ApiError> {
        let index = self.comments.iter().position(|comment| comment.id == id);
        let index = index
            .filter(|index| self.comments.get(*index).is_some_and(|comment| self.sees(caller, comment.page)));
        index.ok_or_else(|| ApiError::not_found("comment", id))
    }

    fn comment_at(&self, index: usize, id: Uuid) -> Result<&Comment, ApiError> {
        self.comments.get(index).ok_or_else(|| ApiError::not_found("comment", id))
    }
}

/// The comment as the API shows it.
pub(super) fn comment_shown(comment: &Comment) -> Value {
    let kind = if comment.by == Author::Integration { "integration" } else { "user" };
    json!({
        "object": "comment", "id": comment.id, "parent": comment.parent.shown(),
        "discussion_id": comment.discussion, "rich_text": comment.rich_text,
        "created_time": moment(comment.stamp.created), "last_edited_time": moment(comment.stamp.edited),
        "created_by": {"object": "user", "id": comment.stamp.created_by},
        "display_name": {"type": kind, "resolved_name": null},
    })
}
