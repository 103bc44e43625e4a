//! A mock address: an actor that keeps what it receives and rings when something arrives.

use std::sync::{Arc, Mutex};

use actix::prelude::*;
use tokio::sync::Notify;

/// What a test reads of a [`Probe`].
pub struct Received<M> {
    kept: Arc<Mutex<Vec<M>>>,
    arrived: Arc<Notify>,
}

/// Stands in for the actor before or after the one under test.
pub struct Probe<M> {
    kept: Arc<Mutex<Vec<M>>>,
    arrived: Arc<Notify>,
}

impl<M> Probe<M>
where
    M: Message<Result = ()> + Send + Unpin + 'static,
{
    /// A mock address and what it receives.
    pub fn start() -> (Recipient<M>, Received<M>) {
        let (kept, arrived) = (Arc::default(), Arc::new(Notify::new()));
        let probe = Self { kept: Arc::clone(&kept), arrived: Arc::clone(&arrived) };
        (Actor::start(probe).recipient(), Received { kept, arrived })
    }
}

impl<M: Unpin + 'static> Actor for Probe<M> {
    type Context = Context<Self>;
}

impl<M> Handler<M> for Probe<M>
where
    M: Message<Result = ()> + Send + Unpin + 'static,
{
    type Result = ();

    fn handle(&mut self, message: M, _ctx: &mut Context<Self>) {
        self.kept.lock().unwrap().push(message);
        self.arrived.notify_one();
    }
}

impl<M> Received<M> {
    /// Waits for the next message, ten seconds at most.
    pub async fn next(&self) -> M {
        let arrival = async {
            loop {
                if let Some(message) = self.take() {
                    return message;
                }
                self.arrived.notified().await;
            }
        };
        tokio::time::timeout(super::PATIENCE, arrival).await.expect("a message arrives")
    }

    /// How many messages wait to be read.
    pub fn len(&self) -> usize {
        self.kept.lock().unwrap().len()
    }

    fn take(&self) -> Option<M> {
        let mut kept = self.kept.lock().unwrap();
        (!kept.is_empty()).then(|| kept.remove(0))
    }
}
