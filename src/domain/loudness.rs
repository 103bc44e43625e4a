//! What the course of the loudness tells before anybody listens: whether somebody may be speaking, and
//! where a long sound can be cut without cutting a word.
//!
//! Takes the level of each tenth of a second in dB below full scale (RMS, between 200 and 4,000 Hz, where
//! speech is); gives answers. Cannot fail. In doubt somebody speaks: listening for nothing costs a cent,
//! a lost sentence costs the note.

/// Windows in one second of sound.
pub const WINDOWS_A_SECOND: usize = 10;

/// Levels below this are taken for it, in dB: ordinary speech has −15 to −35, a quiet room on a phone's
/// microphone −60, and a codec's own hiss less than −72.
const FLOOR: f64 = -70.0;

/// A syllable stands out by at least this much, in dB: steady noise moves by one, words spoken into noise as
/// loud as themselves still by five.
const STANDS_OUT: f64 = 3.0;

/// Speech rises and falls again within so many windows; a hum that is switched on stays on.
const SYLLABLE: usize = WINDOWS_A_SECOND;

/// A cut may lie so far before the latest possible place, as a share of the part; a pause for breath comes
/// every few seconds.
const LOOK_BACK: f64 = 0.1;

/// Whether somebody may be speaking anywhere in the sound. Silence, hum and hiss give `false`; so does
/// nothing at all.
pub fn may_be_speech(levels: &[f64]) -> bool {
    (0..levels.len()).any(|at| is_syllable(levels, at))
}

/// Whether the level here is higher than somewhere within a second before, and than somewhere within a
/// second after.
fn is_syllable(levels: &[f64], at: usize) -> bool {
    let Some(level) = levels.get(at).map(|level| heard(*level)) else { return false };
    let lowest = |from: usize, to: usize| {
        let around = levels.get(from..to.min(levels.len())).unwrap_or_default();
        around.iter().map(|level| heard(*level)).fold(level, f64::min)
    };
    level - lowest(at.saturating_sub(SYLLABLE), at) >= STANDS_OUT
        && level - lowest(at + 1, at + 1 + SYLLABLE) >= STANDS_OUT
}

/// Where to cut a sound of `seconds` so that no part is longer than `longest`: moments in seconds, each the
/// quietest near the end of its part. Empty when one part is enough.
pub fn cuts(levels: &[f64], seconds: f64, longest: f64) -> Vec<f64> {
    let mut cuts = Vec::new();
    let mut begin = 0.0;
    // A part of less than a second is no part; the bound keeps nonsense from cutting for ever.
    while longest >= 1.0 && seconds.is_finite() && seconds - begin > longest {
        let latest = begin + longest;
        let cut = quietest(levels, latest - longest * LOOK_BACK, latest).unwrap_or(latest).min(latest);
        cuts.push(cut);
        begin = cut;
    }
    cuts
}

/// The middle of the quietest window between two moments; of equals the last one.
fn quietest(levels: &[f64], from: f64, to: f64) -> Option<f64> {
    let first = window(from);
    let between = levels.get(first..window(to).min(levels.len()))?;
    let (at, _) = between
        .iter()
        .enumerate()
        .rev()
        .min_by(|(_, one), (_, two)| heard(**one).total_cmp(&heard(**two)))?;
    #[expect(clippy::cast_precision_loss, reason = "a day has fewer than 2^20 windows")]
    let window = (first + at) as f64;
    #[expect(clippy::cast_precision_loss, reason = "it is ten")]
    let moment = (window + 0.5) / WINDOWS_A_SECOND as f64;
    Some(moment)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "float to int casts saturate, and the factor is ten"
)]
fn window(seconds: f64) -> usize {
    (seconds * WINDOWS_A_SECOND as f64).ceil() as usize
}

/// A level without the depths nobody hears; no number counts as silence.
fn heard(level: f64) -> f64 {
    if level.is_nan() { FLOOR } else { level.max(FLOOR) }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::indexing_slicing, reason = "a test may panic")]
    use proptest::prelude::*;

    use super::*;

    fn steady(level: f64, windows: usize) -> Vec<f64> {
        vec![level; windows]
    }

    /// Ten seconds of one kind of sound, and whether somebody has to listen to it.
    #[test]
    fn only_what_may_be_speech_is_worth_listening_to() {
        let silence = steady(f64::NEG_INFINITY, 100);
        let talk: Vec<f64> = (0..100).map(|at: i32| if at % 4 < 2 { -20.0 } else { -38.0 }).collect();
        let noise: Vec<f64> = (0..100).map(|at: i32| -27.5 - f64::from(at % 7) * 0.2).collect();
        let quiet: Vec<f64> = talk.iter().map(|level| level - 40.0).collect();
        let far: Vec<f64> = talk.iter().map(|level| level - 60.0).collect();
        let in_noise: Vec<f64> = talk.iter().map(|level| level.max(-24.0)).collect();
        let fading: Vec<f64> =
            (0..100).map(|at: i32| -60.0 + f64::from(at.min(100 - at).min(30)) * 0.9).collect();
        let table = [
            ("nothing", vec![], false),
            ("silence", silence.clone(), false),
            ("a hum", steady(-21.0, 100), false),
            ("a hum that is switched on", [steady(-90.0, 50), steady(-21.0, 50)].concat(), false),
            (
                "a hum for four seconds",
                [steady(-90.0, 30), steady(-21.0, 40), steady(-90.0, 30)].concat(),
                false,
            ),
            ("a hum that swells and fades", fading, false),
            ("rain", noise, false),
            ("not a number", steady(f64::NAN, 100), false),
            ("talk", talk, true),
            ("talk at the other end of the room", quiet, true),
            ("what nobody hears", far, false),
            ("talk in noise", in_noise, true),
            ("one word", [steady(-90.0, 50), steady(-25.0, 3), steady(-90.0, 50)].concat(), true),
        ];
        for (what, levels, speech) in table {
            assert_eq!(may_be_speech(&levels), speech, "{what}");
        }
    }

    #[test]
    fn a_long_sound_is_cut_in_pauses() {
        let mut levels = steady(-20.0, 1_200);
        for pause in [285, 570] {
            levels[pause] = -60.0;
        }
        assert_eq!(cuts(&levels, 30.0, 30.0), Vec::<f64>::new());
        assert_eq!(cuts(&levels, 60.0, 30.0), [28.55, 57.05]);
        assert_eq!(
            cuts(&levels, 120.0, 30.0).len(),
            4,
            "where nobody pauses the last place is as good as any"
        );
        assert_eq!(cuts(&[], 70.0, 30.0), [30.0, 60.0], "without levels the clock decides");
        assert_eq!(cuts(&levels, f64::INFINITY, 30.0), Vec::<f64>::new());
        assert_eq!(cuts(&levels, 70.0, 0.0), Vec::<f64>::new());
    }

    proptest! {
        #[test]
        fn parts_are_never_too_long_and_cover_the_whole(
            levels in prop::collection::vec(-90.0..0.0_f64, 0..600), seconds in 0.0..200.0_f64, longest in 1.0..60.0_f64
        ) {
            let cuts = cuts(&levels, seconds, longest);
            let ends = cuts.iter().copied().chain([seconds]);
            let begins = [0.0].into_iter().chain(cuts.iter().copied());
            for (begin, end) in begins.zip(ends) {
                prop_assert!(end > begin && end - begin <= longest + 1e-9, "{begin} to {end}");
            }
        }
    }
}
