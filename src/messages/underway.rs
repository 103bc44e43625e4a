//! Tasks that travel along with a message: they end when whoever has them lets go of them.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::task::{JoinError, JoinHandle};

use crate::failure::Failure;

/// A task that ends when its owner lets go of it.
#[derive(Debug)]
pub struct Underway<T>(JoinHandle<T>);

impl<T> Underway<T> {
    /// Takes a task over.
    pub fn new(task: JoinHandle<T>) -> Self {
        Self(task)
    }
}

impl<T> Future for Underway<T> {
    type Output = Result<T, JoinError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.0).poll(context)
    }
}

impl<T> Drop for Underway<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// A downloaded file on its way to where its owner wants it, beside the later stages.
pub type Keeping = Underway<Result<(), Failure>>;
