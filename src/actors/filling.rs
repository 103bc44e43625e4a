//! Fills the columns of a page that stands there, as late as can be: what its owner types meanwhile is theirs.
//!
//! Takes values, and how the page is looked at, remembered and written; gives what is known of the page then. The
//! intent is kept between the look and the writing, and everything slow comes before; where it took long all the same,
//! such as for a store that was away or a spent budget, the page is looked at once more. Fails as its parts do, and as
//! waiting where no look was fresh enough.

use std::collections::BTreeMap;

use tokio::time::Instant;
use tracing::warn;

use super::cover::Cover;
use crate::domain::note::{Filled, Value};
use crate::domain::ours::{self, Held, Plan, Written};
use crate::domain::waiting::is_told;
use crate::failure::{Failure, Kind, Outcome};
use crate::fault;
use crate::ports::{Access, FRESH, Picture};

/// Looks for one writing. Where the last one is too old as well, the entry waits at the cost of no attempt.
const MOST_LOOKS: u32 = 3;

/// A page as it was seen.
pub(super) struct Look {
    pub(super) columns: BTreeMap<String, Held>,
    pub(super) has_cover: bool,
    /// Whether its column for reasons holds a sentence of ours.
    pub(super) is_told: bool,
    at: Instant,
}

impl Look {
    /// What was seen by a request that was made at this time: its answer may have been long on its way.
    pub(super) fn since(at: Instant, columns: BTreeMap<String, Held>, has_cover: bool) -> Self {
        Self { columns, has_cover, is_told: false, at }
    }

    /// The same of a page whose column for reasons holds this.
    pub(super) fn telling(self, reason: Option<&str>) -> Self {
        Self { is_told: reason.is_some_and(is_told), ..self }
    }
}

/// What is to be written in one request.
pub(super) struct Writing {
    pub(super) access: Access,
    pub(super) values: BTreeMap<String, Value>,
    pub(super) picture: Option<Picture>,
    /// Whether a sentence of ours in the column for reasons is to be cleared.
    pub(super) untells: bool,
}

/// What a page is to be filled with, and what is known of it.
pub(super) struct Filling<'a> {
    pub(super) cover: &'a Cover<'a>,
    pub(super) access: &'a Access,
    pub(super) values: &'a [Filled],
    pub(super) known: &'a Written,
}

impl Filling<'_> {
    /// Fills the page. `seen` is a look somebody else needed.
    pub(super) async fn fill(
        &self,
        seen: Option<Look>,
        look: impl AsyncFn() -> Outcome<Look>,
        intend: impl AsyncFn(&Written) -> Outcome<()>,
        write: impl AsyncFn(Writing) -> Outcome<()>,
    ) -> Outcome<Written> {
        let plan = async |seen: &Look, before: &Written| {
            let shown_as = |value: &Value| self.cover.workspace.shown_as(value);
            let known = self.known.clone().after(before);
            let mut plan = ours::plan(self.values, &seen.columns, &known, shown_as);
            let (has_cover, columns) = (seen.has_cover, &seen.columns);
            let picture = self.cover.for_page(self.access, has_cover, columns, &mut plan.values).await;
            (plan, picture)
        };
        fill(self.access, seen, look, plan, intend, write).await
    }
}

/// The story of a page that is filled: looked at, planned, remembered, written, and from the beginning where that took
/// long.
async fn fill(
    access: &Access,
    mut seen: Option<Look>,
    look: impl AsyncFn() -> Outcome<Look>,
    plan: impl AsyncFn(&Look, &Written) -> (Plan, Option<Picture>),
    intend: impl AsyncFn(&Written) -> Outcome<()>,
    write: impl AsyncFn(Writing) -> Outcome<()>,
) -> Outcome<Written> {
    let mut intended: Option<Written> = None;
    let mut looks = 0;
    loop {
        looks += 1;
        let is_last = looks >= MOST_LOOKS;
        let seen = match seen.take() {
            Some(seen) => seen,
            None => look().await?,
        };
        let (plan, picture) = plan(&seen, &intended.clone().unwrap_or_default()).await;
        if intended.as_ref() != Some(&plan.written) {
            intend(&plan.written).await?;
            intended = Some(plan.written.clone());
        }
        fault::point("values_intended");
        let (access, untells) = (access.clone().leaving_by(seen.at + FRESH), seen.is_told);
        let written = if seen.at.elapsed() > FRESH {
            Err(Failure::wait(None, anyhow::anyhow!("no look at the page was fresh enough to be written on")))
        } else {
            write(Writing { access, values: plan.values, picture, untells }).await
        };
        let Err(failure) = written else { return Ok(plan.written) };
        if is_last || !came_late(&failure, seen.at) {
            forget_refused(&failure, &plan.written, intend).await;
            return Err(failure);
        }
    }
}

/// A refused request wrote nothing, and what it would have written is not remembered as if it might stand there.
async fn forget_refused(failure: &Failure, written: &Written, intend: impl AsyncFn(&Written) -> Outcome<()>) {
    if matches!(failure.kind, Kind::Wait { .. } | Kind::Permanent(_))
        && let Err(unkept) = intend(&written.untouched()).await
    {
        warn!(error = %unkept, "values that were refused stay remembered");
    }
}

