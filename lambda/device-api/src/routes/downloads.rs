//! Downloading one of the terminal's objects.

use gateway::Reply;
use serde_json::json;

use crate::path::ObjectKey;
use crate::refusal::Refusal;
use crate::request::query;
use crate::service::Asked;
use crate::storage::{Operation, Storage};

impl<S: Storage> Asked<'_, S> {
    /// Whether the object is there, S3 says to whoever uses the URL.
    pub(super) async fn sign_download(&self) -> Result<Reply, Refusal> {
        let [path] = query(self.event, ["path"])?;
        let key = ObjectKey::below(&self.registration.prefix, &path.unwrap_or_default())?;
        let get = self.sign(self.object(key.as_str()), Operation::Get).await?;
        let body = json!({ "path": key.path(), "get": get, "expiresAt": self.expiry() });
        Ok(Reply::json(200, &body))
    }
}
