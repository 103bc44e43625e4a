//! Posts what an emulated Notion wants posted, as Notion's own servers would. Ends when dropped.

use std::time::Duration;

use linkscribe::sandbox::notion::{Delivery, EmulatedNotion};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

/// A subscriber that takes longer has not accepted.
const PATIENCE: Duration = Duration::from_secs(10);

/// A task that empties the queue, one delivery after the other.
pub struct Poster {
    task: JoinHandle<()>,
    posted: mpsc::UnboundedReceiver<Option<u16>>,
}

impl Poster {
    /// Begins to post.
    pub fn start(notion: &EmulatedNotion) -> Self {
        let notion = notion.clone();
        let (tell, posted) = mpsc::unbounded_channel();
        let task = tokio::spawn(async move {
            let client = reqwest::Client::builder().no_proxy().timeout(PATIENCE).build().unwrap();
            loop {
                let delivery = notion.next_delivery().await;
                let status = post(&client, &delivery).await;
                notion.delivered(&delivery, status.is_some_and(|status| (200..300).contains(&status)));
                // Nobody has to listen.
                tell.send(status).ok();
            }
        });
        Self { task, posted }
    }

    /// Waits for the next delivery to have ended; gives the subscriber's status, `None` without an answer.
    pub async fn posted(&mut self) -> Option<u16> {
        let ended = tokio::time::timeout(PATIENCE, self.posted.recv());
        ended.await.expect("a delivery in time").expect("the poster runs")
    }
}

impl Drop for Poster {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn post(client: &reqwest::Client, delivery: &Delivery) -> Option<u16> {
    let mut request = client.post(delivery.url.clone()).header("content-type", "application/json");
    if let Some(signature) = &delivery.signature {
        request = request.header(Delivery::SIGNATURE_HEADER, signature);
    }
    let answer = request.body(delivery.body.clone()).send().await;
    answer.ok().map(|answer| answer.status().as_u16())
}
