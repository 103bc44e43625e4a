//! The story of one file: what is in it, which of its pictures are decoded, and what is done about a part that is broken.
//!
//! Takes a file and how many stills of it are paid for; gives the sound in parts and the stills. A sound or a picture
//! that cannot be decoded costs itself alone. Fails as permanent when neither can, else as every run of ffmpeg here.

use std::path::{Path, PathBuf};

use anyhow::anyhow;
use tracing::warn;

use super::gathering::{Allowance, Gathered, Gathering};
use super::limits::is_refused;
use super::probe::{Content, Picture, Shape};
use super::sound::Measured;
use super::{DENSE_KEYS, Decode, Ffmpeg, Input, rescue, sieve};
use crate::adapters::tool::empty_folder;
use crate::domain::reason::Reason;
use crate::failure::{Failure, Outcome};
use crate::ports::Opened;

/// The folder inside the work dir that belongs to the parts.
const FOLDER: &str = "opened";

/// The one for a sound that was decoded by itself.
const SOUND_FOLDER: &str = "opened-sound";

/// A file taken apart.
pub(super) struct Apart {
    pub(super) opened: Opened,
    /// Of a still image its tiny grey copy; empty where that says too little.
    pub(super) still: Option<Vec<u8>>,
}

/// What a file was decoded to: its stills, and the folder with its sound.
struct Decoded {
    gathered: Gathered,
    sound: PathBuf,
}

/// The story.
pub(super) async fn take_apart(
    ffmpeg: &Ffmpeg,
    file: &Path,
    work_dir: &Path,
    allowance: Allowance,
) -> Outcome<Apart> {
    let input = Input::of(file).await?;
    let (input, content) = rescue::probed(ffmpeg, input, work_dir).await?;
    let Decoded { gathered, sound } = match (Job { ffmpeg, input: &input, work_dir, allowance }) {
        job if content.sound.is_some() && content.picture.is_some() => job.both_or_one(&content).await?,
        job => job.decoded(&content, FOLDER).await?,
    };
    let Gathered { frames, last, .. } = gathered;
    // The small copy of a long one shows too little of its text to tell it from another one.
    let is_long = content.picture.is_some_and(|picture| picture.shape == Shape::LongImage);
    let still = input.image.is_some().then(|| if is_long { Vec::new() } else { last });
    let measured = Measured::read(&sound).await?;
    ffmpeg.within_length(&measured)?;
    let heard = measured.seconds() > 0.0;
    let audio = measured.parts(&ffmpeg.settings.ffmpeg, &sound, ffmpeg.settings.part).await?;
    if !heard && frames.is_empty() {
        let cause = anyhow!("neither sound nor picture of the file can be decoded");
        return Err(Failure::permanent(Reason::Unreadable, cause));
    }
    Ok(Apart { opened: Opened { audio, frames, duration: content.duration }, still })
}

#[derive(Clone, Copy)]
struct Job<'a> {
    ffmpeg: &'a Ffmpeg,
    input: &'a Input,
    work_dir: &'a Path,
    allowance: Allowance,
}

impl Job<'_> {
    /// Decodes both at once; where one of them is broken, each by itself.
    async fn both_or_one(self, content: &Content) -> Outcome<Decoded> {
        let failure = match self.decoded(content, FOLDER).await {
            Err(failure) if is_refused(&failure) => failure,
            settled => return settled,
        };
        let picture = self.decoded(&Content { sound: None, ..content.clone() }, FOLDER).await;
        let picture = or_lost(picture, "picture")?;
        let sound = self.decoded(&Content { picture: None, ..content.clone() }, SOUND_FOLDER).await;
        let sound = or_lost(sound, "sound")?;
        if picture.is_none() && sound.is_none() {
            return Err(failure);
        }
        let gathered = match picture {
            Some(picture) => picture.gathered,
            None => Gathered::default(),
        };
        let sound = match sound {
            Some(sound) => sound.sound,
            None => empty_folder(self.work_dir, SOUND_FOLDER).await?,
        };
        Ok(Decoded { gathered, sound })
    }

    /// Decodes as little as shows everything.
    async fn decoded(self, content: &Content, folder: &str) -> Outcome<Decoded> {
        let Self { ffmpeg, input, work_dir, allowance } = self;
        let folder = empty_folder(work_dir, folder).await?;
        let first = match content.picture {
            _ if input.image.is_some() => Decode::All,
            Some(picture) if keys_are_enough(picture, content) => Decode::Keys,
            _ => Decode::References,
        };
        let picked = match first {
            Decode::References => sieve::picked(&ffmpeg.settings, input, content, &folder).await,
            Decode::Keys | Decode::All => None,
        };
        let into = || Gathering::new(&folder, allowance);
        let is_part = picked.is_some() || first == Decode::Keys;
        let mut gathered = match picked {
            Some(picked) => {
                let decoded = ffmpeg.decode(&picked.input, &picked.content, Decode::References, into()).await;
                picked.delete().await?;
                decoded?
            }
            None => ffmpeg.decode(input, content, first, into()).await?,
        };
        if is_part && gathered.picked > 0 && lacks_keys(content, gathered.picked) {
            // Some encoders call pictures key frames from which on the picture only comes bit by bit.
            empty_folder(work_dir, FOLDER).await?;
            gathered = ffmpeg.decode(input, content, Decode::References, into()).await?;
        }
        if content.picture.is_some() && gathered.last.is_empty() && first != Decode::All {
            // Some recorders mark no key frames that decoders accept.
            gathered = ffmpeg.decode(input, content, Decode::All, into()).await?;
        }
        Ok(Decoded { gathered, sound: folder })
    }
}

/// Whether the key frames show all there is.
fn keys_are_enough(picture: Picture, content: &Content) -> bool {
    picture.key_gap <= DENSE_KEYS && !picture.needs_all && content.changes.is_empty()
}

/// Whether far fewer pictures came out than the key frames must give.
fn lacks_keys(content: &Content, picked: usize) -> bool {
    content.picture.is_some_and(|picture| picked * 2 < picture.key_stills)
}

/// What was decoded, or nothing where the file's part is broken.
fn or_lost(decoded: Outcome<Decoded>, what: &str) -> Outcome<Option<Decoded>> {
    match decoded {
        Ok(decoded) => Ok(Some(decoded)),
        Err(failure) if is_refused(&failure) => {
            warn!(lost = what, error = %failure, "a part of a file is broken, and left out");
            Ok(None)
        }
        Err(failure) => Err(failure),
    }
}
