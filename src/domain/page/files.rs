//! The video or its sound on the page: shown, or told why it is not there; and parts of a post that are not.

use super::{Labels, PageFile};
use crate::domain::answer::{LACKS_PARTS, LARGER, NO_SOUND, NOT_KEPT, SEVERAL_PARTS};
use crate::domain::keepsake::{Keep, Keepsake};
use crate::domain::media::MediaInfo;
use crate::domain::note::LeftOut;

/// Bytes of a megabyte as workspaces count them.
const MEGABYTE: u64 = 1 << 20;

/// What the page shows of what was kept; `None` where it was not.
pub fn file(keep: Keep, keepsake: &Keepsake, words: &Labels) -> Option<PageFile> {
    let Keepsake::Kept { file } = keepsake else { return None };
    let instead = format!("{}: {}", name(keep, words), words.why(NOT_KEPT));
    Some(PageFile { keep, id: file.clone(), instead })
}

/// What the page says of what was to be kept and was not.
pub fn missing(keep: Keep, keepsake: &Keepsake, words: &Labels) -> Option<LeftOut> {
    let (offered, why) = match keepsake {
        Keepsake::Kept { .. } => return None,
        Keepsake::TooLarge { bytes, most } => {
            // A file a little too large is not told as one that would fit.
            let (has, takes) = (bytes.div_ceil(MEGABYTE), most / MEGABYTE);
            (format!("{has} MB > {takes} MB"), LARGER)
        }
        Keepsake::Silent => (String::new(), NO_SOUND),
        Keepsake::Post => (String::new(), SEVERAL_PARTS),
        Keepsake::Failed | Keepsake::NotFetched => (String::new(), NOT_KEPT),
    };
    Some(LeftOut { name: name(keep, words).to_owned(), offered, why: why.to_owned() })
}

/// What the page says of a post that lacks parts.
pub fn lacking(info: &MediaInfo) -> Option<LeftOut> {
    let told = LeftOut { name: info.platform.clone(), offered: String::new(), why: LACKS_PARTS.to_owned() };
    info.lacks_parts.then_some(told)
}

fn name(keep: Keep, words: &Labels) -> &'static str {
    if keep == Keep::Audio { words.sound } else { words.video }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::expect_used, reason = "a test may panic")]
    use super::*;

    #[test]
    fn what_was_kept_is_shown_and_what_was_not_is_told_with_its_reason() {
        let (english, german) = (Labels::of(None), Labels::of(Some("de")));
        let kept = Keepsake::Kept { file: "1".to_owned() };
        let shown = file(Keep::Video, &kept, german).expect("it is shown");
        assert_eq!((shown.id.as_str(), missing(Keep::Video, &kept, english)), ("1", None));
        assert!(shown.instead.starts_with("Video: Diese Datei"), "{}", shown.instead);
        for (keepsake, offered, why) in [
            (Keepsake::TooLarge { bytes: 5 * MEGABYTE + 1, most: 5 * MEGABYTE }, "6 MB > 5 MB", LARGER),
            (Keepsake::Silent, "", NO_SOUND),
            (Keepsake::Post, "", SEVERAL_PARTS),
            (Keepsake::Failed, "", NOT_KEPT),
            (Keepsake::NotFetched, "", NOT_KEPT),
        ] {
            assert_eq!(file(Keep::Audio, &keepsake, english), None);
            let told = missing(Keep::Audio, &keepsake, german).expect("it is told");
            assert_eq!((told.name.as_str(), told.offered.as_str(), told.why.as_str()), ("Ton", offered, why));
            assert_ne!(german.why(&told.why), told.why, "in the owner's language");
        }
    }

    #[test]
    fn a_post_of_which_parts_are_not_there_says_so_and_a_whole_one_says_nothing() {
        let whole = MediaInfo { platform: "Instagram".to_owned(), pictures: 2, ..MediaInfo::default() };
        assert_eq!(lacking(&whole), None);
        let told = lacking(&MediaInfo { lacks_parts: true, ..whole }).expect("it is told");
        assert_eq!((told.name.as_str(), told.offered.as_str()), ("Instagram", ""));
        assert!(Labels::of(Some("de")).why(&told.why).starts_with("Einige Teile"), "{}", told.why);
    }
}
