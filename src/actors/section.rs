//! Puts our section up on a page, in the place of the older ones.
//!
//! Takes the page, the section and what is known of older ones; gives the new one's id. An older one its owner wrote in
//! stays, and the new one stands behind it. Of the others the last one keeps the place until the new one is there: a run
//! that dies in between leaves two, of which the next one takes one down before it puts up another. Fails as the workspace does.

use tracing::info;

use crate::domain::page::Section;
use crate::failure::Outcome;
use crate::fault;
use crate::ports::{Access, SectionNow, Workspace};

/// What is known of older sections on a page.
pub(super) enum Older<'a> {
    /// There can be none.
    None,
    /// There may be some; the id of one may have been kept.
    Some(Option<&'a str>),
}

/// The story of a section: the place is found, the new one put up, the old ones taken down.
pub(super) async fn put_up(
    workspace: &dyn Workspace,
    access: &Access,
    page: &str,
    section: &Section,
    older: Older<'_>,
) -> Outcome<String> {
    let (theirs, mut ours) = standing(workspace, access, page, section, older).await?;
    let last = ours.pop();
    for extra in &ours {
        workspace.remove_section(access, &extra.id).await?;
    }
    let id = workspace.append_section(access, page, section, last.as_ref().or(theirs.last())).await?;
    fault::point("body_written");
    if let Some(last) = &last {
        workspace.remove_section(access, &last.id).await?;
        fault::point("older_body_removed");
    }
    Ok(id)
}

/// The older sections that still stand: those their owner wrote in, and the others.
async fn standing(
    workspace: &dyn Workspace,
    access: &Access,
    page: &str,
    section: &Section,
    older: Older<'_>,
) -> Outcome<(Vec<SectionNow>, Vec<SectionNow>)> {
    let Older::Some(known) = older else { return Ok((Vec::new(), Vec::new())) };
    let mut ids = workspace.find_sections(access, page, &section.marker).await?;
    let known = known.filter(|known| !ids.iter().any(|id| id == known));
    // Its owner may have moved it to where nobody looks.
    ids.extend(known.map(str::to_owned));
    let (mut theirs, mut ours) = (Vec::new(), Vec::new());
    for id in ids {
        match workspace.section(access, &id).await? {
            Some(old) if old.edited => {
                info!("somebody wrote in an older section, it stays");
                theirs.push(old);
            }
            old => ours.extend(old),
        }
    }
    Ok((theirs, ours))
}
