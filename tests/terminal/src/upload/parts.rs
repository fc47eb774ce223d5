//! An upload in parts. How far it has come is noted after each, so that it goes on where it was interrupted.
//!
//! Every part is signed when its turn comes: a signed request is good for a minute, and a part may take as long as
//! the clinic's line is slow.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::{Upload, UploadError};
use crate::api::{ApiError, Signed, with_query};

/// What is noted about an upload that is under way.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Begun {
    /// The API's ID of the upload.
    id: String,
    size: u64,
    sha256: String,
    part_bytes: u64,
    part_count: u32,
    /// The parts that S3 has.
    done: Vec<Done>,
}

/// A part that S3 has.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Done {
    number: u32,
    etag: String,
    sha256: String,
}

/// How the API says that parts are needed, and how it begins an upload of them.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Layout {
    part_bytes: u64,
    part_count: u32,
}

#[derive(Debug, Deserialize)]
struct Started {
    id: String,
}

#[derive(Debug, Deserialize)]
struct SignedParts {
    parts: Vec<Signed>,
}

#[derive(Debug, Deserialize)]
struct Listed {
    objects: Vec<Object>,
}

#[derive(Debug, Deserialize)]
struct Object {
    path: String,
    size: u64,
}

impl Upload<'_> {
    /// The upload of the same bytes to the same path that was interrupted, if there is one.
    pub(super) async fn begun(&self) -> Result<Option<Begun>, UploadError> {
        let Some(begun) = self.home.noted::<Begun>(self.path)? else { return Ok(None) };
        if (begun.size, &begun.sha256) == (self.source.size, &self.source.sha256) {
            return Ok(Some(begun));
        }
        // The file is another one by now: what was sent is of no use.
        match self.api.delete(&format!("/v1/uploads/{}", begun.id)).await {
            Err(error) if error.reason() != Some("upload-unknown") => return Err(error.into()),
            Ok(()) | Err(_) => self.home.forget(self.path)?,
        }
        Ok(None)
    }

    /// Begins an upload in the parts that the API wants.
    pub(super) async fn begin(&self, problem: &Value) -> Result<Begun, UploadError> {
        let layout = Layout::deserialize(problem).map_err(ApiError::from)?;
        let Layout { part_bytes, part_count } = layout;
        let first = hex::encode(Sha256::digest(self.source.read(0, part_bytes)?));
        let (size, sha256) = (self.source.size, self.source.sha256.clone());
        let wanted = json!({ "path": self.path, "size": size, "sha256": sha256, "parts": [first] });
        let Started { id } = self.api.post("/v1/uploads", &wanted).await?;
        let begun = Begun { id, size, sha256, part_bytes, part_count, done: Vec::new() };
        self.home.note_down(self.path, &begun)?;
        Ok(begun)
    }

    /// Sends what S3 does not have yet, and puts the parts together.
    pub(super) async fn go_on(&self, mut begun: Begun) -> Result<u32, UploadError> {
        for number in 1..=begun.part_count {
            if begun.done.iter().any(|done| done.number == number) {
                continue;
            }
            let done = self.send_part(&begun, number).await?;
            begun.done.push(done);
            self.home.note_down(self.path, &begun)?;
        }
        begun.done.sort_by_key(|done| done.number);
        self.complete(&begun).await?;
        self.home.forget(self.path)?;
        Ok(begun.part_count)
    }

    async fn send_part(&self, begun: &Begun, number: u32) -> Result<Done, UploadError> {
        let offset = u64::from(number - 1) * begun.part_bytes;
        let bytes = self.source.read(offset, begun.part_bytes)?;
        let sha256 = hex::encode(Sha256::digest(&bytes));
        let wanted = json!({ "parts": [{ "number": number, "sha256": sha256 }] });
        let path = format!("/v1/uploads/{}/parts", begun.id);
        let SignedParts { parts } = self.api.post(&path, &wanted).await?;
        let signed = parts.first().ok_or(ApiError::BrokenOff)?;
        let etag = self.put(signed, bytes).await?;
        Ok(Done { number, etag, sha256 })
    }

    async fn complete(&self, begun: &Begun) -> Result<(), UploadError> {
        let path = format!("/v1/uploads/{}/complete", begun.id);
        let completed = self.api.post::<Value>(&path, &json!({ "parts": begun.done })).await;
        match completed {
            // It may have been completed, and the answer lost.
            Err(error) if error.reason() == Some("upload-unknown") => {
                if self.is_stored().await? {
                    return Ok(());
                }
                self.home.forget(self.path)?;
                Err(error.into())
            }
            Err(error) if error.reason() == Some("object-exists") => Err(UploadError::Exists),
            other => Ok(other.map(|_| ())?),
        }
    }

    async fn is_stored(&self) -> Result<bool, UploadError> {
        let path = with_query("/v1/objects", &[("prefix", self.path), ("limit", "1")]);
        let Listed { objects } = self.api.get(&path).await?;
        let same = |object: &Object| object.path == self.path && object.size == self.source.size;
        Ok(objects.first().is_some_and(same))
    }
}
