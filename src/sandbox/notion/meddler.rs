//! Somebody who acts between the requests of a program, for tests of what a person's edits meet.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use super::handle::EmulatedNotion;

type Act = Arc<dyn Fn(&EmulatedNotion, &str, &str) + Send + Sync>;

/// Whoever acts, if anybody does.
#[derive(Default)]
pub(super) struct Meddler(Mutex<Option<Act>>);

impl fmt::Debug for Meddler {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Meddler")
    }
}

impl EmulatedNotion {
    /// Lets somebody act before each request is served, told its method and path.
    pub fn meddle(&self, act: impl Fn(&Self, &str, &str) + Send + Sync + 'static) {
        *self.meddler().0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(act));
    }

    pub(super) fn before(&self, method: &str, path: &str) {
        // Called without the lock: a panic in a test's own words must not poison it.
        let act = self.meddler().0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(act) = act {
            act(self, method, path);
        }
    }
}
