//! Tells a row's owner why it failed, and takes that back after a success.
//!
//! Three places, the first that there is: the mapped column, a comment on the row, a callout on its
//! page. What is ours is known by its words: it holds exactly one of our sentences. Text an owner
//! changed is theirs and stays.

use serde_json::{Value, json};
use tokio::time::Instant;
use tracing::{debug, info};

use super::refusal::{Answered, Trouble};
use super::{Notion, blocks, ids, rows, text};
use crate::domain::mapping::Mapping;
use crate::domain::reason::Reason;
use crate::domain::stage::Status;
use crate::domain::waiting::{Waiting, is_told};
use crate::failure::{Failure, Kind, Outcome};
use crate::ports::{Access, FRESH, RowUpdate, Workspace};

/// Answers of 100 comments; a discussion longer than that is not ours to read.
const MAX_COMMENT_PAGES: usize = 5;

/// Looks at the column for reasons before telling is left to another time.
const MOST_LOOKS: u32 = 3;

/// Who speaks in a callout; a comment and a column say so by themselves.
const SPEAKER: &str = "Linkscribe: ";

/// What a comment says afterwards where its owner answered it: deleting it would delete their answer.
const TAKEN_BACK: &str = "This is solved: Linkscribe has filled the row since.";

/// Shows status `failed` and the reason.
pub(super) async fn tell(
    notion: &Notion,
    access: &Access,
    page: &str,
    mapping: &Mapping,
    reason: Reason,
) -> Outcome<()> {
    if show(notion, access, page, mapping, Status::Failed, reason.sentence()).await? {
        return Ok(());
    }
    let page = ids::checked(page)?;
    match comment(notion, access, &page, reason).await {
        // Reading and inserting comments are capabilities of their own, off by default.
        Err(trouble) if trouble.is_forbidden() => {
            info!("comments are not allowed, telling the reason on the page");
            Ok(put_up(notion, access, &page, reason).await?)
        }
        told => Ok(told?),
    }
}

/// Whether the column for reasons holds nothing but words of ours: its owner's stay, and the reason is told beside.
async fn has_room(notion: &Notion, access: &Access, page: &str, mapping: &Mapping) -> Outcome<bool> {
    let page = notion.client.get(access, &["pages", &ids::checked(page)?], &[]).await?;
    Ok(rows::reason(&page, mapping).as_deref().is_none_or(is_told))
}

/// Shows a status, and words where a column for reasons has room for them; looks again where the request would leave
/// when the look is old. Gives whether the words stand in the row.
async fn show(
    notion: &Notion,
    access: &Access,
    page: &str,
    mapping: &Mapping,
    status: Status,
    words: &str,
) -> Outcome<bool> {
    let mut looks = 0;
    loop {
        looks += 1;
        let at = Instant::now();
        let has_room = mapping.reason.is_some() && has_room(notion, access, page, mapping).await?;
        let reason = has_room.then(|| words.to_owned());
        let access = if has_room { access.clone().leaving_by(at + FRESH) } else { access.clone() };
        let update = RowUpdate { status: Some(status), reason, ..RowUpdate::default() };
        match put(notion, &access, page, mapping, update).await {
            Err(failure) if has_room && looks < MOST_LOOKS && matches!(failure.kind, Kind::Wait { .. }) => {}
            shown => return shown,
        }
    }
}

/// Shows a status and a reason, of which one column or both may be gone meanwhile: then what is left shows its
/// part. Gives whether the reason stands in the row.
async fn put(
    notion: &Notion,
    access: &Access,
    page: &str,
    mapping: &Mapping,
    update: RowUpdate,
) -> Outcome<bool> {
    let RowUpdate { status, reason, .. } = update.clone();
    if has_columns(notion.update_row(access, page, mapping, &update).await)? {
        return Ok(reason.is_some());
    }
    let alone = RowUpdate { status, ..RowUpdate::default() };
    has_columns(notion.update_row(access, page, mapping, &alone).await)?;
    if reason.is_none() {
        return Ok(false);
    }
    let alone = RowUpdate { reason, ..RowUpdate::default() };
    has_columns(notion.update_row(access, page, mapping, &alone).await)
}

/// Whether a row could be changed; `false` where a column is gone or has another type.
fn has_columns(changed: Outcome<()>) -> Outcome<bool> {
    match changed {
        Err(Failure { kind: Kind::Permanent(Reason::SchemaChanged), .. }) => Ok(false),
        changed => changed.map(|()| true),
    }
}

