//! What a program says: read with limits, and cleaned, because a stranger's file or site chose the words.

use std::fmt;
use std::io;

use tokio::io::{AsyncRead, AsyncReadExt};

/// What is kept of standard error, in bytes: the last lines tell the cause.
pub(super) const KEPT_STDERR_BYTES: usize = 2_048;

/// Everything the pipe gives, or `None` as soon as it is more than the limit.
pub(super) async fn read_all(
    pipe: Option<impl AsyncRead + Unpin>,
    limit: usize,
) -> io::Result<Option<Vec<u8>>> {
    let mut all = Vec::new();
    let Some(pipe) = pipe else { return Ok(Some(all)) };
    let mut pipe = pipe.take(limit as u64 + 1);
    pipe.read_to_end(&mut all).await?;
    Ok((all.len() <= limit).then_some(all))
}

/// The last bytes the pipe gives.
pub(super) async fn read_end(pipe: Option<impl AsyncRead + Unpin>) -> io::Result<Vec<u8>> {
    let mut end = Vec::new();
    let Some(mut pipe) = pipe else { return Ok(end) };
    while pipe.read_buf(&mut end).await? > 0 {
        end.drain(..end.len().saturating_sub(KEPT_STDERR_BYTES));
    }
    Ok(end)
}

/// Makes a stranger's words fit for a log: no control characters, and of each URL the host alone, since
/// paths and queries of video hosts are signed and would open the video to every reader of the log.
pub(super) fn clean(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let text = text.replace(|letter: char| letter.is_control() && letter != '\n', " ");
    let mut clean = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some(at) = rest.find("://") {
        let (before, after) = rest.split_at(at + "://".len());
        let end = after.find(|c: char| c.is_whitespace() || "'\"<>".contains(c)).unwrap_or(after.len());
        let (url, tail) = after.split_at(end);
        clean.push_str(before);
        let host = url.split(['/', '?', '#']).next().unwrap_or_default();
        clean.push_str(host.rsplit('@').next().unwrap_or_default());
        rest = tail;
    }
    clean.push_str(rest);
    clean.trim().to_owned()
}

/// A stranger's address as a program is told it. Programs quote addresses in their words, and a quotation mark inside
/// one would end it there: the rest of the address would stand among the program's own words, and be read as such.
pub fn quotable(address: &str) -> String {
    address.replace('\'', "%27")
}

/// How the system words a full disk and a used-up quota, `ENOSPC` and `EDQUOT`.
const NO_ROOM: [&str; 2] = ["No space left on device", "Disk quota exceeded"];

/// Whether a program met a full disk.
pub fn says_no_room(stderr: &str) -> bool {
    NO_ROOM.iter().any(|words| stderr.contains(words))
}

/// Several lines as one, for an error text.
pub(super) struct OneLine<'a>(pub(super) &'a str);

impl fmt::Display for OneLine<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, line) in self.0.lines().map(str::trim).filter(|line| !line.is_empty()).enumerate() {
            if number > 0 {
                out.write_str(" | ")?;
            }
            out.write_str(line)?;
        }
        Ok(())
    }
}
