//! Serves a sandbox on a bound listener until stopped or dropped.

use std::net::TcpListener;

use actix_web::dev::ServerHandle;
use actix_web::{App, HttpServer};
use tokio::task::JoinHandle;

use super::Sandbox;

/// Seconds a stop waits for requests that are being answered.
const STOP_SECONDS: u64 = 1;

impl Sandbox {
    /// Serves on a listener of the loopback address until stopped. Needs a Tokio runtime around it.
    pub fn serve(&self, listener: TcpListener) -> std::io::Result<RunningSandbox> {
        let url = format!("http://{}", listener.local_addr()?);
        let sandbox = self.clone();
        let app = move || App::new().configure(|config| sandbox.configure(config));
        let server = HttpServer::new(app)
            .workers(1)
            .disable_signals()
            .shutdown_timeout(STOP_SECONDS)
            .listen(listener)?
            .run();
        let handle = server.handle();
        Ok(RunningSandbox { url, sandbox: self.clone(), handle, task: tokio::spawn(server) })
    }
}

/// A sandbox that runs; stops when told, or when dropped.
#[derive(Debug)]
pub struct RunningSandbox {
    /// Where it is reached, such as `http://127.0.0.1:41234`.
    pub url: String,
    sandbox: Sandbox,
    handle: ServerHandle,
    task: JoinHandle<std::io::Result<()>>,
}

impl RunningSandbox {
    /// Stops the server and waits until it is gone.
    pub async fn stop(mut self) -> std::io::Result<()> {
        self.sandbox.close();
        self.handle.stop(true).await;
        (&mut self.task).await.map_err(std::io::Error::other)?
    }
}

impl Drop for RunningSandbox {
    fn drop(&mut self) {
        if !self.task.is_finished() {
            self.sandbox.close();
            // The order is given at once; only the waiting is dropped.
            drop(self.handle.stop(false));
        }
    }
}
