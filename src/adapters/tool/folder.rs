//! A fresh folder for one call of a program.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use tokio::fs;

use crate::failure::{Failure, Outcome};

/// Makes the folder `name` in `parent`; what an earlier try left in it is gone.
pub async fn empty_folder(parent: &Path, name: &str) -> Outcome<PathBuf> {
    let folder = parent.join(name);
    match fs::remove_dir_all(&folder).await {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            return Err(Failure::of_file(error).context(format!("cannot clear the folder {name}")));
        }
        _ => {}
    }
    let made = fs::create_dir_all(&folder).await;
    made.map_err(|error| Failure::of_file(error).context(format!("cannot create the folder {name}")))?;
    Ok(folder)
}
