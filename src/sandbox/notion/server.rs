//! Serves an emulated Notion: mounted into another server, or alone on a port of its own.

use std::net::TcpListener;
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::{App, HttpServer, web};
use tokio::task::JoinHandle;

use super::handle::EmulatedNotion;
use super::http;

/// How long a stop waits for requests that are being answered.
const STOP_PATIENCE: Duration = Duration::from_secs(1);

impl EmulatedNotion {
    /// Mounts the API under `/v1` and uploaded files under `/notion-files`.
    pub fn configure(&self, config: &mut web::ServiceConfig) {
        http::routes(config, self.clone());
    }

    /// Serves on a free port of the loopback address until stopped.
    pub fn serve_on_free_port(&self) -> std::io::Result<RunningNotion> {
        self.serve(TcpListener::bind(("127.0.0.1", 0))?)
    }

    /// Serves on a listener until stopped. Needs a Tokio runtime around it.
    pub fn serve(&self, listener: TcpListener) -> std::io::Result<RunningNotion> {
        let url = format!("http://{}", listener.local_addr()?);
        self.reopen();
        let notion = self.clone();
        let app = move || App::new().configure(|config| notion.configure(config));
        let server = HttpServer::new(app).workers(1).disable_signals().listen(listener)?.run();
        let handle = server.handle();
        Ok(RunningNotion { url, notion: self.clone(), handle, task: tokio::spawn(server) })
    }
}

/// A server that runs; stops when told, or when dropped.
#[derive(Debug)]
pub struct RunningNotion {
    /// Where it is reached, such as `http://127.0.0.1:41234`.
    pub url: String,
    notion: EmulatedNotion,
    handle: ServerHandle,
    task: JoinHandle<std::io::Result<()>>,
}

impl RunningNotion {
    /// Stops the server and waits until it is gone.
    pub async fn stop(mut self) -> std::io::Result<()> {
        self.notion.closing().cancel();
        self.notion.under_way().close();
        // Answers under way get to their end; what is late is cut off.
        tokio::time::timeout(STOP_PATIENCE, self.notion.under_way().wait()).await.ok();
        // The server's own graceful stop would also wait for idle connections a client keeps open.
        self.handle.stop(false).await;
        (&mut self.task).await.map_err(std::io::Error::other)?
    }
}

impl Drop for RunningNotion {
    fn drop(&mut self) {
        if !self.task.is_finished() {
            self.notion.closing().cancel();
            // The order is given at once; only the waiting is dropped.
            drop(self.handle.stop(false));
        }
    }
}
