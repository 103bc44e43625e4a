//! A short second run for subtitles that somebody made by hand.
//!
//! `YouTube` names them like the hundred translations of its automatic ones, so that they can be asked for only once it
//! is known which there are and which language is spoken. Takes a finished download; gives the transcript, or nothing:
//! subtitles that cannot be had are no reason to go without those that are there.

use std::path::Path;

use tokio::fs;
use tracing::info;

use super::{Source, YtDlp, name_of, subtitles, way_out};
use crate::adapters::cookies;
use crate::adapters::tool::empty_folder;
use crate::domain::link::VideoUrl;
use crate::domain::media::Transcript;
use crate::failure::Outcome;

/// The folder inside the work dir that belongs to this run.
const FOLDER: &str = "by-hand";

/// The table of the subtitles made by hand, as yt-dlp shows it to people.
const TRACKS: &str = "tracks.txt";

/// What asks for the table.
pub(super) const TOLD: [&str; 3] = ["--print-to-file", "after_move:%(subtitles_table)s", TRACKS];

impl YtDlp {
    /// What somebody wrote down of a video that lies in `download`, if it is sure to be what is said.
    pub(super) async fn made_by_hand(
        &self,
        (source, url): (Source<'_>, &VideoUrl),
        work_dir: &Path,
        download: &Path,
        spoken: Option<&str>,
    ) -> Option<Transcript> {
        let table = fs::read_to_string(download.join(TRACKS)).await.ok()?;
        let original = subtitles::original(download).await;
        let language = subtitles::spoken_by_hand(&languages(&table), spoken.or(original.as_deref()))?;
        match self.one_track((source, url), work_dir, &language).await {
            Ok(transcript) => transcript,
            Err(failure) => {
                info!(error = %failure, "subtitles made by hand cannot be had");
                None
            }
        }
    }

    async fn one_track(
        &self,
        (source, url): (Source<'_>, &VideoUrl),
        work_dir: &Path,
        language: &str,
    ) -> Outcome<Option<Transcript>> {
        let folder = empty_folder(work_dir, FOLDER).await?;
        let cookies = self.cookies(source, &folder).await?;
        let proxy = self.way_out()?.open().await?;
        let tool = self.command(source, url, &folder, cookies.as_deref(), &subtitles::alone(language));
        let run = self.run(way_out::told(tool, &proxy), &proxy).await;
        cookies::remove(cookies.as_ref()).await?;
        run?;
        way_out::gate(&folder, &proxy.traffic()).await?;
        subtitles::read(&folder, Some(language), name_of(source).unwrap_or_default()).await
    }
}

/// The first word of each line below the headings.
fn languages(table: &str) -> Vec<&str> {
    table.lines().skip(1).filter_map(|line| line.split_whitespace().next()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_for_people_tells_the_languages() {
        let table = "Language Name    Formats\nen       English vtt, ttml\nde-AT    Deutsch vtt\n";
        assert_eq!(languages(table), ["en", "de-AT"]);
        assert_eq!(languages("NA\n"), [""; 0]);
    }
}
