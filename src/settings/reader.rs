//! Reads settings out of their layers, so that an error names the key, where its value comes from, and the fix.

use std::collections::HashMap;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

use config::{Config, Environment, File, FileFormat, Map, Source, Value};
use secrecy::SecretString;
use url::Url;

/// The defaults, compiled in.
const DEFAULTS: &str = include_str!("../../config/default.toml");

/// A setting that cannot be used.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{key} (from {origin}): {problem}\n  {fix}")]
pub struct SettingsError {
    /// The key, as its environment variable is spelled.
    pub key: String,
    /// Where the value comes from.
    pub origin: String,
    /// What is wrong with it.
    pub problem: String,
    /// What to do.
    pub fix: String,
}

/// The layers, merged.
pub(super) struct Reader {
    merged: Map<String, Value>,
}

impl Reader {
    /// Merges the defaults, a file where there is one, and the environment.
    pub(super) fn new(env: &HashMap<String, String>, file: Option<&Path>) -> Result<Self, SettingsError> {
        let environment = Environment::default().ignore_empty(true).source(Some(env.clone()));
        let mut layers = Config::builder().add_source(File::from_str(DEFAULTS, FileFormat::Toml));
        if let Some(file) = file {
            refuse_unknown_keys(file)?;
            layers = layers.add_source(File::from(file).format(FileFormat::Toml));
        }
        let merged = layers.add_source(environment).build().and_then(|merged| merged.collect());
        let merged = merged.map_err(|error| SettingsError {
            key: "the settings file".to_owned(),
            origin: file.map_or_else(|| "the defaults".to_owned(), |file| file.display().to_string()),
            problem: error.to_string(),
            fix: "Write it as TOML; config/default.toml shows every key.".to_owned(),
        })?;
        Ok(Self { merged })
    }

    /// A text, where one is set.
    pub(super) fn text(&self, key: &str) -> Option<String> {
        self.value(key)?.into_string().ok().filter(|text| !text.trim().is_empty())
    }

    /// A text that has a default.
    pub(super) fn required(&self, key: &str) -> Result<String, SettingsError> {
        self.text(key).ok_or_else(|| self.error(key, "is not set", "Give it a value."))
    }

    /// A secret, where one is set.
    pub(super) fn secret(&self, key: &str) -> Option<SecretString> {
        self.text(key).map(SecretString::from)
    }

    /// A path, where one is set.
    pub(super) fn path(&self, key: &str) -> Option<PathBuf> {
        self.text(key).map(PathBuf::from)
    }

    /// A whole number within a range.
    pub(super) fn number(&self, key: &str, range: RangeInclusive<u64>) -> Result<u64, SettingsError> {
        let text = self.required(key)?;
        let number = text.trim().parse::<u64>().ok().filter(|number| range.contains(number));
        number.ok_or_else(|| {
            let fix = format!("Use a whole number from {} to {}.", range.start(), range.end());
            self.error(key, &format!("`{text}` is not usable"), &fix)
        })
    }

    /// A web address.
    pub(super) fn url(&self, key: &str) -> Result<Option<Url>, SettingsError> {
        let Some(text) = self.text(key) else { return Ok(None) };
        let url = Url::parse(text.trim())
            .ok()
            .filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
        url.map(Some).ok_or_else(|| {
            self.error(
                key,
                "is not a web address",
                "Write the whole address, starting with http:// or https://.",
            )
        })
    }

    /// A web address that has a default.
    pub(super) fn required_url(&self, key: &str) -> Result<Url, SettingsError> {
        self.url(key)?.ok_or_else(|| self.error(key, "is not set", "Give it a web address."))
    }

    /// One of a few words, where one is set.
    pub(super) fn choice<T: Copy>(
        &self,
        key: &str,
        choices: &[(&str, T)],
    ) -> Result<Option<T>, SettingsError> {
        let Some(text) = self.text(key) else { return Ok(None) };
        let chosen = choices.iter().find(|(name, _)| text.trim().eq_ignore_ascii_case(name));
        chosen.map(|(_, choice)| Some(*choice)).ok_or_else(|| {
            let names: Vec<&str> = choices.iter().map(|(name, _)| *name).collect();
            self.error(
                key,
                &format!("`{text}` is none of the choices"),
                &format!("Use one of: {}.", names.join(", ")),
            )
        })
    }

    /// Texts separated by commas.
    pub(super) fn list(&self, key: &str) -> Vec<String> {
        let text = self.text(key).unwrap_or_default();
        text.split(',').map(|item| item.trim().to_owned()).filter(|item| !item.is_empty()).collect()
    }

    /// A table.
    pub(super) fn table(&self, key: &str) -> Option<Map<String, Value>> {
        self.value(key)?.into_table().ok()
    }

    /// An error about a key, with the origin of its value.
    pub(super) fn error(&self, key: &str, problem: &str, fix: &str) -> SettingsError {
        let origin = self.value(key).and_then(|value| value.origin().map(str::to_owned));
        SettingsError {
            key: key.to_owned(),
            origin: origin.unwrap_or_else(|| "nowhere".to_owned()),
            problem: problem.to_owned(),
            fix: fix.to_owned(),
        }
    }

    fn value(&self, key: &str) -> Option<Value> {
        self.merged.get(&key.to_lowercase()).cloned()
    }
}

/// A key that is spelled wrong would be ignored for ever; the defaults name every key there is.
fn refuse_unknown_keys(file: &Path) -> Result<(), SettingsError> {
    let refused = |problem: String, fix: &str| SettingsError {
        key: "the settings file".to_owned(),
        origin: file.display().to_string(),
        problem,
        fix: fix.to_owned(),
    };
    let text = std::fs::read_to_string(file).map_err(|error| {
        refused(format!("cannot be read: {error}"), "Check the path, or unset LINKSCRIBE_CONFIG.")
    })?;
    let known = keys(DEFAULTS.lines().map(|line| line.trim_start_matches('#')));
    match keys(text.lines()).into_iter().find(|key| !known.contains(key)) {
        Some(unknown) => {
            Err(refused(format!("`{unknown}` is no setting"), "config/default.toml shows every key."))
        }
        None => Ok(()),
    }
}

/// All keys, those of a table behind its name. The tables of one kind, such as `[platforms.tiktok]`, have the same.
fn keys<'a>(lines: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut table = String::new();
    let mut keys = Vec::new();
    for line in lines {
        let begins = line.trim().strip_prefix('[').and_then(|line| line.strip_suffix(']'));
        if let Some(name) = begins.filter(|name| !name.starts_with(['"', '['])) {
            let kind = name.split_once('.').map_or(name, |(kind, _)| kind);
            table = format!("{kind}.");
        } else if let Some(key) = key_of(line) {
            keys.push(format!("{table}{key}"));
        }
    }
    keys
}

/// The key a line of TOML gives a value to.
fn key_of(line: &str) -> Option<&str> {
    let (key, _) = line.split_once('=')?;
    let key = key.trim();
    let is_key = !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    is_key.then_some(key)
}
