//! The child's side: loads the model, listens to one file, prints one JSON document.
//!
//! Takes a ggml model and raw samples (16 kHz, mono, signed 16 bit, little endian); writes a
//! [`Heard`](super::Heard). Fails when either cannot be read. Runs in a process of its own, so that a crash
//! of the C++ code costs one transcription, a late one can be killed, and its memory goes back at once.

use std::io::Write;
use std::path::Path;

use anyhow::{Context, Result};
use whisper_rs::{
    FullParams, SamplingStrategy, WhisperContext, WhisperContextParameters, WhisperSegment, WhisperState,
};

use super::{Heard, HeardSegment};

/// Listens to the samples in the file `pcm` with the model in the file `model`.
pub fn hear(model: &Path, pcm: &Path, threads: usize, out: &mut dyn Write) -> Result<()> {
    // Else the library talks on standard output and standard error by itself.
    whisper_rs::install_logging_hooks();
    let samples = samples(&std::fs::read(pcm).with_context(|| format!("cannot read {}", pcm.display()))?);
    let context = WhisperContext::new_with_params(model, WhisperContextParameters::default())
        .with_context(|| format!("cannot load the speech model {}", model.display()))?;
    let mut state = context.create_state().context("cannot set up the speech model")?;
    // A model that knows one language answers nonsense when asked which it is.
    let language = if context.is_multilingual() { "auto" } else { "en" };
    if !samples.is_empty() {
        state.full(parameters(language, threads), &samples).context("the speech model failed")?;
    }
    let heard = Heard { language: spoken(&state, language), segments: segments(&state)? };
    serde_json::to_writer(out, &heard).context("cannot write the transcript")
}

fn parameters(language: &str, threads: usize) -> FullParams<'_, 'static> {
    let mut parameters = FullParams::new(SamplingStrategy::Greedy { best_of: 1 });
    parameters.set_language(Some(language));
    parameters.set_n_threads(i32::try_from(threads).unwrap_or(1).max(1));
    parameters.set_print_special(false);
    parameters.set_print_progress(false);
    parameters.set_print_realtime(false);
    parameters.set_print_timestamps(false);
    parameters
}

/// The samples as the model takes them, between -1 and 1.
fn samples(bytes: &[u8]) -> Vec<f32> {
    let (pairs, _) = bytes.as_chunks::<2>();
    pairs.iter().map(|pair| f32::from(i16::from_le_bytes(*pair)) / 32_768.0).collect()
}

fn spoken(state: &WhisperState, asked: &str) -> Option<String> {
    if asked != "auto" {
        return Some(asked.to_owned());
    }
    whisper_rs::get_lang_str(state.full_lang_id_from_state()).map(str::to_owned)
}

/// The mean log probability of the segment's tokens.
fn logprob(segment: &WhisperSegment<'_>) -> Option<f64> {
    let tokens = (0..segment.n_tokens()).filter_map(|number| segment.get_token(number));
    let logs: Vec<f64> = tokens.map(|token| f64::from(token.token_probability()).max(1e-6).ln()).collect();
    let count = u32::try_from(logs.len()).ok().filter(|count| *count > 0)?;
    Some(logs.iter().sum::<f64>() / f64::from(count))
}

fn segments(state: &WhisperState) -> Result<Vec<HeardSegment>> {
    let all = state.as_iter().map(|segment| {
        Ok(HeardSegment {
            start_cs: segment.start_timestamp(),
            end_cs: segment.end_timestamp(),
            // A segment may end in the middle of a character.
            text: segment.to_str_lossy().context("a segment cannot be read")?.into_owned(),
            no_speech: Some(f64::from(segment.no_speech_probability())),
            logprob: logprob(&segment),
        })
    });
    all.collect()
}
