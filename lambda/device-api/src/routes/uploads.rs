//! Beginning an upload: in one piece, or in parts.

use gateway::Reply;
use serde::Deserialize;
use serde_json::json;

use super::multipart::{Token, signable};
use crate::audit::Record;
use crate::content::Sha256;
use crate::path::ObjectKey;
use crate::refusal::Refusal;
use crate::service::Asked;
use crate::storage::{Operation, Payload, Storage};

/// An object that a terminal wants to upload.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    path: String,
    size: u64,
    sha256: Sha256,
    /// The digests of the first parts of an object that goes in parts.
    #[serde(default)]
    parts: Vec<Sha256>,
}

impl<S: Storage> Asked<'_, S> {
    pub(super) async fn create_upload(&self, record: &mut Record) -> Result<Reply, Refusal> {
        let wanted: Wanted = crate::request::body(self.event)?;
        record.bytes = Some(wanted.size);
        let key = ObjectKey::below(&self.registration.prefix, &wanted.path)?;
        if wanted.size > self.settings.max_object {
            return Err(Refusal::ObjectTooLarge(self.settings.max_object));
        }
        if wanted.size > self.settings.part_limit {
            self.begin_parts(&key, &wanted).await
        } else if wanted.parts.is_empty() {
            self.sign_whole(&key, &wanted).await
        } else {
            Err(Refusal::Malformed("an object of this size goes in one piece".to_owned()))
        }
    }

    async fn sign_whole(&self, key: &ObjectKey, wanted: &Wanted) -> Result<Reply, Refusal> {
        let payload = Payload { size: wanted.size, sha256: &wanted.sha256 };
        let put = self.sign(self.object(key.as_str()), Operation::Put(payload)).await?;
        let body = json!({ "path": key.path(), "put": put, "expiresAt": self.expiry() });
        Ok(Reply::json(200, &body))
    }

    async fn begin_parts(&self, key: &ObjectKey, wanted: &Wanted) -> Result<Reply, Refusal> {
        let token = Token::new(key, wanted.size, self.settings.part_size);
        let (size, count) = (token.part_size, token.part_count());
        if wanted.parts.is_empty() {
            return Err(Refusal::PartsNeeded { size, count });
        }
        let numbered = (1..).zip(&wanted.parts);
        let parts = signable(&token, numbered)?;
        let upload = self.storage.begin(self.object(key.as_str()), &wanted.sha256).await?;
        let token = Token { upload, ..token };
        let parts = self.sign_each(key, &token, parts).await?;
        let id = token.encode()?;
        let location = format!("/v1/uploads/{id}");
        let body = json!({
            "path": key.path(),
            "id": id,
            "partBytes": size,
            "partCount": count,
            "parts": parts,
            "expiresAt": self.expiry(),
        });
        Ok(Reply::json(201, &body).with("location", location))
    }
}
