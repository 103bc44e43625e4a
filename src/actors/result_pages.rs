//! Brings a note to a content database: takes the note, gives the pages it became there, each made once.
//!
//! The intent is kept before a page is made and the page carries a marker, so that a run after a crash or an answer
//! that never came finds it instead of making another. A page that is there is refreshed: columns that are empty or
//! hold what we wrote, and our own section. One that its owner threw away is made anew when they ask for another run, but for some of
//! several: those that stand tell that these were not wanted.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::DateTime;
use tokio::time::Instant;
use tracing::info;
use url::Url;

use super::asking::keep;
use super::cover::Cover;
use super::desk::Desk;
use super::destinations::Destinations;
use super::filling::{Filling, Look, Writing};
use super::section::{self, Older};
use crate::domain::answer::WRONG_TYPE;
use crate::domain::entry::{Body, ContentDatabase};
use crate::domain::media::Watched;
use crate::domain::note::{LeftOut, Note};
use crate::domain::ours::{self, Written};
use crate::domain::page::{self, Section, Sign};
use crate::domain::reason::Reason;
use crate::domain::result_page::{PageKey, Part, ResultPage, parts};
use crate::failure::{Failure, Kind, Outcome};
use crate::fault;
use crate::messages::Envelope;
use crate::ports::{Access, MadePage, PageNow, RowUpdate};

/// What every page of one result needs.
pub(super) struct Bringing<'a> {
    pub(super) cover: &'a Cover<'a>,
    pub(super) destinations: &'a Destinations,
    pub(super) desk: &'a Desk,
    pub(super) envelope: &'a Envelope,
    pub(super) content: &'a ContentDatabase,
    /// What the row's own section is found by.
    pub(super) marker: &'a str,
}

/// A part of a note, and the page it became before.
struct Found {
    part: Part,
    key: PageKey,
    marker: String,
    known: Option<ResultPage>,
    standing: Option<(MadePage, Look)>,
}

impl Found {
    fn is_thrown_away(&self) -> bool {
        self.standing.is_none() && self.known.as_ref().is_some_and(|page| page.page.is_some())
    }
}

/// The story of a result: every part of the note gets its page.
pub(super) async fn bring(bringing: &Bringing<'_>, note: &Note, watched: &Watched) -> Outcome<Vec<Sign>> {
    let envelope = bringing.envelope;
    let access = bringing.destinations.open(envelope, bringing.content).await?;
    let known = bringing.destinations.pages.pages_of(envelope.ticket().entry).await?;
    if known.is_empty()
        && let Some(signs) = bringing.made_before(&access, note).await?
    {
        return Ok(signs);
    }
    let mut found = Vec::new();
    for part in parts(note) {
        let key = PageKey { database: bringing.content.id, item: part.item.clone() };
        let marker = marker_of(bringing.marker, &part.item)?;
        let known = known.iter().find(|page| page.key == key).cloned();
        let standing = match &known {
            Some(known) => bringing.standing(&access, known, &marker).await?,
            None => None,
        };
        found.push(Found { part, key, marker, known, standing });
    }
    let some_stand = found.iter().any(|found| found.standing.is_some());
    let mut signs = Vec::new();
    for found in found {
        if found.is_thrown_away() && some_stand {
            info!(item = found.part.item, "its owner threw this page away and kept others, it stays away");
            continue;
        }
        let title = found.part.title.clone();
        let page = bringing.one(&access, found, (note, watched)).await?;
        signs.push(Sign { title, url: page.url });
    }
    Ok(signs)
}

/// What tells the pages of one entry apart: the same address as the row's section, and the item behind it.
fn marker_of(marker: &str, item: &str) -> Outcome<String> {
    if item.is_empty() {
        return Ok(marker.to_owned());
    }
    let mut address = Url::parse(marker).map_err(Failure::bug)?;
    address.set_fragment(Some(item));
    Ok(address.to_string())
}

