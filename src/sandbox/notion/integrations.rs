//! Public integrations as their maker registers them: credentials, redirect URIs, a webhook subscription.

use url::Url;
use uuid::Uuid;

use super::workspace::Workspace;

/// A public integration.
#[derive(Debug, Clone)]
pub(super) struct Integration {
    pub id: Uuid,
    pub name: String,
    pub client_id: String,
    pub client_secret: String,
    /// Where a person may be sent after the consent page, letter for letter.
    pub redirects: Vec<String>,
    pub subscription: Option<Subscription>,
}

/// Where events of an integration go.
#[derive(Debug, Clone)]
pub(super) struct Subscription {
    pub id: Uuid,
    pub url: Url,
    /// Signs every event; told once, in the handshake.
    pub token: String,
    /// The maker has pasted the token back: events flow.
    pub verified: bool,
}

impl Subscription {
    /// A subscription that waits for its token.
    pub(super) fn new(url: Url, token: String) -> Self {
        Self { id: Uuid::new_v4(), url, token, verified: false }
    }
}

impl Workspace {
    /// Registers a public integration, or gives one that is known another secret and one more redirect URI.
    pub(super) fn publish(&mut self, client_id: &str, client_secret: &str, redirect: &str) -> Uuid {
        let (secret, redirect) = (client_secret.to_owned(), redirect.to_owned());
        if let Some(known) = self.integrations.iter_mut().find(|known| known.client_id == client_id) {
            known.client_secret = secret;
            if !known.redirects.contains(&redirect) {
                known.redirects.push(redirect);
            }
            return known.id;
        }
        let id = Uuid::new_v4();
        self.integrations.push(Integration {
            id,
            name: "Linkscribe".into(),
            client_id: client_id.to_owned(),
            client_secret: secret,
            redirects: vec![redirect],
            subscription: None,
        });
        id
    }

    /// The integration with this client id.
    pub(super) fn integration(&self, client_id: &str) -> Option<&Integration> {
        self.integrations.iter().find(|known| known.client_id == client_id)
    }
}
