//! What an entry shares with others that have the same video, settled before it enters the chain.
//!
//! Takes a claimed entry; gives where its link leads, what is known of the video, and the row of the same owner that
//! was saved before. One entry watches for all: whoever comes meanwhile is handed back to wait and is woken when that
//! is over. Fails as waiting where another entry is at work, as permanent where what it found is a refusal.

use std::time::Duration;

use anyhow::anyhow;

use super::MonitorParts;
use crate::actors::access::access;
use crate::actors::asking::keep;
use crate::domain::entry::{Claimed, Target, Ticket, UserId};
use crate::domain::link::MediaKey;
use crate::domain::media::Media;
use crate::domain::sharing::{Earlier, Right, Taken};
use crate::domain::waiting::{Party, Waiting};
use crate::failure::{Failure, Kind, Outcome};
use crate::fault;
use crate::messages::Envelope;
use crate::ports::{Fence, Row};

/// How long an entry sleeps behind another one should nobody wake it; somebody does.
const LONGEST_SLEEP: Duration = Duration::from_mins(10);

/// What is known of a video when its turn has come.
pub(super) struct Known {
    pub(super) media: Media,
    /// Nothing more is to be found out: the record is whole, or somebody else has just found all there is.
    pub(super) is_all: bool,
}

/// Where the link of an entry leads, and what is known of the video there.
pub(super) async fn settled(
    parts: &MonitorParts,
    claimed: &Claimed,
    user: UserId,
    fence: &Fence,
) -> Outcome<(Target, Known)> {
    let target = target(parts, claimed, fence).await?;
    let known = known(parts, claimed, user, &target.key).await?;
    Ok((target, known))
}

/// Where the link of an entry leads. A short one is followed once for all.
async fn target(parts: &MonitorParts, claimed: &Claimed, fence: &Fence) -> Outcome<Target> {
    let short = parts.source.understand(&claimed.link)?;
    if !short.key.is_short() {
        return Ok(short);
    }
    let journal = &parts.desk.journal;
    if let Some(known) = journal.alias(&short.key).await? {
        return Ok(known);
    }
    let right = Right::Watch(short.key.clone());
    take(parts, claimed.ticket, &right).await?;
    // Somebody may have followed it since it was asked for.
    if let Some(known) = journal.alias(&short.key).await? {
        return Ok(known);
    }
    let site = parts.source.party(&short.url);
    if let Some(blocked) = parts.desk.blocked(site.as_slice()).await {
        return Err(blocked);
    }
    let found = parts.desk.ask(fence, site, parts.source.follow(&short.url)).await?;
    keep(|| journal.keep_alias(claimed.ticket, &short.key, &found)).await?;
    fault::point("alias_kept");
    keep(|| journal.found(claimed.ticket, &right)).await?;
    Ok(found)
}

/// What is known of the video, once this entry may go on with it.
async fn known(parts: &MonitorParts, claimed: &Claimed, user: UserId, key: &MediaKey) -> Outcome<Known> {
    // The rows of one user one after the other, so that the second one finds what the first one became.
    take(parts, claimed.ticket, &Right::Result(user, key.clone())).await?;
    let media = parts.desk.journal.media(key).await?;
    if is_whole(parts, &media) {
        return Ok(Known { media, is_all: true });
    }
    // Behind its note an entry needs no more of the video.
    if claimed.note.is_some() {
        Ok(Known { media, is_all: false })
    } else {
        to_watch(parts, claimed.ticket, key).await
    }
}

/// The right to watch a video, or what somebody else has found out.
pub(super) async fn to_watch(parts: &MonitorParts, ticket: Ticket, key: &MediaKey) -> Outcome<Known> {
    let right = Right::Watch(key.clone());
    let taken = take(parts, ticket, &right).await?;
    fault::point("right_taken");
    // Read anew: it may have been completed since.
    let media = parts.desk.journal.media(key).await?;
    let is_whole = is_whole(parts, &media);
    if is_whole && taken == Taken::Mine {
        keep(|| parts.desk.journal.found(ticket, &right)).await?;
    }
    Ok(Known { media, is_all: is_whole || taken == Taken::Done })
}

/// Whether everything is there that the engines of this service find out. What is switched off is kept nowhere, so
/// that it is made once it is switched on.
fn is_whole(parts: &MonitorParts, media: &Media) -> bool {
    media.info.is_some()
        && (media.transcript.is_some() || parts.engines.deaf)
        && (media.screen_text.is_some() || parts.engines.blind)
}

/// Takes a right, or says what to do without it.
async fn take(parts: &MonitorParts, ticket: Ticket, right: &Right) -> Outcome<Taken> {
    match parts.desk.journal.take(ticket, right).await? {
        Taken::Others => {
            let cause = anyhow!("another entry works on the same video");
            Err(Failure::wait(None, cause).waits(Waiting::SameVideo, LONGEST_SLEEP))
        }
        Taken::Refused(reason) => {
            Err(Failure::permanent(reason, anyhow!("another entry was refused this video a moment ago")))
        }
        taken => Ok(taken),
    }
}

/// The first row of the same user with this video, if it still stands.
pub(super) async fn earlier(
    parts: &MonitorParts,
    envelope: &Envelope,
    key: &MediaKey,
) -> Outcome<Option<Earlier>> {
    let (user, ticket) = (envelope.row.database.user, envelope.ticket());
    for mut earlier in parts.desk.journal.earlier(user, ticket.entry, key).await? {
        match look_at(parts, envelope, &earlier).await {
            Ok(Some(row)) if !row.in_trash => {
                earlier.url = row.url;
                parts.desk.journal.keep_earlier(ticket, earlier.entry).await?;
                return Ok(Some(earlier));
            }
            // A row that is gone, or cannot be reached any more, was never saved as far as its owner is concerned.
            Ok(_) | Err(Failure { kind: Kind::Permanent(_), .. }) => {}
            // What is wrong there is not this entry's fault, and costs it no attempt.
            Err(Failure {
                kind: Kind::Transient { retry_after } | Kind::Outage { retry_after },
                cause,
                ..
            }) => {
                let waits = Failure::wait(retry_after, cause);
                return Err(waits.context("the earlier row cannot be looked at"));
            }
            Err(failure) => return Err(failure),
        }
    }
    Ok(None)
}

async fn look_at(parts: &MonitorParts, envelope: &Envelope, earlier: &Earlier) -> Outcome<Option<Row>> {
    let Some(database) = parts.registry.database(earlier.database).await? else { return Ok(None) };
    let fence = &envelope.lease.fence;
    let access = access(&*parts.accounts, database.connection).await?.within(fence.clone());
    let look = parts.workspace.row(&access, &earlier.page, &database.mapping);
    parts.desk.ask(fence, Some(Party::notion()), look).await.map(Some)
}
