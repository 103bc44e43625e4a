//! Parses the command line, runs one command, returns its exit code.

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    linkscribe::cli::run(linkscribe::cli::CommandLine::parse())
}
