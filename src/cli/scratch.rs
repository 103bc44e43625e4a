//! A folder for one run of one command, gone with it.
//!
//! A run that was killed cannot clean up after itself; the next one removes what it left, by the process
//! number in the folder's name.

use std::path::Path;

use anyhow::Context;
use tempfile::TempDir;

/// What the folders' names begin with.
const PREFIX: &str = "linkscribe-";

/// Makes a folder, and removes those of runs that are dead.
pub(super) fn folder() -> anyhow::Result<TempDir> {
    let root = std::env::temp_dir();
    for entry in std::fs::read_dir(&root).with_context(|| format!("{} cannot be read", root.display()))? {
        let path = entry.context("the folder of temporary files cannot be read")?.path();
        if is_left_over(&path)
            && let Err(error) = std::fs::remove_dir_all(&path)
        {
            // Another user's, or another run was quicker.
            tracing::debug!(%error, "a left-over folder stays");
        }
    }
    let name = format!("{PREFIX}{}-", std::process::id());
    tempfile::Builder::new().prefix(&name).tempdir().context("no temporary folder can be made")
}

/// Whether a folder belongs to a run whose process is gone.
fn is_left_over(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str()).and_then(|name| name.strip_prefix(PREFIX));
    let process =
        name.and_then(|name| name.split_once('-')).and_then(|(process, _)| process.parse::<u32>().ok());
    // Without /proc nobody can tell the living from the dead.
    let living = Path::new("/proc/self");
    process.is_some_and(|process| living.exists() && !Path::new("/proc").join(process.to_string()).exists())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may panic")]
    use super::*;

    #[test]
    fn only_folders_of_dead_runs_are_left_over() {
        assert!(is_left_over(Path::new("/tmp/linkscribe-4294967294-abc")));
        for kept in
            [&format!("/tmp/linkscribe-{}-abc", std::process::id()), "/tmp/linkscribe-notes", "/tmp/else"]
        {
            assert!(!is_left_over(Path::new(kept)), "{kept}");
        }
        let folder = folder().unwrap();
        assert!(folder.path().exists() && !is_left_over(folder.path()));
    }
}