/// Shows status `pending` and what is waited for, unless the column holds its owner's words.
pub(super) async fn tell_waiting(
    notion: &Notion,
    access: &Access,
    page: &str,
    mapping: &Mapping,
    waiting: &Waiting,
) -> Outcome<()> {
    show(notion, access, page, mapping, Status::Pending, &waiting.sentence()).await.map(drop)
}

/// Takes back what [`tell`] said beside the columns.
pub(super) async fn untell(notion: &Notion, access: &Access, page: &str) -> Outcome<()> {
    let page = ids::checked(page)?;
    if !take_back_comments(notion, access, &page).await? {
        take_down(notion, access, &page).await?;
    }
    Ok(())
}

/// A comment on a page.
struct Comment {
    id: String,
    discussion: String,
    text: String,
}

async fn comments(notion: &Notion, access: &Access, page: &str) -> Answered<Vec<Comment>> {
    let found = notion.client.list(access, &["comments"], &[("block_id", page)], MAX_COMMENT_PAGES).await?;
    let string = |item: &Value, field: &str| Some(item.get(field)?.as_str()?.to_owned());
    let read = |item: &Value| {
        let (id, discussion) = (string(item, "id")?, string(item, "discussion_id")?);
        Some(Comment { id, discussion, text: text::read(item.get("rich_text")) })
    };
    Ok(found.iter().filter_map(read).collect())
}

/// Comments once, however often the same reason is told.
async fn comment(notion: &Notion, access: &Access, page: &str, reason: Reason) -> Answered<()> {
    let told = comments(notion, access, page).await?;
    if told.iter().any(|comment| comment.text.trim() == reason.sentence()) {
        return Ok(());
    }
    let body = json!({ "parent": { "page_id": page }, "rich_text": text::plain(reason.sentence()) });
    notion.client.post(access, &["comments"], &body).await?;
    Ok(())
}

/// Deletes our comments, or changes the words of one its owner answered. Gives whether there was one.
async fn take_back_comments(notion: &Notion, access: &Access, page: &str) -> Answered<bool> {
    let all = match comments(notion, access, page).await {
        Err(trouble) if trouble.is_forbidden() => return Ok(false),
        all => all?,
    };
    let ours: Vec<&Comment> = all.iter().filter(|comment| is_told(&comment.text)).collect();
    for comment in &ours {
        let id = ids::checked(&comment.id)?;
        // Deleting the first comment of a discussion deletes the discussion.
        let answered = all.iter().filter(|other| other.discussion == comment.discussion).count() > 1;
        let done = if answered {
            let body = json!({ "rich_text": text::plain(TAKEN_BACK) });
            notion.client.patch(access, &["comments", &id], &body).await
        } else {
            notion.client.delete(access, &["comments", &id]).await
        };
        or_left(done)?;
    }
    Ok(!ours.is_empty())
}

/// A comment that is gone, or not ours after all, stays as it is.
fn or_left(done: Answered<Value>) -> Answered<()> {
    match done {
        Err(trouble) if trouble.is_gone() || trouble.is_forbidden() => {
            debug!(?trouble, "a comment cannot be taken back");
            Ok(())
        }
        done => done.map(|_| ()),
    }
}

/// Puts one callout on the page and removes those that tell another reason.
async fn put_up(notion: &Notion, access: &Access, page: &str, reason: Reason) -> Answered<()> {
    let (same, others): (Vec<_>, Vec<_>) =
        notices(notion, access, page).await?.into_iter().partition(|(_, told)| *told == reason);
    for (id, _) in others {
        notion.remove_block(access, &id).await?;
    }
    if same.is_empty() {
        notion.append_children(access, page, vec![blocks::notice(&spoken(reason))], None).await?;
    }
    Ok(())
}

async fn take_down(notion: &Notion, access: &Access, page: &str) -> Answered<()> {
    for (id, _) in notices(notion, access, page).await? {
        notion.remove_block(access, &id).await?;
    }
    Ok(())
}

/// Our callouts on a page with the reason each of them tells.
async fn notices(notion: &Notion, access: &Access, page: &str) -> Result<Vec<(String, Reason)>, Trouble> {
    let told = |text: &str| Reason::ALL.into_iter().find(|reason| spoken(*reason) == text.trim());
    let callouts = notion.callouts(access, page).await?;
    Ok(callouts.into_iter().filter_map(|callout| Some((callout.id, told(&callout.text)?))).collect())
}

fn spoken(reason: Reason) -> String {
    format!("{SPEAKER}{}", reason.sentence())
}
