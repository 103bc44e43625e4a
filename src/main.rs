//! Parses the command line, runs one command, returns its exit code.
fn main() {}