fn section(part: &Part, note: &Note, watched: &Watched, envelope: &Envelope, marker: String) -> Section {
    let video = envelope.video();
    let section = if part.item.is_empty() {
        let whole = Note { values: part.values.clone(), ..note.clone() };
        page::section(&whole, watched, video, marker)
    } else {
        page::item_section(part, note, watched, video, marker)
    };
    page::leading_back(section, &envelope.url, page::words_of(note, watched))
}

/// A database that is gone is another matter than a row that is.
pub(super) fn of_the_database(mut failure: Failure) -> Failure {
    if matches!(failure.kind, Kind::Permanent(Reason::RowGone | Reason::SchemaChanged)) {
        failure.kind = Kind::Permanent(Reason::ResultsRefused);
    }
    failure
}

impl Bringing<'_> {
    /// The pages that an earlier row with the same video became here, if all of them are there and still stand.
    async fn made_before(&self, access: &Access, note: &Note) -> Outcome<Option<Vec<Sign>>> {
        let Some(earlier) = &self.envelope.earlier else { return Ok(None) };
        let pages = self.destinations.pages.pages_of(earlier.entry).await?;
        let mut signs = Vec::new();
        for part in parts(note) {
            let key = PageKey { database: self.content.id, item: part.item };
            let made = pages.iter().find(|page| page.key == key).and_then(|page| page.page.as_deref());
            let Some(made) = made else { return Ok(None) };
            let Some(now) = self.destinations.maker.page(access, made).await? else { return Ok(None) };
            signs.push(Sign { title: part.title, url: now.made.url });
        }
        Ok(Some(signs))
    }

    async fn one(
        &self,
        access: &Access,
        found: Found,
        (note, watched): (&Note, &Watched),
    ) -> Outcome<ResultPage> {
        let Found { part, key, marker, known, standing } = found;
        let (Some(known), Some((now, look))) = (known, standing) else {
            let section = section(&part, note, watched, self.envelope, marker);
            return self.make(access, key, &part, &section).await;
        };
        let (part, note) = self.unfit_told(part, note, &look);
        let section = section(&part, &note, watched, self.envelope, marker);
        self.refresh(access, known, (now, look), &part, &section).await
    }

    /// A page that was made, as it stands; one of which only the intent is known is looked for.
    async fn standing(
        &self,
        access: &Access,
        known: &ResultPage,
        marker: &str,
    ) -> Outcome<Option<(MadePage, Look)>> {
        let pages = &self.destinations.maker;
        let mut page = known.page.clone();
        if page.is_none() {
            let since = DateTime::from_timestamp_millis(known.intended_at).unwrap_or_default();
            let found = pages.find_page(access, &self.content.data_source, marker, since).await?;
            if found.is_none() {
                self.not_too_early(known).await?;
            }
            page = found.map(|made| made.page);
        }
        let Some(page) = page else { return Ok(None) };
        let at = Instant::now();
        let now = pages.page(access, &page).await?;
        Ok(now.map(|PageNow { made, columns, has_cover }| (made, Look::since(at, columns, has_cover))))
    }

    /// Waits, at the cost of no attempt, while a page that is not found may have been made all the same.
    async fn not_too_early(&self, known: &ResultPage) -> Outcome<()> {
        let age = self.desk.journal.now().await?.saturating_sub(known.intended_at);
        let age = Duration::from_millis(age.try_into().unwrap_or_default());
        let left = self.destinations.maker.shows_pages_within().saturating_sub(age);
        if left.is_zero() {
            return Ok(());
        }
        let cause = anyhow::anyhow!("a page that may have been made would not be shown yet");
        Err(Failure::wait(Some(left), cause))
    }

    /// The part without what its columns do not take any more, and the note that tells it.
    fn unfit_told(&self, mut part: Part, note: &Note, look: &Look) -> (Part, Note) {
        let workspace = self.cover.workspace;
        let misfits = ours::misfits(&mut part.values, &look.columns, |value| workspace.shown_as(value));
        let told = misfits.iter().map(|unfit| LeftOut::told(unfit, page::value(&unfit.value), WRONG_TYPE));
        let mut note = note.clone();
        note.left_out.extend(told);
        (part, note)
    }

    /// Makes a page with everything in one request where it fits.
    async fn make(
        &self,
        access: &Access,
        key: PageKey,
        part: &Part,
        section: &Section,
    ) -> Outcome<ResultPage> {
        let shown = |value| self.cover.workspace.shown_as(value);
        let writable = part.values.iter().filter_map(|filled| Some((filled, shown(&filled.value)?)));
        let (mut values, mut written) = (BTreeMap::new(), Written::default());
        for (filled, shown) in writable {
            values.insert(filled.column.clone(), filled.value.clone());
            written.intended.insert(filled.column.clone(), shown.fingerprint);
        }
        let run = self.envelope.run;
        let mut page = ResultPage {
            key,
            page: None,
            url: String::new(),
            written,
            body: Body::Intended,
            run,
            intended_at: 0,
        };
        let picture = self.cover.upload(access).await;
        self.keep(&page).await?;
        fault::point("page_intended");
        let source = &self.content.data_source;
        let making = self.destinations.maker.make_page(access, source, &values, section, picture.as_ref());
        let (made, is_whole) = making.await?;
        fault::point("page_made");
        (page.page, page.url) = (Some(made.page.clone()), made.url);
        page.body = if is_whole { Body::Written } else { Body::Intended };
        // Its making was answered: all of it stands there.
        page.written.settled.clone_from(&page.written.intended);
        self.keep(&page).await?;
        fault::point("page_kept");
        if !is_whole {
            self.write_body(access, &made.page, &mut page, section).await?;
        }
        Ok(page)
    }

    /// Brings a page that is there up to date.
    async fn refresh(
        &self,
        access: &Access,
        mut page: ResultPage,
        (made, look): (MadePage, Look),
        part: &Part,
        section: &Section,
    ) -> Outcome<ResultPage> {
        let (workspace, maker) = (self.cover.workspace, &self.destinations.maker);
        if page.run != self.envelope.run {
            page.body = Body::Untouched;
        }
        page.run = self.envelope.run;
        (page.page, page.url) = (Some(made.page.clone()), made.url);
        let look_again = async || {
            let at = Instant::now();
            match maker.page(access, &made.page).await? {
                Some(PageNow { columns, has_cover, .. }) => Ok(Look::since(at, columns, has_cover)),
                None => Err(Failure::transient(anyhow::anyhow!("a page was thrown away just now"))),
            }
        };
        let intend = async |written: &Written| {
            self.keep(&ResultPage { written: written.clone(), ..page.clone() }).await
        };
        let write = async |writing: Writing| {
            let Writing { access, values, picture, .. } = writing;
            let update = RowUpdate { values, picture, ..RowUpdate::default() };
            workspace.update_row(&access, &made.page, &self.content.mapping, &update).await
        };
        let filling = Filling { cover: self.cover, access, values: &part.values, known: &page.written };
        let mut written = filling.fill(Some(look), look_again, intend, write).await?;
        written.settled.clone_from(&written.intended);
        page.written = written;
        if page.body == Body::Written {
            self.keep(&page).await?;
        } else {
            self.write_body(access, &made.page, &mut page, section).await?;
        }
        Ok(page)
    }

    /// Puts the section up in the place of the older ones.
    async fn write_body(
        &self,
        access: &Access,
        id: &str,
        page: &mut ResultPage,
        section: &Section,
    ) -> Outcome<()> {
        section::put_up(self.cover.workspace, access, id, section, Older::Some(None)).await?;
        page.body = Body::Written;
        self.keep(page).await
    }

    async fn keep(&self, page: &ResultPage) -> Outcome<()> {
        let ticket = self.envelope.ticket();
        let pages = &self.destinations.pages;
        keep(|| async { pages.keep_page(ticket, page).await.map(|_| ()) }).await
    }
}
