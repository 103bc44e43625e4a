//! Where the picture changes between two key frames, told by the sizes of its packets.
//!
//! Takes the packets in the order of the file; gives the moments worth a look, and what has to be decoded to see them.
//! Never fails. An encoder that puts key frames at fixed distances writes a cut, or a card full of text, as a packet
//! larger than those around it, or goes on with packets of another size. A caption over a moving picture hardly
//! changes them; that one is seen where it stays until the next key frame.

use std::fmt::Display;

use super::packets::Packet;

/// So many pictures on each side of one say what is usual there.
const AROUND: usize = 3;

/// A picture stands out when it has so much more than all around it, in percent. Encoders vary by less from one to the
/// next of a scene.
const STANDS_OUT_PERCENT: u64 = 150;

/// Before and behind a change the usual sizes are so far apart, in percent: a card of text that stands still behind a
/// scene that moved, or the other way round.
const OTHER_LEVEL_PERCENT: u64 = 300;

/// Less than that is no text, in bytes: one digit of a caption takes more.
const FLOOR_BYTES: u32 = 300;

/// So long after a change the picture is looked at, in seconds: texts fly in.
const SETTLES: f64 = 0.3;

/// The most moments of one video, about one a second of what is looked at. Where there are more all is decoded.
const MOST: usize = 600;

/// Where the picture changes.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Changes {
    /// When to look, in seconds: each is the moment of a picture.
    pub(super) moments: Vec<f64>,
    /// The places of a key frame and of the last picture behind it that is looked at: from the one to the other lies all
    /// that is needed.
    pub(super) spans: Vec<(u64, u64)>,
}

impl Changes {
    /// Finds them.
    pub(super) fn told_by(packets: &[Packet]) -> Self {
        let mut changes = Self::default();
        let (shown, mut key) = (anchors(packets), None);
        let between: Vec<&Packet> = shown.windows(2).filter_map(apart).collect();
        let mut told = between.windows(2 * AROUND + 1).filter_map(change).peekable();
        let mut wanted = None;
        for packet in shown {
            if packet.is_key {
                (key, wanted) = (Some(packet.place), None);
            }
            while let Some(at) = told.next_if(|at| *at <= packet.at) {
                wanted = wanted.or(Some(at + SETTLES));
            }
            let Some(key) = key.filter(|_| wanted.is_some_and(|at| at <= packet.at)) else { continue };
            wanted = None;
            changes.add(key, packet);
        }
        changes
    }

    fn add(&mut self, key: u64, seen: &Packet) {
        self.moments.push(seen.at);
        match self.spans.last_mut() {
            Some((begin, end)) if *begin == key => *end = seen.place,
            _ => self.spans.push((key, seen.place)),
        }
    }

    /// Whether there is nothing to look at but key frames.
    pub(super) fn is_empty(&self) -> bool {
        self.moments.is_empty()
    }

    /// Whether the whole file is better decoded than picked from.
    pub(super) fn are_many(&self) -> bool {
        self.moments.len() > MOST
    }

    /// The same with times counted from `start`, as ffmpeg counts them from the first packet of a file.
    pub(super) fn since(mut self, start: f64) -> Self {
        self.moments.iter_mut().for_each(|at| *at -= start);
        self
    }
}

/// ffmpeg's words for something within one of these stretches, never true where there are none. Its reader of expressions
/// takes a hundred brackets one in another and no more, nor a longer sum, so halves are added to halves.
pub(super) fn within<T: Display>(what: &str, stretches: &[(T, T)]) -> String {
    match stretches {
        [] => "0".to_owned(),
        [(begin, end)] => format!("between({what},{begin},{end})"),
        more => {
            let (one, other) = more.split_at(more.len() / 2);
            format!("({}+{})", within(what, one), within(what, other))
        }
    }
}

/// The pictures that are shown later than all that came before them in the file: between them only such lie that
/// nothing else depends on, or nothing behind the next one of these.
fn anchors(packets: &[Packet]) -> Vec<&Packet> {
    let mut last = f64::NEG_INFINITY;
    let is_later = |packet: &&Packet| {
        packet.at > last && {
            last = packet.at;
            true
        }
    };
    packets.iter().filter(is_later).collect()
}

/// The second of two pictures, where neither is a key frame: the one right behind a key frame only makes that finer, and
/// takes more than those behind it.
fn apart<'a>(pair: &[&'a Packet]) -> Option<&'a Packet> {
    match *pair {
        [one, next] if !one.is_key && !next.is_key => Some(next),
        _ => None,
    }
}

