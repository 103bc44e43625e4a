//! `linkscribe hear`: transcribes one sound file in a process of its own.
//!
//! The speech engine is C++ code that can crash and keeps hundreds of megabytes; in a child process it
//! can be killed, and its end frees everything.

use std::path::PathBuf;

/// What to transcribe, and with what.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The speech model (a ggml file)
    #[arg(long)]
    model: PathBuf,
    /// Threads to use
    #[arg(long, default_value_t = 1)]
    threads: usize,
    /// The sound: 16 kHz, mono, 16 bit WAV
    file: PathBuf,
}

/// Prints the speech as one JSON document.
#[cfg(feature = "whisper")]
pub(super) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    crate::adapters::tool::die_with_parent();
    crate::adapters::whisper::hear(
        &arguments.model,
        &arguments.file,
        arguments.threads,
        &mut std::io::stdout(),
    )
}

/// This build has no speech engine.
#[cfg(not(feature = "whisper"))]
pub(super) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    anyhow::bail!(
        "this build cannot transcribe {}; build it with the feature `whisper`",
        arguments.file.display()
    )
}
