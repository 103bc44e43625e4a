//! The command line: one file for each command.
//!
//! Results go to stdout, everything else to stderr. Exit code 0 means done, 1 means that it could not be
//! done and the last line says why, 2 means a wrong call, 70 means that the service gave up on itself, 130
//! that a second signal ended it at once, without handing its work back.

mod check;
mod hear;
mod migrate;
mod newcomer;
mod process;
mod progress;
mod register;
mod sandbox;
mod scratch;
mod serve;
mod tour;
mod webhook_token;

use std::io::Write;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::app::{Stopping, in_system};

/// What stands under the list of commands.
const AFTER_HELP: &str = "\
Settings come from the environment or from config/local.toml; config/default.toml explains each.
TOOLS_DIR is the folder that `make setup` filled, .tools by default.
Exit codes: 0 done, 1 not done (the last line says why), 2 wrong call, 70 the service gave up on itself,
130 a second signal ended it at once.";

/// Watches the videos you save in Notion and fills your own columns.
#[derive(Debug, Parser)]
#[command(name = "linkscribe", version, propagate_version = true, after_help = AFTER_HELP)]
pub struct CommandLine {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the service for connected Notion workspaces
    Serve,
    /// Try everything on this machine, with an emulated Notion and no account
    Sandbox(sandbox::Arguments),
    /// Watch one video and print its note; no Notion needed
    Process(process::Arguments),
    /// Register a link database with an integration token
    Register(register::Arguments),
    /// Look whether settings, tools and database are in order
    Check,
    /// Bring the database to the current version
    Migrate,
    /// Show the token Notion sent when the webhook was entered
    WebhookToken(webhook_token::Arguments),
    /// Transcribe one sound file (used by the service itself)
    #[command(hide = true)]
    Hear(hear::Arguments),
}

/// Runs one command; says what went wrong in one place.
pub fn run(line: CommandLine) -> ExitCode {
    let done = match line.command {
        Command::Hear(arguments) => hear::run(&arguments).map(|()| 0),
        Command::Serve => Stopping::listen(0).and_then(|stopping| in_system(serve::run(stopping))),
        Command::Sandbox(arguments) => Stopping::listen(arguments.code_of_a_stop())
            .and_then(|stopping| in_system(sandbox::run(arguments, stopping))),
        Command::Process(arguments) => {
            Stopping::listen(1).and_then(|stopping| in_system(process::run(arguments, stopping)))
        }
        Command::Register(arguments) => in_system(register::run(arguments)),
        Command::Check => in_system(check::run()),
        Command::WebhookToken(arguments) => in_system(webhook_token::run(arguments)),
        Command::Migrate => in_system(migrate::run()),
    };
    done.map_or_else(|error| say(&error), ExitCode::from)
}

/// The last line of a command that could not be done.
fn say(error: &anyhow::Error) -> ExitCode {
    // Without a stderr there is nobody to tell; the exit code still says it.
    drop(writeln!(std::io::stderr(), "linkscribe: {error:#}"));
    ExitCode::FAILURE
}
