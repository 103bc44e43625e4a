//! The way out of yt-dlp, and of gallery-dl beside it: a proxy of our own for each job, and what the job's traffic says in the end.
//!
//! Takes the settings; gives the way out, what the program must be told about it, and the failure that
//! stands behind its words: a place nobody is let to, a job that used up its bytes, and a file that came past
//! the proxy. The last one is a defect and never taken for a video.

use std::fs::Permissions;
use std::io::ErrorKind;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Arc;

use anyhow::anyhow;
use secrecy::ExposeSecret;
use tokio::fs;
use tracing::warn;

use super::YtDlpSettings;
use crate::adapters::egress::{Egress, Internet, JobProxy, Traffic};
use crate::adapters::tool::Tool;
use crate::domain::egress::{Place, Refusal, Rules};
use crate::domain::reason::Reason;
use crate::failure::{Failure, Outcome};

/// What a job may move beside its file, in bytes: pages, scripts and lists of parts. `YouTube`'s need
/// about three million.
const PAGES_BYTES: u64 = 16 << 20;

/// Only what yt-dlp fetches itself, through the proxy. Other programs it knows for other protocols
/// (ffmpeg, rtmpdump, mplayer) find their own way out, and ffmpeg follows lists to files of this machine.
const ITS_OWN: &str = "[protocol~='^(http|m3u8)']";

/// The walls for joining, behind whom they are for.
const JOINING: &str = "merger+ffmpeg_i:-protocol_whitelist file -format_whitelist \
                       mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,mpegts,mp3,ogg,aac";

/// The folder beside the download with the ffprobe that has the same walls.
const WALLED: &str = "walled";

/// What keeps ffmpeg, whom yt-dlp asks to join sound and picture, with the two files it is given: no list
/// is read as a file, and where yt-dlp would have it fetch something after all, nothing can be opened.
pub(super) const FFMPEG_STAYS: [&str; 6] = [
    "--postprocessor-args",
    JOINING,
    "--downloader-args",
    "ffmpeg_i:-protocol_whitelist none",
    // Repairs for players; whoever decodes the file here needs none of them.
    "--fixup",
    "never",
];

/// The formats of a video whose file may have so many bytes: the best that fits, as far as the site tells, else the best,
/// because what it tells may be a guess. Sound is a quarter at most, which is room for an hour.
pub(super) fn format(most: u64) -> String {
    let fits = |most: u64| format!("{ITS_OWN}[filesize<=?{most}][filesize_approx<=?{most}]");
    let (sound, all) = (fits(most / 4), fits(most));
    let picture = fits(most - most / 4);
    format!("bv*{picture}+ba{sound}/b{all}/bv*{ITS_OWN}+ba{ITS_OWN}/b{ITS_OWN}")
}

/// The way out under all rules, for a job whose files have at most so many bytes.
pub(in crate::adapters) fn of(settings: &YtDlpSettings, most: u64) -> Outcome<Egress> {
    let listed = settings.extra_hosts.iter().map(|host| {
        Place::parse(host).map_err(|odd| {
            Failure::transient(anyhow!("DOWNLOAD_EXTRA_HOSTS cannot be used: {odd} in `{host}`"))
        })
    });
    let rules = Rules::strict(listed.collect::<Outcome<_>>()?);
    let budget = most.saturating_add(PAGES_BYTES);
    Egress::new(rules, Arc::new(Internet), settings.proxy.as_ref(), budget)
}

/// Tells the program its only way out.
pub(in crate::adapters) fn told(tool: Tool, proxy: &JobProxy) -> Tool {
    // In the environment, because the list of processes shows arguments to everybody on the machine. These
    // are all the names yt-dlp and ffmpeg look for; without `no_proxy` nothing goes past it.
    let url = proxy.url().expose_secret();
    let names = ["http_proxy", "https_proxy", "all_proxy"];
    names.into_iter().fold(with_walled_ffprobe(tool), |tool, name| tool.env(name, url))
}

/// Has the program find an ffprobe of ours first, which calls the real one behind the walls for joining: before it joins
/// parts of a list yt-dlp looks into them, it knows no option for that, and a part may be a list of files again.
fn with_walled_ffprobe(tool: Tool) -> Tool {
    let folder = tool.work_dir().parent().unwrap_or(tool.work_dir()).join(WALLED);
    let path = std::env::var_os("PATH").unwrap_or_default();
    let first = std::iter::once(folder.clone()).chain(std::env::split_paths(&path));
    let made = put_ffprobe(&folder).and_then(|()| std::env::join_paths(first).map_err(std::io::Error::other));
    match made {
        Ok(path) => tool.env("PATH", path),
        Err(error) => {
            // Where nothing can be written, nothing will be downloaded.
            warn!(%error, "yt-dlp looks into parts without walls");
            tool
        }
    }
}

fn put_ffprobe(folder: &Path) -> std::io::Result<()> {
    let walls = JOINING.split_once(':').map_or(JOINING, |(_, walls)| walls);
    let script = format!("#!/bin/sh\nPATH=\"${{PATH#*:}}\" exec ffprobe {walls} \"$@\"\n");
    std::fs::create_dir_all(folder)?;
    let file = folder.join("ffprobe");
    // The second program of a job finds that of the first, which nobody may write to.
    if file.exists() {
        return Ok(());
    }
    std::fs::write(&file, script)?;
    std::fs::set_permissions(&file, Permissions::from_mode(0o500))
}

/// The failure behind a download that was cut off.
pub(in crate::adapters) fn used_up(traffic: &Traffic) -> Failure {
    Failure::permanent(Reason::TooLarge, anyhow!("the download was cut off after {} bytes", traffic.bytes))
}

/// The failure behind the program's words, where the way out knows better. A download that also met places out of order
/// may have failed for those.
pub(in crate::adapters) fn refused(traffic: &Traffic) -> Option<Failure> {
    let why = traffic.last_refusal.filter(|_| traffic.unreachable == 0)?;
    let told = anyhow::Error::new(why).context("the link leads where no download is let");
    match why {
        Refusal::Spelling(_) | Refusal::Literal | Refusal::LocalName | Refusal::Port(_) => {
            Some(Failure::permanent(Reason::Unsupported, told))
        }
        // Resolvers that block a site, or are broken, answer like this as well.
        Refusal::Address(_) | Refusal::Ourselves => Some(Failure::transient(told)),
        // What the operator's network does not allow is the operator's to see, as any proxy out of order.
        Refusal::Upstream => None,
    }
}

/// Refuses what lies in the folder although nobody was connected to: it came past the proxy, or out of
/// this machine.
pub(in crate::adapters) async fn gate(folder: &Path, traffic: &Traffic) -> Outcome<()> {
    if traffic.connected > 0 {
        return Ok(());
    }
    let bytes = bytes_in(folder).await.map_err(Failure::of_file)?;
    if bytes == 0 {
        return Ok(());
    }
    match fs::remove_dir_all(folder).await {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(Failure::of_file(error)),
        _ => {}
    }
    Err(Failure::bug(anyhow!("{bytes} bytes were downloaded without a connection through the proxy")))
}

/// The size of all files of a folder; the program makes no folders in it.
async fn bytes_in(folder: &Path) -> std::io::Result<u64> {
    let mut entries = fs::read_dir(folder).await?;
    let mut bytes = 0;
    while let Some(entry) = entries.next_entry().await? {
        bytes += entry.metadata().await?.len();
    }
    Ok(bytes)
}
