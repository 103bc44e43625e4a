//! Why a value is left out, for its owner: a closed list of sentences, kept with the note in English and told in the
//! owner's language (`domain/page/whys.rs`).

/// Not fit for its column, or not any more.
pub const WRONG_TYPE: &str = "This does not fit the column's type.";
pub(super) const NO_OPTION: &str = "This is not one of the column's options.";
pub(super) const TOO_MANY_NEW: &str = "No more than three new options are added for one video.";
pub(super) const ONE_OPTION: &str = "The column takes one option only.";
pub(super) const TOO_MANY: &str = "The column takes 100 options at most.";
pub(super) const NOT_IN_INPUT: &str = "This occurs neither in the video nor in its caption.";
pub(super) const NUMBER_NOT_IN_INPUT: &str =
    "It holds a number that occurs neither in the video nor in its caption.";
pub(super) const NAME_NOT_IN_INPUT: &str =
    "It holds a name that occurs neither in the video nor in its caption.";
pub(super) const OTHER_UNIT: &str = "This is in another unit than the column's.";
pub(super) const SAME_TITLE: &str = "Another item has this title.";
pub(super) const NO_TITLE: &str = "An item needs a title.";
pub(super) const TOO_MANY_ITEMS: &str = "No more than 20 items are taken from one video.";
pub(super) const NOTHING_TO_GO_BY: &str = "Nothing is said, shown or written in this video.";
pub(super) const NO_NUMBER: &str = "This is not a number.";
pub(super) const NO_DAY: &str = "This is not a day.";
pub(super) const TWO_DAYS: &str = "This could be two different days.";
pub(super) const NO_LINK: &str = "This is not a web address.";
pub(super) const NO_EMAIL: &str = "This is not an e-mail address.";
pub(super) const NO_PHONE: &str = "This is not a phone number.";
pub(super) const TOO_LONG: &str = "This is longer than Notion allows.";

/// Why a place is told on the page instead of its column.
pub const UNPLACED: &str = "Notion's columns for places want coordinates, and none are known of this one.";

/// Why the video itself, or its sound, is not on the page although its owner wants it kept.
pub const LARGER: &str = "This file is larger than your workspace takes.";
/// The same where there is nothing to hear.
pub const NO_SOUND: &str = "This video has no sound.";
/// The same where it could not be brought into the workspace.
pub const NOT_KEPT: &str = "This file could not be kept this time.";

/// The same where it is a post of pictures, or of pictures and videos.
pub const SEVERAL_PARTS: &str = "A post of several parts is not kept as a file.";

/// What is told of a post of which the page shows less than its platform does.
pub const LACKS_PARTS: &str = "Some parts of this post could not be fetched or read.";

/// All of them.
pub const SENTENCES: [&str; 26] = [
    WRONG_TYPE,
    NO_OPTION,
    TOO_MANY_NEW,
    ONE_OPTION,
    TOO_MANY,
    NOT_IN_INPUT,
    NUMBER_NOT_IN_INPUT,
    NAME_NOT_IN_INPUT,
    OTHER_UNIT,
    SAME_TITLE,
    NO_TITLE,
    TOO_MANY_ITEMS,
    NOTHING_TO_GO_BY,
    NO_NUMBER,
    NO_DAY,
    TWO_DAYS,
    NO_LINK,
    NO_EMAIL,
    NO_PHONE,
    TOO_LONG,
    UNPLACED,
    LARGER,
    NO_SOUND,
    NOT_KEPT,
    SEVERAL_PARTS,
    LACKS_PARTS,
];
