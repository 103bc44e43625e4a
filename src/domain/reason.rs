//! The closed list of reasons for which an entry ends as failed, each with the sentence its owner reads.
//!
//! A sentence says what happened and what to do next. It never quotes a tool, a URL or a token.

use serde::{Deserialize, Serialize};

/// Why an entry cannot be completed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// The row's text is not a link we can parse.
    NotALink,
    /// The site is not one Linkscribe reads.
    Unsupported,
    /// The post is visible to its owner's circle only.
    Private,
    /// The post is gone.
    Deleted,
    /// The platform shows the post to logged-in people only.
    LoginNeeded,
    /// Not shown in the country the service runs in.
    Region,
    /// Longer than the service reads.
    TooLong,
    /// Larger than the service downloads.
    TooLarge,
    /// The link leads to no video, sound or picture.
    NoMedia,
    /// The file cannot be decoded.
    Unreadable,
    /// A live stream that has not ended.
    Live,
    /// Neither speech nor text nor a caption: there is nothing to make a note of.
    NothingFound,
    /// The operator's account at a provider is exhausted or refused.
    ProviderAccount,
    /// The summarizer refuses to write about this content.
    Refused,
    /// The summarizer's filter stops this content before anything is written.
    Blocked,
    /// The summarizer's answer was cut off at each attempt.
    AnswerCut,
    /// The summarizer answered with nothing at each attempt.
    AnswerEmpty,
    /// The summarizer's answer could not be read at any attempt.
    AnswerUnreadable,
    /// Notion no longer lets us in.
    Disconnected,
    /// The row or its database cannot be reached any more.
    RowGone,
    /// A mapped column was removed or changed its type.
    SchemaChanged,
    /// The content database the result should go to cannot be reached, or takes no pages from us.
    ResultsRefused,
    /// Something the entry depends on was out of order for too long.
    OutOfOrder,
    /// Every attempt failed for a passing reason.
    AttemptsExhausted,
    /// The worker died on this video again and again.
    Crashing,
    /// The platform takes the service for a robot, whatever the video.
    TurnedAway,
}

impl Reason {
    /// All reasons, for the tests that read every sentence.
    pub const ALL: [Self; 26] = [
        Self::NotALink,
        Self::Unsupported,
        Self::Private,
        Self::Deleted,
        Self::LoginNeeded,
        Self::Region,
        Self::TooLong,
        Self::TooLarge,
        Self::NoMedia,
        Self::Unreadable,
        Self::Live,
        Self::NothingFound,
        Self::ProviderAccount,
        Self::Refused,
        Self::Blocked,
        Self::AnswerCut,
        Self::AnswerEmpty,
        Self::AnswerUnreadable,
        Self::Disconnected,
        Self::RowGone,
        Self::SchemaChanged,
        Self::ResultsRefused,
        Self::OutOfOrder,
        Self::AttemptsExhausted,
        Self::Crashing,
        Self::TurnedAway,
    ];

    /// One or two short sentences for the owner: what happened, what to do.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::NotALink => {
                "This is not a link Linkscribe can open. Paste the whole address, starting with https://."
            }
            Self::Unsupported => {
                "Linkscribe does not read this site. Save the link of a video or post on TikTok, Instagram, YouTube or another supported site."
            }
            Self::Private => {
                "This video is private. Ask its owner to make it public, then set the status back to pending."
            }
            Self::Deleted => "This video does not exist any more. Check the link, or remove the row.",
            Self::LoginNeeded => {
                "The site shows this video only to people who are logged in. Save a public video, or ask the operator of Linkscribe to add a login for this site."
            }
            Self::Region => {
                "This video is blocked in the country Linkscribe runs in. Look for the same video from another account."
            }
            Self::TooLong => "This video is longer than Linkscribe reads. Save a shorter cut of it.",
            Self::TooLarge => {
                "This video is larger than Linkscribe downloads. Save a shorter or smaller copy of it."
            }
            Self::NoMedia => {
                "There is no video and no picture behind this link. Open it in a browser and copy the link of the post itself."
            }
            Self::Unreadable => {
                "The video file is damaged or in a format that cannot be played. Try another copy of it."
            }
            Self::Live => "This is a live stream. Set the status back to pending once it has ended.",
            Self::NothingFound => {
                "Nobody speaks in this video, and it shows no text and has no caption, so there is nothing to write down. Fill the row by hand, or save another copy of it."
            }
            Self::ProviderAccount => {
                "A service Linkscribe depends on refuses Linkscribe's account. Ask the operator of Linkscribe to mend this; then set the status back to pending."
            }
            Self::Refused => {
                "The summarizing service refuses the content of this video. Nothing was written down; fill the row by hand."
            }
            Self::Blocked => {
                "The summarizing service's filter stops what is said or shown in this video. Fill the row by hand, or ask the operator of Linkscribe for another service."
            }
            Self::AnswerCut => {
                "The summarizing service's answer was too long and broke off each time. Ask for less in the instructions or in fewer columns, then set the status back to pending."
            }
            Self::AnswerEmpty => {
                "The summarizing service answered with nothing each time. Set the status back to pending later, or ask the operator of Linkscribe for another model."
            }
            Self::AnswerUnreadable => {
                "The summarizing service's answer could not be read each time. Simplify the columns' descriptions, then set the status back to pending; if it stays so, ask the operator of Linkscribe for another model."
            }
            Self::Disconnected => {
                "Linkscribe has lost its access to this workspace. Connect it again, then set the status back to pending."
            }
            Self::RowGone => {
                "This row was deleted or is no longer shared with Linkscribe. Take it out of the trash or share its database again."
            }
            Self::SchemaChanged => {
                "A column that Linkscribe needs was removed or changed its type. Check the columns, then set the status back to pending."
            }
            Self::ResultsRefused => {
                "The database this result should go to takes no pages from Linkscribe. Share it with Linkscribe again or change the tag, then set the status back to pending."
            }
            Self::OutOfOrder => {
                "Something Linkscribe depends on was out of order for a whole day. Set the status back to pending to try once more."
            }
            Self::AttemptsExhausted => {
                "Several attempts did not work. Set the status back to pending to try once more."
            }
            Self::Crashing => {
                "Reading this video failed again and again, so Linkscribe stopped trying. Try another copy of it."
            }
            Self::TurnedAway => {
                "The site takes Linkscribe for a robot and has shown it nothing for hours. Ask the operator of Linkscribe to add a login for this site; then set the status back to pending."
            }
        }
    }
}
