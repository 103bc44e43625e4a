//! What the service tells a program to do, taken down by a script in the program's place.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

use crate::support::executable;

/// Longer than any run of a test takes that ends by itself; a decoder without walls may wait for ever.
const LIMIT: Duration = Duration::from_secs(30);

/// One call of a program.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::media) struct Order {
    pub(in crate::media) args: Vec<String>,
    pub(in crate::media) env: BTreeMap<String, String>,
    /// What it may use up, by the names of `setrlimit`.
    pub(in crate::media) limits: BTreeMap<String, u64>,
}

/// A script that takes down how it is called and within which limits, into its own folder, and fails.
pub(in crate::media) fn scribe(folder: &Path) -> PathBuf {
    scribe_named(folder, "scribe")
}

/// The same under another name.
pub(in crate::media) fn scribe_named(folder: &Path, name: &str) -> PathBuf {
    let script = folder.join(name);
    // Limits are set a moment after the start, that of the processor's time last; some calls have none.
    let takes_down = r#"#!/bin/sh
here=$(dirname "$0")
printf '%s\0' "$@" >"$here/args"
env -0 >"$here/env"
tries=0
until grep -q '^Max cpu time  *[0-9]' /proc/$$/limits || [ $((tries += 1)) -gt 500 ]; do :; done
cp /proc/$$/limits "$here/limits"
exit 1
"#;
    executable(&script, takes_down.as_bytes());
    script
}

/// A keeper that takes down the first order it is given, into its own folder, and ends, so that the program is started.
pub(in crate::media) fn keeping_scribe(folder: &Path) {
    let takes_down =
        "#!/bin/sh\nhere=$(dirname \"$0\")\nIFS= read -r order\nprintf '%s' \"$order\" >\"$here/order\"\n";
    executable(&folder.join("python"), takes_down.as_bytes());
}

/// Limits by their names in the system's table and for `setrlimit`, with the option of `prlimit`.
const LIMITS: [(&str, &str, &str); 3] = [
    ("Max file size", "RLIMIT_FSIZE", "--fsize"),
    ("Max address space", "RLIMIT_AS", "--as"),
    ("Max cpu time", "RLIMIT_CPU", "--cpu"),
];

impl Order {
    /// The call that was taken down last.
    pub(in crate::media) fn taken_down(folder: &Path) -> Self {
        let parts = |name: &str| -> Vec<String> {
            let text = std::fs::read_to_string(folder.join(name)).unwrap();
            text.split_terminator('\0').map(str::to_owned).collect()
        };
        let pairs = parts("env").into_iter().filter_map(|pair| {
            let (name, value) = pair.split_once('=')?;
            Some((name.to_owned(), value.to_owned()))
        });
        // The shell that runs the script adds these three.
        let own = |name: &str| !matches!(name, "PWD" | "SHLVL" | "_" | "OLDPWD");
        let table = std::fs::read_to_string(folder.join("limits")).unwrap();
        let limit = |&(told, name, _): &(&str, &str, &str)| {
            let line = table.lines().find_map(|line| line.strip_prefix(told))?;
            Some((name.to_owned(), line.split_whitespace().next()?.parse().ok()?))
        };
        Self {
            args: parts("args"),
            env: pairs.filter(|(name, _)| own(name)).collect(),
            limits: LIMITS.iter().filter_map(limit).collect(),
        }
    }

    /// The order that was given to a keeper.
    pub(in crate::media) fn given_to_keeper(folder: &Path) -> Self {
        let order: Value = serde_json::from_slice(&std::fs::read(folder.join("order")).unwrap()).unwrap();
        let part = |name: &str| order[name].clone();
        Self {
            args: serde_json::from_value(part("args")).unwrap(),
            env: serde_json::from_value(part("env")).unwrap(),
            limits: serde_json::from_value(part("limits")).unwrap(),
        }
    }

    /// The same without these arguments, which stand there one after the other.
    pub(in crate::media) fn without(mut self, wall: &[&str]) -> Self {
        let at = self.args.windows(wall.len()).position(|args| args == wall);
        let at = at.unwrap_or_else(|| panic!("there is no {wall:?} in {:?}", self.args));
        self.args.drain(at..at + wall.len());
        self
    }

