//! One file or folder for each outside party. Status codes, SQL, JSON shapes and child processes stay in here.

pub mod fallback_budget;
pub mod ffmpeg;
pub mod gemini;
pub mod keyring;
pub mod local_file;
pub mod memory_budget;
pub mod notion;
pub mod openai;
pub mod outbound;
pub mod paper;
pub mod prompt;
mod provider;
mod provider_errors;
pub mod redis_budget;
pub mod rules;
pub mod seal;
pub mod sign_ins;
pub mod store;
pub mod tesseract;
pub mod tool;
pub mod vision;
pub mod whisper;
pub mod yt_dlp;
