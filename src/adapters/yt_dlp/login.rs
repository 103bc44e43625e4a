//! What the operator's login has to do with the records all users share.
//!
//! A record is of a public video, for whoever saves its link. With a login of the operator's the platform may show
//! more than it shows the public, so that what is found out with it has keys of its own: it is never read once the
//! login is gone, and nothing from before counts for what the login shows. All users of one installation have the same
//! login, and would each be shown the same.

use super::YtDlpSettings;
use crate::domain::entry::Target;
use crate::domain::link::{self, MediaKey};
use crate::domain::reason::Reason;
use crate::failure::{Failure, Outcome};

/// Understands a link, under the keys of these settings.
pub(super) fn understand(settings: &YtDlpSettings, link: &str) -> Outcome<Target> {
    let target = link::understand(link).map_err(|no_link| Failure::permanent(Reason::NotALink, no_link))?;
    Ok(apart(settings, target))
}

/// The same target, under a key of its own where a login is used. Trusted hosts never see the login.
pub(super) fn apart(settings: &YtDlpSettings, target: Target) -> Target {
    let is_trusted = settings.extra_hosts.contains(&target.url.authority());
    if settings.cookies_file.is_none() || is_trusted {
        return target;
    }
    let Target { url, key } = target;
    Target { url, key: MediaKey::behind_a_login(key) }
}
