//! Where a part of a sound, or a picture, stands in its video: what it is known by when another run comes to it.
//!
//! Takes moments; gives places that are the same in every run over the same video. A sound that is cut in another
//! way, or a picture of another moment, has another place: what was paid for elsewhere says nothing about it.

use std::fmt;

use super::media::At;

/// A part of a video, in milliseconds of its time line.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place(String);

impl Place {
    /// The sound from one moment to another.
    pub fn of_sound(begins: At, seconds: f64) -> Self {
        Self(format!("{}-{}", millis(begins.0), millis(begins.0 + seconds)))
    }

    /// The picture of a moment.
    pub fn of_picture(at: At) -> Self {
        Self(millis(at.0).to_string())
    }

    /// A place as it was kept.
    pub fn kept(place: String) -> Self {
        Self(place)
    }
}

impl fmt::Display for Place {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

/// Whole milliseconds: finer than pictures and cuts are, coarser than what is lost when a number is kept as text.
#[expect(clippy::cast_possible_truncation, reason = "float to int casts saturate")]
fn millis(seconds: f64) -> i64 {
    (seconds * 1_000.0).round() as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_same_part_of_the_same_video_has_the_same_place() {
        let first = Place::of_sound(At(0.0), 1_200.0);
        assert_eq!(first, Place::of_sound(At(0.000_01), 1_200.0));
        for other in [(At(0.0), 1_199.9), (At(0.1), 1_200.0), (At(0.0).of_video(1), 1_200.0)] {
            assert_ne!(first, Place::of_sound(other.0, other.1), "{other:?}");
        }
        assert_ne!(Place::of_sound(At(0.0).of_video(1), 9.0), Place::of_sound(At(0.0).of_video(2), 9.0));
        assert_eq!(Place::of_picture(At(0.1 + 0.2)), Place::of_picture(At(0.3)));
        assert_ne!(Place::of_picture(At::picture(1)), Place::of_picture(At::picture(2)));
    }
}