    /// The same without an option and its value.
    pub(in crate::media) fn without_option(mut self, option: &str, value_begins: &str) -> Self {
        let is_it = |args: &[String]| args[0] == option && args[1].starts_with(value_begins);
        let at = self.args.windows(2).position(is_it).unwrap_or_else(|| panic!("there is no {option}"));
        self.args.drain(at..at + 2);
        self
    }

    /// The same with these arguments before all others.
    pub(in crate::media) fn with_first(mut self, args: &[&str]) -> Self {
        self.args.splice(0..0, args.iter().map(|&arg| arg.to_owned()));
        self
    }

    /// The same for another link, the last argument.
    pub(in crate::media) fn about(self, link: &str) -> Self {
        self.about_all(&[link.to_owned()])
    }

    /// The same for several links.
    pub(in crate::media) fn about_all(mut self, links: &[String]) -> Self {
        self.args.pop();
        self.args.extend_from_slice(links);
        self
    }

    /// The same with a variable set.
    pub(in crate::media) fn with(mut self, name: &str, value: &str) -> Self {
        self.env.insert(name.to_owned(), value.to_owned());
        self
    }

    /// Carries it out with the real program in a folder, which is its home; nothing where it does not end in time.
    pub(in crate::media) async fn carry_out(&self, program: &Path, home: &Path) -> Option<Output> {
        let mut command = Command::new("prlimit");
        for (_, name, option) in LIMITS {
            if let Some(most) = self.limits.get(name) {
                // As the service does it: at the soft limit of its time a program can be told why.
                let grace = if name == "RLIMIT_CPU" { 5 } else { 0 };
                command.arg(format!("{option}={most}:{}", most + grace));
            }
        }
        command.arg(program).args(&self.args).current_dir(home).env_clear().envs(&self.env);
        command.env("HOME", home).env("TMPDIR", home).stdin(Stdio::null()).kill_on_drop(true);
        Some(tokio::time::timeout(LIMIT, command.output()).await.ok()?.unwrap())
    }
}

/// yt-dlp kept loaded, by the service's own program.
pub(in crate::media) struct Kept {
    _keeper: Child,
    orders: ChildStdin,
    news: Lines<BufReader<ChildStdout>>,
    last: u64,
}

impl Kept {
    pub(in crate::media) fn start(python: &Path) -> Self {
        const KEEPER: &str = concat!(
            include_str!("../../../../src/adapters/tool/keep.py"),
            include_str!("../../../../src/adapters/yt_dlp/warm.py")
        );
        let mut keeper = Command::new(python)
            .args(["-I", "-c", KEEPER, "generic"])
            .env_clear()
            .envs(std::env::var_os("PATH").map(|path| ("PATH", path)))
            .env("LANG", "C.UTF-8")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let (orders, news) = (keeper.stdin.take().unwrap(), keeper.stdout.take().unwrap());
        Self { _keeper: keeper, orders, news: BufReader::new(news).lines(), last: 0 }
    }

    /// Has an order carried out in a child; gives all that was said, and nothing where it does not end in time.
    pub(in crate::media) async fn carry_out(&mut self, order: &Order, home: &Path) -> String {
        let mut env = order.env.clone();
        for name in ["HOME", "TMPDIR"] {
            env.insert(name.to_owned(), home.to_str().unwrap().to_owned());
        }
        self.last += 1;
        let told = json!({
            "id": self.last, "args": order.args, "dir": home, "env": env, "out": 1 << 20, "err": 1 << 16,
            "limits": order.limits,
        });
        self.orders.write_all(format!("{told}\n").as_bytes()).await.unwrap();
        let mut child = None;
        let Ok(said) = tokio::time::timeout(LIMIT, self.hear(&mut child)).await else {
            let group = child.and_then(Pid::from_raw).expect("it began");
            kill_process_group(group, Signal::KILL).unwrap();
            return String::new();
        };
        said
    }

    /// What the last child said once it has ended; its number as soon as it is known.
    async fn hear(&mut self, child: &mut Option<i32>) -> String {
        loop {
            let line = self.news.next_line().await.unwrap().expect("the keeper lives");
            let news: Value = serde_json::from_str(&line).unwrap();
            if news["id"] != self.last {
                continue;
            }
            if let Some(pid) = news["pid"].as_i64() {
                *child = i32::try_from(pid).ok();
            } else {
                return [&news["out"], &news["err"]].map(|said| said.as_str().unwrap()).concat();
            }
        }
    }
}
