//! What the behaviour tests share.

pub mod both;
pub mod fakes;
pub mod front;
pub mod kitchen;
pub mod poster;
pub mod postgres;
pub mod probe;
pub mod providers;
pub mod redis;
pub mod service;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use linkscribe::domain::platform::Platform;
use linkscribe::settings::Settings;

/// No event of a test takes longer, except on a machine that hangs: a busy one takes many times as long as a free one.
pub const PATIENCE: Duration = Duration::from_mins(2);

/// The folder the set-up fills.
pub fn tools_dir() -> PathBuf {
    let default = || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(".tools");
    std::env::var_os("TOOLS_DIR").map_or_else(default, PathBuf::from)
}

/// The sites a fresh installation reads.
pub fn platforms() -> Vec<Platform> {
    linkscribe::app::adapters::platforms(&Settings::from_layers(&HashMap::new(), None).unwrap())
}

/// Makes a program of these bytes. Another process writes it: a neighbour's child, born while this one had the file
/// open for writing, would hold it open too, and the system starts no program that somebody may still write to.
pub fn executable(path: &Path, bytes: &[u8]) {
    let mut install = Command::new("install")
        .args(["-m", "755", "/dev/stdin"])
        .arg(path)
        .stdin(Stdio::piped())
        .spawn()
        .expect("install comes with every Linux");
    std::io::Write::write_all(&mut install.stdin.take().expect("a pipe"), bytes)
        .expect("it reads to the end");
    assert!(install.wait().expect("it ends").success(), "{} cannot be made", path.display());
}

/// A port nobody has, for a program that has to be told one. The system gives whoever names none a port above these,
/// so that this one stays free until the program listens, and while it is away.
pub fn free_port() -> u16 {
    let range = std::fs::read_to_string("/proc/sys/net/ipv4/ip_local_port_range").expect("a Linux");
    let first = range.split_whitespace().next().and_then(|first| first.parse().ok()).expect("two numbers");
    assert!(first > LOWEST_PORT, "the system gives away all ports there are: {range}");
    let free = |port: &u16| std::net::TcpListener::bind(("127.0.0.1", *port)).is_ok();
    std::iter::repeat_with(|| rand::random_range(LOWEST_PORT..first))
        .take(1_000)
        .find(free)
        .expect("a free port")
}

/// Above those of well-known services.
const LOWEST_PORT: u16 = 15_000;
