//! The page's own words, in the language of the database's owner.
//!
//! Takes a language tag (BCP 47); gives its words, English ones where there are none. What marks a section as ours is
//! its link and never a word.

mod languages;
mod north_east;

use self::languages::ENGLISH;
use super::whys;
use crate::domain::answer::{HIDDEN, ITEMS, KEY_POINTS, SUMMARY, TITLE};
use crate::domain::media::{At, Part};
use crate::domain::note::Evidence;

/// The words of one language.
#[derive(Debug, PartialEq, Eq)]
pub struct Labels {
    /// The language's subtag.
    language: &'static str,
    /// Above the points worth remembering.
    pub key_points: &'static str,
    /// The note's title, of which something was refused.
    title: &'static str,
    /// The same of the several things in one video.
    items: &'static str,
    /// In place of something refused that may not be shown.
    hidden: &'static str,
    /// On the line that opens on the values' evidence.
    pub sources: &'static str,
    /// On the line that opens on what was refused.
    pub left_out: &'static str,
    /// On the line that opens on the transcript.
    pub said: &'static str,
    /// On the line that opens on the screen text.
    pub shown: &'static str,
    /// On the line that opens on what the author wrote.
    pub caption: &'static str,
    /// Leads to the video.
    pub watch: &'static str,
    /// Leads to a post with pictures.
    pub open: &'static str,
    /// Stands where no platform is known.
    pub video: &'static str,
    /// What is heard of it.
    pub sound: &'static str,
    /// Leads from a result to the row it was saved in.
    pub row: &'static str,
    /// Leads to the row in which the same video was saved before.
    pub saved_before: &'static str,
    /// In place of a transcript.
    pub speechless: &'static str,
    /// At the end of a part that goes on for longer than a page takes.
    pub cut: &'static str,
    /// Evidence: the caption, the platform, the whole video, the row.
    from: [&'static str; 4],
    /// Evidence: said or shown at a moment, which takes the place of `{}`.
    at: [&'static str; 2],
    /// A picture of a post, whose number takes the place of `{}`, and a moment `{at}` of a video of it.
    of_post: [&'static str; 2],
    /// A box that is ticked, and one that is not.
    pub yes_no: [&'static str; 2],
    /// Who heard, who read, who summed up.
    pub engines: [&'static str; 3],
}

impl Labels {
    /// The words of a language such as `de` or `pt-BR`; English ones where it is not known or not given.
    pub fn of(language: Option<&str>) -> &'static Self {
        let main =
            language.and_then(|tag| tag.split(['-', '_']).next()).unwrap_or_default().to_ascii_lowercase();
        Self::all().find(|labels| labels.language == main).unwrap_or(&ENGLISH)
    }

    fn all() -> impl Iterator<Item = &'static Self> {
        languages::ALL.iter().chain(&north_east::ALL)
    }

    /// Where a value comes from.
    pub fn evidence(&self, evidence: Evidence) -> String {
        let [caption, platform, whole, row] = self.from;
        let [said, shown] = self.at;
        match evidence {
            Evidence::Caption => caption.to_owned(),
            Evidence::Platform => platform.to_owned(),
            Evidence::Whole => whole.to_owned(),
            Evidence::Row => row.to_owned(),
            Evidence::Speech(at) => said.replace("{}", &self.place(at)),
            Evidence::Screen(at) if matches!(at.part(), Some(Part::Picture(_))) => self.place(at),
            Evidence::Screen(at) => shown.replace("{}", &self.place(at)),
        }
    }

    /// A moment, or a part of a post.
    pub fn place(&self, at: At) -> String {
        let [picture, video] = self.of_post;
        match at.part() {
            Some(Part::Picture(number)) => picture.replace("{}", &number.to_string()),
            Some(Part::Video(number, at)) => {
                video.replace("{at}", &at.to_string()).replace("{}", &number.to_string())
            }
            None => at.to_string(),
        }
    }

    /// What something was left out of: a part of the note in the page's words, a column by its own name.
    pub fn part<'a>(&self, name: &'a str) -> &'a str {
        let [_, _, summary] = self.engines;
        match name {
            TITLE => self.title,
            SUMMARY => summary,
            KEY_POINTS => self.key_points,
            ITEMS => self.items,
            column => column,
        }
    }

    /// What was left out, in the page's words where it may not be shown.
    pub fn offered<'a>(&self, offered: &'a str) -> &'a str {
        if offered == HIDDEN { self.hidden } else { offered }
    }

    /// Why something was left out, if that is one of our own sentences.
    pub fn why<'a>(&self, why: &'a str) -> &'a str {
        whys::of(self.language, why).unwrap_or(why)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(labels: &Labels) -> Vec<String> {
        let Labels {
            key_points,
            sources,
            left_out,
            said,
            shown,
            caption,
            watch,
            open,
            row,
            speechless,
            cut,
            ..
        } = labels;
        let fixed = [key_points, sources, left_out, said, shown, caption, watch, open, row, speechless, cut];
        let mut words: Vec<String> = fixed.iter().map(|word| (**word).to_owned()).collect();
        let moment = At(75.0);
        for evidence in [
            Evidence::Caption,
            Evidence::Platform,
            Evidence::Whole,
            Evidence::Row,
            Evidence::Speech(moment),
            Evidence::Screen(moment),
        ] {
            words.push(labels.evidence(evidence));
        }
        let parts =
            [TITLE, SUMMARY, ITEMS].map(|part| labels.part(part)).into_iter().chain([labels.offered(HIDDEN)]);
        words.splice(0..0, parts.map(str::to_owned));
        words
    }

    #[test]
    fn every_language_has_words_of_its_own_for_everything() {
        let english = words(&ENGLISH);
        for labels in Labels::all() {
            let own = words(labels);
            assert!(own.iter().all(|word| !word.trim().is_empty()), "{own:?}");
            assert!(own.iter().rev().take(2).all(|word| word.contains("1:15")), "{own:?}");
            assert!(labels.evidence(Evidence::Screen(At::picture(3))).contains('3'), "{own:?}");
            let said = labels.evidence(Evidence::Speech(At(75.0).of_video(4)));
            assert!(said.contains("1:15") && said.contains('4') && !said.contains('{'), "{said}");
            if labels.language != "en" {
                let same: Vec<_> = own.iter().filter(|word| english.contains(word)).collect();
                assert!(same.is_empty(), "{}: {same:?}", labels.language);
            }
        }
    }

    #[test]
    fn a_language_is_found_by_its_main_part_and_english_stands_in_for_others() {
        for (tag, language) in [
            (Some("de"), "de"),
            (Some("pt-BR"), "pt"),
            (Some("ZH_Hant"), "zh"),
            (Some("uk-UA"), "uk"),
            (Some("tlh"), "en"),
            (Some(""), "en"),
            (None, "en"),
        ] {
            assert_eq!(Labels::of(tag).language, language, "{tag:?}");
        }
    }
}