/// The moment of the picture in the middle, where something changes there.
fn change(window: &[&Packet]) -> Option<f64> {
    let (before, rest) = window.split_at_checked(AROUND)?;
    let (here, behind) = rest.split_first()?;
    let around = before.iter().chain(behind).map(|packet| packet.bytes).max()?;
    let (low, high) = (usual(before)?.min(usual(behind)?), usual(before)?.max(usual(behind)?));
    let stands_out = is_more(here.bytes, around, STANDS_OUT_PERCENT);
    (stands_out || is_more(high, low, OTHER_LEVEL_PERCENT)).then_some(here.at)
}

/// The size in the middle.
fn usual(packets: &[&Packet]) -> Option<u32> {
    let mut sizes: Vec<u32> = packets.iter().map(|packet| packet.bytes).collect();
    sizes.sort_unstable();
    sizes.get(sizes.len() / 2).copied()
}

fn is_more(bytes: u32, than: u32, percent: u64) -> bool {
    bytes >= than.saturating_add(FLOOR_BYTES) && u64::from(bytes) * 100 >= u64::from(than) * percent
}

#[cfg(test)]
mod tests {
    #![expect(clippy::indexing_slicing, reason = "a test may panic")]
    use super::*;

    /// Ten pictures a second, key frames every two seconds; sizes by the number of the picture.
    fn video(pictures: usize, bytes: impl Fn(usize) -> u32) -> Vec<Packet> {
        let packet = |number: usize| Packet {
            at: u32::try_from(number).map(f64::from).unwrap_or_default() / 10.0,
            place: number as u64 * 1_000,
            bytes: if number.is_multiple_of(20) { 50_000 } else { bytes(number) },
            is_key: number.is_multiple_of(20),
            is_shown: true,
        };
        (0..pictures).map(packet).collect()
    }

    #[test]
    fn a_card_that_is_gone_before_the_next_key_frame_is_looked_at_once_it_stands() {
        // From 4.6 to 5.5 s, cut hard on both sides, and moving pictures around it.
        let card = |number| match number {
            46 | 55 => 20_000,
            47..55 => 200,
            number => 5_000 + number % 7 * 100,
        };
        let packets = video(100, |number| card(u32::try_from(number).unwrap_or_default()));
        let changes = Changes::told_by(&packets);
        assert!(changes.moments.iter().any(|at| (4.6..5.5).contains(at)), "{changes:?}");
        assert!(changes.moments.iter().all(|at| (4.4..6.0).contains(at)), "{changes:?}");
        let [(begin, end)] = changes.spans[..] else { panic!("one stretch is decoded: {changes:?}") };
        let last = packets.iter().find(|packet| changes.moments.last() == Some(&packet.at));
        assert_eq!((begin, Some(end)), (40_000, last.map(|packet| packet.place)));
    }

    #[test]
    fn a_scene_that_moves_more_or_less_and_one_that_stands_still_are_seen_at_their_key_frames() {
        let moves = video(200, |number| 4_000 + u32::try_from(number % 13).unwrap_or_default() * 150);
        let stands = video(200, |number| match number % 20 {
            1 => 600,
            number if number % 5 == 0 => 180,
            _ => 30,
        });
        for packets in [moves, stands, video(6, |_| 900), Vec::new()] {
            assert!(Changes::told_by(&packets).is_empty());
        }
    }

    #[test]
    fn what_changes_right_before_a_key_frame_is_seen_there() {
        let changes = Changes::told_by(&video(100, |number| if number == 38 { 30_000 } else { 3_000 }));
        assert!(changes.is_empty(), "{changes:?}");
    }

    #[test]
    fn pictures_are_decoded_up_to_one_that_needs_none_behind_it() {
        // In the file each third picture comes before the two that are shown earlier, as encoders write them.
        let mut packets = video(40, |number| if number == 18 { 30_000 } else { 900 });
        packets[20] = Packet { bytes: 900, is_key: false, ..packets[20] };
        for group in packets[1..].chunks_mut(3) {
            group.rotate_right(1);
        }
        let changes = Changes::told_by(&packets);
        let anchors: Vec<f64> = anchors(&packets).iter().map(|packet| packet.at).collect();
        assert!(!changes.is_empty() && changes.moments.iter().all(|at| anchors.contains(at)), "{changes:?}");
    }

    #[test]
    fn thousands_of_stretches_are_few_brackets_deep() {
        let many: Vec<(f64, f64)> = (0..2_000).map(f64::from).map(|at| (at, at + 0.5)).collect();
        let words = within("t", &many);
        let depth = words.chars().scan(0_i32, |depth, letter| {
            *depth += i32::from(letter == '(') - i32::from(letter == ')');
            Some(*depth)
        });
        assert!(depth.max() < Some(20) && words.matches("between").count() == 2_000);
    }

    #[test]
    fn times_are_counted_from_the_start_of_the_file() {
        let changes = Changes { moments: vec![3.5, 4.5], spans: vec![(2_000, 3_000)] };
        assert_eq!(changes.since(1.5).moments, [2.0, 3.0]);
    }
}