/// Whether a request was not made because its turn came, or would have come, when the look was old.
fn came_late(failure: &Failure, seen_at: Instant) -> bool {
    let Kind::Wait { retry_after } = failure.kind else { return false };
    seen_at.elapsed().saturating_add(retry_after.unwrap_or_default()) > FRESH
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]
    use std::cell::{Cell, RefCell};
    use std::time::Duration;

    use super::*;
    use crate::domain::entry::ConnectionId;
    use crate::domain::note::Evidence;
    use crate::domain::ours::Fingerprint;

    fn held(text: &str) -> Held {
        let fingerprint = Fingerprint::of("rich_text", text);
        Held { kind: "rich_text".to_owned(), fingerprint, empty: text.is_empty(), is_box: false }
    }

    fn shown_as(value: &Value) -> Option<Held> {
        if let Value::Text(text) = value { Some(held(text)) } else { None }
    }

    /// A page with one column, whose owner types into it after some time, and a way to it that is slow at times.
    #[derive(Default)]
    struct Page {
        typed: Cell<bool>,
        looks: Cell<u32>,
        intended: RefCell<Vec<bool>>,
        wrote: RefCell<Vec<bool>>,
    }

    impl Page {
        /// Fills it: keeping the intent takes so long, and the first requests of this number find no budget in time.
        async fn filled(&self, keeping: Duration, crowded: u32) -> Outcome<()> {
            let column = "a".to_owned();
            let values = [Filled {
                column: column.clone(),
                name: column.clone(),
                value: Value::Text("ours".to_owned()),
                evidence: Evidence::Whole,
                unset: None,
            }];
            let look = async || {
                self.looks.set(self.looks.get() + 1);
                let text = if self.typed.get() { "theirs" } else { "" };
                Ok(Look::since(Instant::now(), [(column.clone(), held(text))].into(), true))
            };
            let plan = async |seen: &Look, _: &Written| {
                (ours::plan(&values, &seen.columns, &Written::default(), shown_as), None)
            };
            let intend = async |written: &Written| {
                self.intended.borrow_mut().push(written.intended.contains_key("a"));
                tokio::time::sleep(keeping).await;
                self.typed.set(self.typed.get() || keeping > FRESH);
                Ok(())
            };
            let crowded = Cell::new(crowded);
            let write = async |writing: Writing| {
                if writing.access.leaves_by.is_some() && crowded.get() > 0 {
                    crowded.set(crowded.get() - 1);
                    self.typed.set(true);
                    return Err(Failure::wait(Some(Duration::from_secs(15)), anyhow::anyhow!("spent")));
                }
                self.wrote.borrow_mut().push(writing.values.contains_key("a"));
                Ok(())
            };
            let access = Access::new(ConnectionId::new(), "secret".to_owned().into());
            fill(&access, None, look, plan, intend, write).await.map(drop)
        }
    }

    #[tokio::test(start_paused = true)]
    async fn what_its_owner_types_while_a_store_or_a_budget_is_waited_for_stays() {
        let quick = Duration::from_millis(20);
        for (keeping, crowded, looks, wrote) in [
            (quick, 0, 1, Some(true)),
            (Duration::from_mins(4), 0, 3, Some(false)),
            (quick, 1, 2, Some(false)),
            // No look is ever fresh enough: the entry waits.
            (quick, 9, 3, None),
        ] {
            let page = Page::default();
            let filled = page.filled(keeping, crowded).await;
            assert_eq!(page.wrote.borrow().first().copied(), wrote, "{keeping:?} {crowded}");
            assert_eq!(page.looks.get(), looks, "{keeping:?} {crowded}");
            let waits = filled.is_err_and(|failure| matches!(failure.kind, Kind::Wait { .. }));
            assert_eq!(waits, wrote.is_none(), "{keeping:?} {crowded}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_look_is_as_old_as_its_request_and_not_as_its_answer() {
        let (looks, written_on) = (Cell::new(0), Cell::new(0));
        let look = async || {
            let at = Instant::now();
            looks.set(looks.get() + 1);
            tokio::time::sleep(if looks.get() == 1 { Duration::from_secs(5) } else { Duration::ZERO }).await;
            Ok(Look::since(at, BTreeMap::new(), true))
        };
        let plan = async |_: &Look, _: &Written| (Plan::default(), None);
        let write = async |_: Writing| {
            written_on.set(looks.get());
            Ok(())
        };
        let access = Access::new(ConnectionId::new(), "secret".to_owned().into());
        fill(&access, None, look, plan, async |_: &Written| Ok(()), write).await.unwrap();
        assert_eq!(
            (looks.get(), written_on.get()),
            (2, 2),
            "what was typed during the first answer was seen"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn what_was_refused_is_not_remembered_as_written() {
        let kept = RefCell::new(Vec::new());
        let intend = async |written: &Written| {
            kept.borrow_mut().push(written.clone());
            Ok(())
        };
        let print = |text: &str| Fingerprint::of("rich_text", text);
        let written = Written {
            settled: [("a".to_owned(), print("old"))].into(),
            intended: [("a".to_owned(), print("new"))].into(),
        };
        let outage = Failure::outage(anyhow::anyhow!("no answer"));
        forget_refused(&outage, &written, &intend).await;
        assert_eq!(kept.borrow().len(), 0, "it may stand there");
        forget_refused(&Failure::wait(None, anyhow::anyhow!("429")), &written, &intend).await;
        assert_eq!(*kept.borrow(), [written.untouched()]);
    }
}
