//! How much the files in a program's folder may take together; the system limits each file alone.
//!
//! Takes a call and the most bytes; gives what the call gives, or ends it by dropping it. Fails when the folder grew
//! beyond that.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::{Tool, ToolError};

/// How often the folder is looked at: a fast disk takes some hundred megabytes in between, a look takes a millisecond.
const LOOKS: Duration = Duration::from_millis(250);

/// The folder of one call, watched.
#[derive(Debug)]
pub struct Growth {
    program: String,
    folder: PathBuf,
    most: u64,
}

impl Tool {
    /// What watches its folder while it runs.
    pub fn growth(&self, most: u64) -> Growth {
        Growth { program: self.name(), folder: self.work_dir.clone(), most }
    }
}

impl Growth {
    /// Lets the call run as long as its folder does not grow too large; what it left at its end counts as well.
    pub async fn bound<T>(self, running: impl Future<Output = Result<T, ToolError>>) -> Result<T, ToolError> {
        let ended = tokio::select! {
            ended = running => ended?,
            () = self.is_exceeded_at_last() => return Err(self.exceeded()),
        };
        if self.is_exceeded().await { Err(self.exceeded()) } else { Ok(ended) }
    }

    async fn is_exceeded_at_last(&self) {
        loop {
            tokio::time::sleep(LOOKS).await;
            if self.is_exceeded().await {
                return;
            }
        }
    }

    async fn is_exceeded(&self) -> bool {
        let folder = self.folder.clone();
        let measured = tokio::task::spawn_blocking(move || bytes_in(&folder)).await;
        // Only the end of the process keeps it from being measured.
        measured.is_ok_and(|bytes| bytes > self.most)
    }

    fn exceeded(&self) -> ToolError {
        ToolError::TooLarge { program: self.program.clone(), limit: self.most }
    }
}

/// Bytes of all files below a folder. What vanishes meanwhile has none, and a link is not followed.
fn bytes_in(folder: &Path) -> u64 {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let bytes = entries.map(|entry| match entry.metadata() {
        Ok(inside) if inside.is_dir() => bytes_in(&entry.path()),
        Ok(file) => file.len(),
        Err(_) => 0,
    });
    bytes.fold(0, u64::saturating_add)
}
