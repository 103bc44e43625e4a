//! The operator's logins for the platforms: one cookies file with all of them, or a folder with a file for each.
//!
//! Takes a platform; gives a job's copy with the cookies of that platform's hosts alone, so that no program ever holds
//! the login of another site, and the state each login is in. Fails as the disk does, or where the file is no text of
//! a sane size. What stands in a cookie is never told.

use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow};
use tokio::fs;

use crate::domain::cookies::{self, Login};
use crate::domain::platform::Platform;
use crate::failure::{Failure, Outcome};

/// A browser's whole jar has a few hundred thousand bytes.
const MOST_BYTES: u64 = 4 << 20;

/// The copy's name in the folder of a download.
const COPY: &str = "cookies.txt";

/// The file of a platform, if there is any: of a folder the one with the platform's name in lower case.
async fn text(given: &Path, platform: &Platform) -> Outcome<Option<String>> {
    let unread = || "the cookies file cannot be read";
    let told = fs::metadata(given).await.map_err(|error| Failure::of_file(error).context(unread()))?;
    let file = if told.is_dir() {
        given.join(format!("{}.txt", platform.name.to_lowercase()))
    } else {
        given.to_owned()
    };
    let size = match fs::metadata(&file).await {
        Ok(told) => told.len(),
        Err(_) if told.is_dir() => return Ok(None),
        Err(error) => return Err(Failure::of_file(error).context(unread())),
    };
    if size > MOST_BYTES {
        return Err(Failure::transient(anyhow!("the cookies file has {size} bytes, which no browser's has")));
    }
    let bytes = fs::read(&file).await.map_err(|error| Failure::of_file(error).context(unread()))?;
    let text =
        String::from_utf8(bytes).map_err(|_| Failure::transient(anyhow!("the cookies file is no text")))?;
    Ok(Some(text))
}

/// Puts a copy for one job into its folder; `None` where there is no login for the platform. Programs write their
/// cookies back, so the operator's file is never given out itself.
pub(super) async fn copy_for(given: &Path, platform: &Platform, folder: &Path) -> Outcome<Option<PathBuf>> {
    let Some(own) = text(given, platform).await?.and_then(|text| cookies::of(platform, &text)) else {
        return Ok(None);
    };
    let copy = folder.join(COPY);
    let written = fs::write(&copy, own).await;
    written.map_err(|error| Failure::of_file(error).context("cannot copy the cookies"))?;
    Ok(Some(copy))
}

/// Takes a job's copy away again.
pub(super) async fn remove(copy: Option<&PathBuf>) -> Outcome<()> {
    let Some(copy) = copy else { return Ok(()) };
    fs::remove_file(copy).await.context("cannot remove the copy of the cookies").map_err(Failure::transient)
}

/// The state of each platform's login at `now`, in seconds since 1970. For `linkscribe check`.
pub async fn logins(given: &Path, platforms: &[Platform], now: i64) -> Outcome<Vec<(String, Login)>> {
    let mut states = Vec::new();
    for platform in platforms {
        let text = text(given, platform).await?.unwrap_or_default();
        states.push((platform.name.clone(), cookies::login(platform, &text, now)));
    }
    Ok(states)
}
