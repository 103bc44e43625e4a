//! Puts our section up on a page, in the place of the older ones.
//!
//! Takes the page, the section and what is known of older ones; gives the new one's id. Each older one is looked at right
//! before it is taken down: one that its owner made, copied or wrote in stays, and the new one stands behind it. One of
//! the others keeps the place until the new one is there: a run that dies in between leaves two, of which the next one
//! takes one down before it puts up another. Fails as the workspace does.

use tokio::time::Instant;
use tracing::info;

use crate::domain::page::Section;
use crate::failure::{Kind, Outcome};
use crate::fault;
use crate::ports::{Access, FRESH, SectionNow, SectionState, Workspace};

/// Looks at one section before it is left to a later run whether it can be taken down.
const MOST_LOOKS: u32 = 3;

/// What is known of older sections on a page.
pub(super) enum Older<'a> {
    /// There can be none.
    None,
    /// There may be some; the id of one may have been kept.
    Some(Option<&'a str>),
}

/// The older sections that stand on a page.
#[derive(Default)]
struct Standing {
    /// Whose place the new one takes.
    place: Option<SectionNow>,
    others: Vec<SectionNow>,
    /// Who made the one whose id was kept, and so is us.
    maker: Option<String>,
}

/// The story of a section: the place is found, the new one put up, the old ones taken down.
pub(super) async fn put_up(
    workspace: &dyn Workspace,
    access: &Access,
    page: &str,
    section: &Section,
    older: Older<'_>,
) -> Outcome<String> {
    let Standing { place, others, maker } = match older {
        Older::None => Standing::default(),
        Older::Some(kept) => standing(workspace, access, page, section, kept).await?,
    };
    let maker = maker.as_deref();
    for extra in &others {
        take_down(workspace, access, &extra.id, maker).await?;
    }
    let id = workspace.append_section(access, page, section, place.as_ref()).await?;
    fault::point("body_written");
    if let Some(older) = place {
        take_down(workspace, access, &older.id, maker).await?;
        fault::point("older_body_removed");
    }
    Ok(id)
}

/// The older sections. The one whose id was kept has the place, wherever its owner moved it; else the last of those
/// that this connection made.
async fn standing(
    workspace: &dyn Workspace,
    access: &Access,
    page: &str,
    section: &Section,
    kept: Option<&str>,
) -> Outcome<Standing> {
    let mut others = workspace.find_sections(access, page, &section.marker).await?;
    let at = others.iter().position(|found| Some(found.id.as_str()) == kept);
    let known = match (at, kept) {
        (Some(at), _) => Some(others.remove(at)),
        // Its owner may have moved it to where nobody looks.
        (None, Some(kept)) => workspace.section(access, kept).await?,
        (None, None) => None,
    };
    let maker = known.as_ref().and_then(|known| known.maker.clone());
    let place = known.or_else(|| {
        let at = others.iter().rposition(|found| found.is_own).or(others.len().checked_sub(1))?;
        Some(others.remove(at))
    });
    Ok(Standing { place, others, maker })
}

/// Takes a section down unless its owner had a hand in it, as a look tells that is fresh when the request leaves.
async fn take_down(
    workspace: &dyn Workspace,
    access: &Access,
    section: &str,
    maker: Option<&str>,
) -> Outcome<()> {
    let mut looks = 0;
    loop {
        looks += 1;
        match taken_down(workspace, access, section, maker).await {
            // It came too late, or would have.
            Err(failure) if looks < MOST_LOOKS && matches!(failure.kind, Kind::Wait { .. }) => {}
            taken_down => return taken_down,
        }
    }
}

async fn taken_down(
    workspace: &dyn Workspace,
    access: &Access,
    section: &str,
    maker: Option<&str>,
) -> Outcome<()> {
    match workspace.section_state(access, section, maker).await? {
        SectionState::Gone => Ok(()),
        SectionState::Theirs => {
            info!("somebody had a hand in an older section, it stays");
            Ok(())
        }
        SectionState::Untouched => {
            let access = access.clone().leaving_by(Instant::now() + FRESH);
            workspace.remove_section(&access, section).await
        }
    }
}
