//! The packets of one stream, as ffprobe lists them.
//!
//! Takes ffprobe's answer and the number of a stream; gives its packets in the order of the file. A packet without a
//! moment or a place is left out. Never fails.

use super::probe::pairs;

/// What is known of a picture before it is decoded.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Packet {
    /// When it is shown, in seconds as the file counts them.
    pub(super) at: f64,
    /// Where it begins in the file, in bytes.
    pub(super) place: u64,
    pub(super) bytes: u32,
    /// Whether it can be decoded without any other.
    pub(super) is_key: bool,
    /// Whether it is shown; where a film was cut inside a group of pictures, the first ones are there to decode the
    /// others and no more.
    pub(super) is_shown: bool,
}

/// The fields asked for.
pub(super) const ENTRIES: &str = "packet=stream_index,pts_time,size,pos,flags";

/// The packets of the stream.
pub(super) fn of(answer: &str, stream: u32) -> Vec<Packet> {
    let packets = answer.lines().filter_map(|line| line.strip_prefix("packet|"));
    packets.filter_map(|fields| packet(fields, stream)).collect()
}

/// Whether pictures are shown whose key frame is not.
pub(super) fn follow_a_cut(packets: &[Packet]) -> bool {
    let mut key_is_cut = false;
    packets.iter().any(|packet| {
        if packet.is_key {
            key_is_cut = !packet.is_shown;
        }
        key_is_cut && packet.is_shown
    })
}

/// Whether pictures behind a key frame are shown before it.
pub(super) fn lead_a_key(packets: &[Packet]) -> bool {
    let mut key = f64::NEG_INFINITY;
    packets.iter().any(|packet| {
        if packet.is_key {
            key = packet.at;
        }
        packet.at < key
    })
}

fn packet(fields: &str, stream: u32) -> Option<Packet> {
    let (mut is_ours, mut at, mut place, mut bytes) = (false, None, None, 0);
    let (mut is_key, mut is_shown) = (false, true);
    for (name, value) in pairs(fields) {
        match name {
            "stream_index" => is_ours = value.parse() == Ok(stream),
            "pts_time" => at = value.parse().ok().filter(|at: &f64| at.is_finite()),
            "pos" => place = value.parse().ok(),
            "size" => bytes = value.parse().unwrap_or_default(),
            "flags" => (is_key, is_shown) = (value.starts_with('K'), !value.contains('D')),
            _ => {}
        }
    }
    Some(Packet { at: at.filter(|_| is_ours)?, place: place?, bytes, is_key, is_shown })
}
