//! Where sign-ins that have begun are kept: in memory, or in Redis where several instances run.

mod memory;
mod redis;

pub use self::memory::MemorySignIns;
pub use self::redis::RedisSignIns;
