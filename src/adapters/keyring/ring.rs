//! What one process remembers of one connection's tokens: the newest, and those it took the place of.
//!
//! An entry on its way holds the token of its first stage for an hour; without this it would be refused once at
//! each of its requests. Old tokens are remembered by their fingerprints, a handful of them.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

/// A token lives for an hour and an entry far shorter; eight generations are more than any entry meets.
const OLD_ONES: usize = 8;

type Fingerprint = [u8; 32];

/// What is known of one connection's tokens.
#[derive(Default)]
pub(super) struct Ring {
    known: Mutex<Known>,
    /// Held by whoever renews.
    pub(super) renewing: tokio::sync::Mutex<()>,
}

#[derive(Default)]
struct Known {
    newest: Option<SecretString>,
    old: VecDeque<Fingerprint>,
}

impl Ring {
    /// The token in the place of one that was replaced; `None` for one of which nothing is known, such as one
    /// the owner has just given.
    pub(super) fn instead_of(&self, token: &SecretString) -> Option<SecretString> {
        let known = locked(&self.known);
        known.newest.clone().filter(|_| known.old.contains(&fingerprint(token)))
    }

    /// A token was replaced by a newer one.
    pub(super) fn learn(&self, refused: &SecretString, newer: SecretString) -> SecretString {
        let mut known = locked(&self.known);
        let (refused, new) = (fingerprint(refused), fingerprint(&newer));
        known.old.retain(|old| *old != refused && *old != new);
        known.old.push_back(refused);
        if known.old.len() > OLD_ONES {
            known.old.pop_front();
        }
        known.newest = Some(newer.clone());
        newer
    }
}

fn fingerprint(token: &SecretString) -> Fingerprint {
    Sha256::digest(token.expose_secret().as_bytes()).into()
}

pub(super) fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // A poisoned lock still holds a whole value: no step under it can stop half-way.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(text: &str) -> SecretString {
        SecretString::from(text)
    }

    #[test]
    fn every_older_token_leads_to_the_newest_and_a_fresh_one_to_none() {
        let ring = Ring::default();
        assert!(ring.instead_of(&token("a")).is_none());
        ring.learn(&token("a"), token("b"));
        ring.learn(&token("b"), token("c"));
        for old in ["a", "b"] {
            assert_eq!(
                ring.instead_of(&token(old)).map(|it| it.expose_secret().to_owned()),
                Some("c".into())
            );
        }
        assert!(ring.instead_of(&token("c")).is_none(), "refused again, it has to be bought again");
        assert!(ring.instead_of(&token("given by the owner")).is_none());
        for round in 0..100 {
            ring.learn(&token(&round.to_string()), token("z"));
        }
        assert_eq!(locked(&ring.known).old.len(), OLD_ONES);
    }
}
