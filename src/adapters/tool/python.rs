//! Programs written in Python: kept loaded in the interpreter they were installed with.
//!
//! Takes where the program lies, a script that says what to load and how to run one call, and what to load; gives its
//! keeper. Each program has a keeper of its own: it sees none of what another one changes in the libraries both use,
//! and an update of one, or a fault in loading it, leaves the other alone.

use std::path::Path;

use super::{Finished, Tool, ToolError, Warm};

/// The part that is the same for all of them; a script ends by calling its `keep`.
const KEEP: &str = include_str!("keep.py");

impl Warm {
    /// A keeper of a program that lies beside the interpreter it runs in, as the set-up puts it; nothing where that is
    /// not there.
    pub fn beside(program: &Path, script: &str, loads: impl IntoIterator<Item = String>) -> Option<Self> {
        let interpreter = program.with_file_name("python");
        if !interpreter.exists() {
            return None;
        }
        let args = ["-I".to_owned(), "-c".to_owned(), format!("{KEEP}{script}")].into_iter().chain(loads);
        Some(Self::new(program.to_owned(), interpreter, args.collect()))
    }
}

impl Tool {
    /// Runs it to its end, whatever its exit status: in a child of the keeper where there is one.
    pub async fn run_kept(self, keeper: Option<&Warm>) -> Result<Finished, ToolError> {
        match keeper {
            Some(keeper) => self.run_warm(keeper).await,
            None => self.run().await,
        }
    }
}
