//! Webhooks as their maker and their test see them: subscribe, verify, take what is to be posted, disturb it.
//!
//! A poster loops over [`EmulatedNotion::next_delivery`], posts the body with the signature header, and tells
//! [`EmulatedNotion::delivered`] how it went.

use url::Url;
use uuid::Uuid;

use super::error::ApiError;
use super::handle::EmulatedNotion;
use super::integrations::Subscription;
use super::outbox::Delivery;
use super::workspace::Workspace;

impl EmulatedNotion {
    /// The maker of an integration enters a webhook URL: the handshake goes out, events wait for the token.
    pub fn request_webhook(&self, client_id: &str, url: &str) -> Result<(), ApiError> {
        let token = format!("secret_{}", Uuid::new_v4().simple());
        self.subscribe_integration(client_id, url, &token)
    }

    /// The maker pastes the token of the handshake: events flow. Refused for any other token.
    pub fn confirm_webhook(&self, client_id: &str, pasted: &str) -> Result<(), ApiError> {
        self.with(|held| {
            let subscription = subscription(held, client_id).filter(|known| known.token == pasted);
            let refused = || ApiError::validation("The verification token is not the one that was sent.");
            subscription.ok_or_else(refused)?.verified = true;
            Ok(())
        })
    }

    /// A subscription that was set up long ago: this token signs, the handshake goes out once more.
    pub fn set_webhook(&self, client_id: &str, url: &str, token: &str) -> Result<(), ApiError> {
        self.subscribe_integration(client_id, url, token)?;
        self.confirm_webhook(client_id, token)
    }

    fn subscribe_integration(&self, client_id: &str, url: &str, token: &str) -> Result<(), ApiError> {
        let url = Url::parse(url).map_err(|_| ApiError::validation("The webhook URL is no URL."))?;
        self.with(|held| {
            let known = held.integrations.iter_mut().find(|known| known.client_id == client_id);
            let known = known.ok_or_else(|| ApiError::validation("There is no such integration."))?;
            known.subscription = Some(Subscription::new(url.clone(), token.to_owned()));
            held.outbox.push(Delivery::handshake(url, token));
            Ok(())
        })?;
        self.stir();
        Ok(())
    }

    /// Waits for the next delivery and takes it.
    pub async fn next_delivery(&self) -> Delivery {
        self.until(Self::take_delivery).await
    }

    /// Takes the next delivery, if one waits and none are held back.
    pub fn take_delivery(&self) -> Option<Delivery> {
        self.with(|held| held.outbox.pop())
    }

    /// A poster tells how a delivery went: one that was not accepted is tried again, twice at most.
    pub fn delivered(&self, delivery: &Delivery, accepted: bool) {
        if !accepted {
            self.with(|held| held.outbox.refused(delivery));
            self.stir();
        }
    }

    /// Holds deliveries back until they are released.
    pub fn hold_deliveries(&self) {
        self.with(|held| held.outbox.held = true);
    }

    /// Lets deliveries go.
    pub fn release_deliveries(&self) {
        self.with(|held| held.outbox.held = false);
        self.stir();
    }

    /// Changes what waits: reorder, drop, repeat ([`Delivery::again`]), spoil ([`Delivery::forged`]), age.
    pub fn change_deliveries(&self, change: impl FnOnce(&mut Vec<Delivery>)) {
        self.with(|held| held.outbox.change(change));
        self.stir();
    }
}

fn subscription<'a>(held: &'a mut Workspace, client_id: &str) -> Option<&'a mut Subscription> {
    let known = held.integrations.iter_mut().find(|known| known.client_id == client_id);
    known.and_then(|known| known.subscription.as_mut())
}
