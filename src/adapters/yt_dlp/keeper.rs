//! yt-dlp kept loaded: which interpreter runs it, and what it loads before the first link.

use super::YtDlpSettings;
use crate::adapters::tool::Warm;

/// The program that keeps yt-dlp loaded: a start costs three times what most downloads do.
const KEEPER: &str = include_str!("warm.py");

/// yt-dlp kept loaded, where the program lies beside the interpreter it runs in, as the set-up puts it.
pub(super) fn of(settings: &YtDlpSettings) -> Option<Warm> {
    let interpreter = settings.program.with_file_name("python");
    if !interpreter.exists() {
        return None;
    }
    let extractors = settings.platforms.iter().flat_map(|platform| &platform.extractors);
    let plain = extractors.filter(|name| name.bytes().all(|letter| letter.is_ascii_alphanumeric()));
    let args = ["-I", "-c", KEEPER, "generic"].map(str::to_owned).into_iter();
    let warm = Warm::new(settings.program.clone(), interpreter, args.chain(plain.cloned()).collect());
    Some(match &settings.ca_file {
        // curl looks for its roots when it is loaded.
        Some(file) => warm.env("SSL_CERT_FILE", file),
        None => warm,
    })
}
