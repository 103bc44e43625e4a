//! What a seed decides: in which order the points kill, at which pass, with how many places in the chain.

use std::time::Duration;

/// A small generator that gives the same numbers for the same seed everywhere (Vigna's splitmix64).
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number from 0 to `end` - 1.
    pub fn below(&mut self, end: u32) -> u32 {
        u32::try_from(self.next() % u64::from(end)).unwrap()
    }

    pub fn shuffle<T>(&mut self, list: &mut [T]) {
        for at in (1..list.len()).rev() {
            list.swap(at, self.below(u32::try_from(at).unwrap() + 1) as usize);
        }
    }

    pub fn millis(&mut self, most: u32) -> Duration {
        Duration::from_millis(self.below(most).into())
    }
}

/// One death.
#[derive(Debug, Clone, Copy)]
pub struct Kill {
    pub point: &'static str,
    /// Which pass of the point kills.
    pub pass: u32,
    /// Places in the chain, all of which may be taken at that moment.
    pub places: u32,
}

impl Kill {
    pub fn draw(point: &'static str, dice: &mut Dice, is_long: bool) -> Self {
        let pass = match point {
            // Passed many times by every row, by polls as well.
            "answer_recorded" | "status_shown" => 1 + dice.below(8),
            _ if is_long => 1 + dice.below(3),
            // A later pass needs more rows, and the short form has little time.
            _ => 1 + dice.below(5) / 4,
        };
        Self { point, pass, places: 1 + dice.below(2) }
    }

    /// How many finished answers of speech, vision and model this death may lose: the one that was answered
    /// right here or beside it, and one for each other place in the chain.
    pub fn may_lose(&self) -> [usize; 3] {
        let own: [usize; 3] = match self.point {
            // A look at the row or a status may fall beside any answer.
            "answer_recorded" | "status_shown" | "row_queued" => [1, 1, 1],
            // The sound is written down while the screen is read.
            "speech_answered" | "transcript_kept" | "screen_read" | "screen_kept" => [1, 1, 0],
            "note_answered" => [0, 0, 1],
            _ => [0, 0, 0],
        };
        own.map(|own| own + self.places as usize - 1)
    }
}
