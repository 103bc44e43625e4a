//! Seals secrets before they are stored: XChaCha20-Poly1305 under a ring of named keys.
//!
//! Takes a secret and the [`Place`] it is stored at, gives one line of text, `key id.base64`. A seal
//! opens only at the place it was made for, so a value copied into another row or column is refused.
//! The first key of the ring seals, all of them open: a new key is put in front, the old one stays until
//! every secret was sealed again. Nothing here panics on damaged text.

use std::fmt;
use std::fs;
use std::io::{self, Read, Write};
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;

use base64::Engine;
use base64::alphabet;
use base64::engine::general_purpose::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use chacha20poly1305::aead::{Aead, Generate, KeyInit, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use secrecy::{ExposeSecret, SecretString};

/// Takes keys with or without padding, as people paste both. Seals are ours and read strictly.
const PASTED: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Bytes of a key.
const KEY_BYTES: usize = 32;

/// Bytes of a nonce; long enough to be drawn at random without ever counting the messages.
const NONCE_BYTES: usize = 24;

/// The name of a key that was given without one.
const ONLY_KEY: &str = "1";

/// Longest name of a key, in bytes.
const MAX_ID_BYTES: usize = 32;

/// A key file is one short line; more is not a key file.
const MAX_KEY_FILE_BYTES: u64 = 4_096;

/// Where a sealed value stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place<'a> {
    /// The table.
    pub table: &'a str,
    /// The column.
    pub column: &'a str,
    /// The row, or whoever the value belongs to.
    pub owner: &'a str,
}

impl Place<'_> {
    /// The place as bytes; lengths go first, so that no two places read the same.
    fn bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        for part in [self.table, self.column, self.owner] {
            bytes.extend_from_slice(&part.len().to_be_bytes());
            bytes.extend_from_slice(part.as_bytes());
        }
        bytes
    }
}

/// Why a key ring or a sealed value was refused. Never holds a piece of a key or of a secret.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// There is no key at all.
    #[error("no key is given; make one with `openssl rand -base64 32`")]
    NoKey,
    /// A key's name cannot be used.
    #[error("key {0} of the list has no usable name: write `name:key`, the name in letters, digits, - and _")]
    KeyName(usize),
    /// Two keys have the same name.
    #[error("two keys of the list are named `{0}`; give each its own name, `name:key`")]
    KeyTwice(String),
    /// A key is not 32 bytes in base64.
    #[error("key `{0}` is not 32 bytes in base64; make one with `openssl rand -base64 32`")]
    KeyShape(String),
    /// The key file cannot be read or written.
    #[error("the key file {0} cannot be used")]
    KeyFile(String, #[source] io::Error),
    /// The operating system gives no random bytes.
    #[error("the operating system gives no random bytes")]
    NoRandomness,
    /// The secret is too long to be sealed.
    #[error("the secret cannot be sealed")]
    Sealing,
    /// The sealed value is cut off or was never sealed.
    #[error("the sealed value is damaged")]
    Damaged,
    /// The key it was sealed with is not in the ring.
    #[error("the value was sealed with key `{0}`, which is not in the list of keys")]
    UnknownKey(String),
    /// It was changed, moved from its place, or sealed with another key of the same name.
    #[error("the sealed value does not belong here or was sealed with another key")]
    Refused,
}

/// A key with its name.
struct NamedKey {
    id: String,
    cipher: XChaCha20Poly1305,
}

/// A ring of keys, the first of which seals.
pub struct Seal {
    first: NamedKey,
    others: Vec<NamedKey>,
}

impl Seal {
    /// Reads a ring: `name:key` separated by commas, or a single key, each 32 bytes in base64.
    pub fn parse(text: &SecretString) -> Result<Self, SealError> {
        let parts: Vec<&str> = text.expose_secret().split(',').map(str::trim).collect();
        let alone = parts.len() == 1;
        let mut keys: Vec<NamedKey> = Vec::new();
        for (index, part) in parts.into_iter().enumerate() {
            if part.is_empty() {
                return Err(SealError::NoKey);
            }
            let (id, key) = match part.split_once(':') {
                Some((id, key)) => (id.trim(), key.trim()),
                None if alone => (ONLY_KEY, part),
                None => return Err(SealError::KeyName(index + 1)),
            };
            if !is_key_name(id) {
                return Err(SealError::KeyName(index + 1));
            }
            if keys.iter().any(|known| known.id == id) {
                return Err(SealError::KeyTwice(id.to_owned()));
            }
            keys.push(NamedKey { id: id.to_owned(), cipher: cipher(id, key)? });
        }
        let mut keys = keys.into_iter();
        let first = keys.next().ok_or(SealError::NoKey)?;
        Ok(Self { first, others: keys.collect() })
    }

