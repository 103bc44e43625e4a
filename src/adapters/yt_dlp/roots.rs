//! The root certificates of downloads, for a network whose proxy inspects some sites and passes others on.
//!
//! Takes the operator's own; gives a file in which the usual ones stand before them, as Python's programs have them:
//! curl and requests know one file and no other. Where it cannot be made, the operator's own file serves as it is, and
//! sites that are passed on cannot be reached.

use std::fs;
use std::io::{Error, ErrorKind, Result, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;
use tracing::warn;

/// The file with all of them, in the folder of the service.
const NAME: &str = "download-roots.pem";

/// Where the set-up puts the usual ones, below a folder named by the version of Python.
const USUAL: &str = "site-packages/certifi/cacert.pem";

/// The file that is handed to the programs beside `program`; it is kept in `folder`.
pub fn with_the_usual(own: &Path, program: &Path, folder: &Path) -> PathBuf {
    made(own, program, folder).unwrap_or_else(|error| {
        warn!(%error, "the roots of DOWNLOAD_CA_FILE are the only ones of downloads");
        own.to_owned()
    })
}

fn made(own: &Path, program: &Path, folder: &Path) -> Result<PathBuf> {
    let all = [fs::read(usual(program)?)?, fs::read(own)?].join(&b'\n');
    fs::create_dir_all(folder)?;
    // Another process of ours may be reading the one it made.
    let mut file = NamedTempFile::new_in(folder)?;
    file.write_all(&all)?;
    let path = folder.join(NAME);
    file.persist(&path)?;
    Ok(path)
}

/// The usual ones of the environment a program was installed in.
fn usual(program: &Path) -> Result<PathBuf> {
    let nowhere = || Error::new(ErrorKind::NotFound, "the programs have no usual roots");
    let installed = program.parent().and_then(Path::parent).ok_or_else(nowhere)?;
    let versions = fs::read_dir(installed.join("lib"))?.flatten();
    versions.map(|version| version.path().join(USUAL)).find(|file| file.is_file()).ok_or_else(nowhere)
}
