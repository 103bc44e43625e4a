//! One binary for all behaviour tests: one file per behaviour.

mod redis_budget;

mod support {
    pub(crate) mod redis;
}