    /// Reads the ring kept in a file, or makes the file with a new key that only its owner may read.
    ///
    /// For development and for a single machine: whoever has the file has the secrets.
    pub fn from_file_or_new(path: &Path) -> Result<Self, SealError> {
        let failed = |error| SealError::KeyFile(path.display().to_string(), error);
        match read_key_file(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let key = Key::try_generate().map_err(|_| SealError::NoRandomness)?;
                keep_key_file(path, &STANDARD.encode(key)).map_err(failed)?;
                // Another process may have been first; the file's key counts, not ours.
                Self::parse(&read_key_file(path).map_err(failed)?)
            }
            read => Self::parse(&read.map_err(failed)?),
        }
    }

    /// Seals a secret for one place.
    pub fn seal(&self, place: Place<'_>, secret: &SecretString) -> Result<String, SealError> {
        let nonce = XNonce::try_generate().map_err(|_| SealError::NoRandomness)?;
        let payload = Payload { msg: secret.expose_secret().as_bytes(), aad: &place.bytes() };
        let sealed = self.first.cipher.encrypt(&nonce, payload).map_err(|_| SealError::Sealing)?;
        let bytes = [nonce.as_slice(), sealed.as_slice()].concat();
        Ok(format!("{}.{}", self.first.id, STANDARD.encode(bytes)))
    }

    /// Opens what was sealed for this place.
    pub fn open(&self, place: Place<'_>, sealed: &str) -> Result<SecretString, SealError> {
        let (id, text) = sealed.split_once('.').ok_or(SealError::Damaged)?;
        if !is_key_name(id) {
            return Err(SealError::Damaged);
        }
        let key = self.key(id).ok_or_else(|| SealError::UnknownKey(id.to_owned()))?;
        let bytes = STANDARD.decode(text).map_err(|_| SealError::Damaged)?;
        let (nonce, sealed) = bytes.split_at_checked(NONCE_BYTES).ok_or(SealError::Damaged)?;
        let nonce = XNonce::try_from(nonce).map_err(|_| SealError::Damaged)?;
        let payload = Payload { msg: sealed, aad: &place.bytes() };
        let plain = key.cipher.decrypt(&nonce, payload).map_err(|_| SealError::Refused)?;
        String::from_utf8(plain).map(SecretString::from).map_err(|_| SealError::Damaged)
    }

    /// Whether a value was sealed with the key that seals now; others should be sealed again.
    pub fn is_current(&self, sealed: &str) -> bool {
        sealed.split_once('.').is_some_and(|(id, _)| id == self.first.id)
    }

    fn key(&self, id: &str) -> Option<&NamedKey> {
        std::iter::once(&self.first).chain(&self.others).find(|key| key.id == id)
    }
}

/// The names of the keys alone.
impl fmt::Debug for Seal {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = std::iter::once(&self.first).chain(&self.others).map(|key| key.id.as_str());
        out.debug_list().entries(names).finish()
    }
}

fn is_key_name(id: &str) -> bool {
    (1..=MAX_ID_BYTES).contains(&id.len())
        && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}

fn cipher(id: &str, key: &str) -> Result<XChaCha20Poly1305, SealError> {
    let refused = || SealError::KeyShape(id.to_owned());
    let bytes = PASTED.decode(key).map_err(|_| refused())?;
    if bytes.len() != KEY_BYTES {
        return Err(refused());
    }
    XChaCha20Poly1305::new_from_slice(&bytes).map_err(|_| refused())
}

fn read_key_file(path: &Path) -> io::Result<SecretString> {
    let mut text = String::new();
    fs::File::open(path)?.take(MAX_KEY_FILE_BYTES).read_to_string(&mut text)?;
    Ok(SecretString::from(text.trim()))
}

/// Writes the whole file beside its place and links it in, so that nobody ever reads half a key. A
/// temporary file is readable by its owner alone from the start.
fn keep_key_file(path: &Path, key: &str) -> io::Result<()> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    writeln!(file, "{key}")?;
    file.as_file().sync_all()?;
    match file.persist_noclobber(path) {
        Ok(_) => Ok(()),
        Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error.error),
    }
}

#[cfg(test)]
mod tests;
