//! Outages: the real program while one of the parties it needs is away. docs/outages.md tells the same as a
//! table.

mod database;
mod disk;
mod redis;
mod upstreams;
mod world;
