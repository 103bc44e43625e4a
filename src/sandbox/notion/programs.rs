//! What a program does with its token, without HTTP: for tests that send thousands of requests.

use serde_json::Value;
use uuid::Uuid;

use super::check::At;
use super::error::ApiError;
use super::handle::EmulatedNotion;
use super::limits;

impl EmulatedNotion {
    /// `PATCH /v1/pages/{id}` with this body: taken or refused by the rules the route has.
    pub fn change_page(&self, token: &str, page: Uuid, body: &Value) -> Result<Value, ApiError> {
        let caller = self.caller(token)?;
        let bytes = body.to_string().len();
        if bytes > limits::REQUEST_BYTES {
            let most = limits::REQUEST_BYTES;
            return Err(ApiError::validation(format!("the body has {bytes} bytes, more than {most}.")));
        }
        let changed = self.with(|held| held.update_page(&caller, page, &At::body(body)));
        self.stir();
        changed
    }
}
