//! What the service tells a program to do, taken down by a script in the program's place.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

use crate::support::executable;

/// Longer than any run of a test takes that ends by itself; a decoder without walls may wait for ever.
const LIMIT: Duration = Duration::from_secs(30);

/// One call of a program.
#[derive(Debug, Clone)]
pub(in crate::media) struct Order {
    pub(in crate::media) args: Vec<String>,
    pub(in crate::media) env: BTreeMap<String, String>,
}

/// A script that takes down how it is called, into its own folder, and fails.
pub(in crate::media) fn scribe(folder: &Path) -> PathBuf {
    let script = folder.join("scribe");
    let takes_down = "#!/bin/sh\nhere=$(dirname \"$0\")\nprintf '%s\\0' \"$@\" >\"$here/args\"\nenv -0 >\"$here/env\"\nexit 1\n";
    executable(&script, takes_down.as_bytes());
    script
}

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
        Self { args: parts("args"), env: pairs.filter(|(name, _)| own(name)).collect() }
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
        let mut command = Command::new(program);
        command.args(&self.args).current_dir(home).env_clear().envs(&self.env);
        command.env("HOME", home).env("TMPDIR", home).stdin(Stdio::null()).kill_on_drop(true);
        Some(tokio::time::timeout(LIMIT, command.output()).await.ok()?.unwrap())
    }
}

/// yt-dlp kept loaded, by the service's own program.
pub(in crate::media) struct Kept {
    _keeper: Child,
    orders: ChildStdin,
    news: Lines<BufReader<ChildStdout>>,
}

impl Kept {
    pub(in crate::media) fn start(python: &Path) -> Self {
        const KEEPER: &str = concat!(
            include_str!("../../../../src/adapters/tool/keep.py"),
            include_str!("../../../../src/adapters/yt_dlp/warm.py")
        );
        let mut keeper = Command::new(python)
            .args(["-I", "-c", KEEPER, "generic"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let (orders, news) = (keeper.stdin.take().unwrap(), keeper.stdout.take().unwrap());
        Self { _keeper: keeper, orders, news: BufReader::new(news).lines() }
    }

    /// Has an order carried out in a child, with these limits; gives all that was said.
    pub(in crate::media) async fn carry_out(&mut self, order: &Order, home: &Path, limits: Value) -> String {
        let mut env = order.env.clone();
        for name in ["HOME", "TMPDIR"] {
            env.insert(name.to_owned(), home.to_str().unwrap().to_owned());
        }
        let told = json!({
            "id": 1, "args": order.args, "dir": home, "env": env, "out": 1 << 20, "err": 1 << 16, "limits": limits,
        });
        self.orders.write_all(format!("{told}\n").as_bytes()).await.unwrap();
        loop {
            let line = self.news.next_line().await.unwrap().expect("the keeper lives");
            let news: Value = serde_json::from_str(&line).unwrap();
            if news.get("status").is_some() {
                return [&news["out"], &news["err"]].map(|said| said.as_str().unwrap()).concat();
            }
        }
    }
}
