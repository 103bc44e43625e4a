//! Tesseract reads the text in pictures on this machine.
//!
//! Takes the stills of one video; gives the lines of each. Fails as transient when the program or a
//! language is missing or it takes too long. Two processes share the stills: starting one and loading a
//! language costs as much as reading a picture. Each still is read twice, as it is and with what is light in it made
//! black on white: Tesseract learned from printed pages, and most captions are white on whatever moves.

mod light;
mod table;

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, anyhow};
use async_trait::async_trait;
use tokio::fs;

use crate::adapters::tool::Tool;
use crate::failure::{Failure, Outcome};
use crate::ports::{Frame, FrameText, TextReader};

/// What the engine is called in logs and on the page.
const NAME: &str = "tesseract";

/// Processes at a time; each uses one core.
const PROCESSES: usize = 2;

/// Time for starting and loading a language on a busy machine.
const START_TIME: Duration = Duration::from_secs(30);

/// Time for one picture; a page full of noise takes a few seconds.
const PICTURE_TIME: Duration = Duration::from_secs(10);

/// A picture of 1,280 pixels a side needs a tenth of it.
const MEMORY_BYTES: u64 = 2 << 30;

/// The table has about 60 bytes for each word it guesses at.
const TABLE_BYTES: usize = 16 << 20;

/// Stills given to one process; their copies lie on the disk until it has ended.
const AT_ONCE: usize = 8;

/// Most bytes of the copies at any moment.
pub const COPIES_BYTES: u64 = (PROCESSES * AT_ONCE) as u64 * light::MOST_BYTES;

/// How Tesseract is run.
#[derive(Debug, Clone)]
pub struct TesseractSettings {
    /// The program.
    pub program: PathBuf,
    /// The languages to read, as Tesseract names them: `eng`, or several as `eng+deu`.
    pub languages: String,
}

/// Reads text in pictures with Tesseract.
#[derive(Debug, Clone)]
pub struct Tesseract {
    settings: TesseractSettings,
}

impl Tesseract {
    /// A reader with these settings; nothing runs yet.
    pub fn new(settings: TesseractSettings) -> Self {
        Self { settings }
    }

    /// The program's version, if it has the languages it shall read. Asked once at start-up.
    pub async fn check(&self) -> Outcome<String> {
        let ask = |question| Tool::new(&self.settings.program, &std::env::temp_dir()).arg(question).succeed();
        let (version, languages) = tokio::try_join!(ask("--version"), ask("--list-langs"))?;
        let known = languages.text();
        for wanted in self.settings.languages.split('+') {
            if !known.lines().any(|line| line.trim() == wanted) {
                let cause = anyhow!("tesseract lacks the language {wanted}: install tesseract-ocr-{wanted}");
                return Err(Failure::transient(cause));
            }
        }
        Ok(version.text().lines().next().unwrap_or_default().to_owned())
    }

    /// Reads a share of the pictures, some at a time.
    async fn read_share(&self, share: usize, frames: &[Frame]) -> Outcome<Vec<Vec<String>>> {
        let mut lines = Vec::with_capacity(frames.len());
        for frames in frames.chunks(AT_ONCE) {
            lines.extend(self.read_some(share, frames).await?);
        }
        Ok(lines)
    }

    /// Reads some pictures in one process; gives the lines of each.
    async fn read_some(&self, share: usize, frames: &[Frame]) -> Outcome<Vec<Vec<String>>> {
        let Some(folder) = frames.first().and_then(|frame| frame.path.parent()) else {
            return Ok(Vec::new());
        };
        let (mut list, mut copies) = (Vec::new(), Vec::new());
        for (number, frame) in frames.iter().enumerate() {
            let path =
                fs::canonicalize(&frame.path).await.context("a still is gone").map_err(Failure::transient)?;
            let copy = light::copy(&path, folder.join(format!("light-{share}-{number}.jpg"))).await?;
            for path in [&path, copy.as_ref().unwrap_or(&path)] {
                list.extend_from_slice(path.as_os_str().as_encoded_bytes());
                list.push(b'\n');
            }
            copies.extend(copy);
        }
        let name = format!("stills-{share}.txt");
        let written = fs::write(folder.join(&name), list).await;
        written.map_err(|error| Failure::of_file(error).context("cannot list the stills"))?;
        let table = self.table(folder, &name, frames.len() * table::READINGS).await;
        for copy in copies {
            fs::remove_file(copy).await.map_err(Failure::of_file)?;
        }
        Ok(table::lines_of(&table?, frames.len()))
    }

    /// What Tesseract says about the pictures of a list.
    async fn table(&self, folder: &Path, list: &str, pictures: usize) -> Outcome<String> {
        let finished = Tool::new(&self.settings.program, folder)
            .timeout(START_TIME + PICTURE_TIME * u32::try_from(pictures).unwrap_or(u32::MAX))
            .stdout_bytes(TABLE_BYTES)
            .memory_bytes(MEMORY_BYTES)
            // Its own threads make it slower, not faster.
            .env("OMP_THREAD_LIMIT", "1")
            // 11 looks for text anywhere, in no order: captions are no page.
            .args([list, "stdout", "-l", &self.settings.languages, "--psm", "11", "tsv"])
            .succeed()
            .await?;
        Ok(finished.text())
    }
}

#[async_trait]
impl TextReader for Tesseract {
    fn name(&self) -> String {
        NAME.to_owned()
    }

    async fn read(&self, frames: &[Frame]) -> Outcome<Vec<FrameText>> {
        let share = frames.len().div_ceil(PROCESSES).max(1);
        let parts = frames.chunks(share).enumerate().map(|(part, frames)| self.read_share(part, frames));
        let lines = futures_util::future::try_join_all(parts).await?;
        let texts = frames.iter().zip(lines.into_iter().flatten());
        Ok(texts.map(|(frame, lines)| FrameText { at: frame.at, lines, spoilt: false }).collect())
    }
}
