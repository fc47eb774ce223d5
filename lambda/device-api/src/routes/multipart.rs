//! Going on with an upload in parts.
//!
//! The function keeps nothing between requests, so an upload's ID says all about it. It is no permission:
//! its path is placed below the prefix of whoever comes with it, and S3 knows its uploads by key. Another
//! terminal's ID therefore names an upload that does not exist.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use gateway::Reply;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::audit::Record;
use crate::content::Sha256;
use crate::path::ObjectKey;
use crate::refusal::Refusal;
use crate::request::body;
use crate::service::Asked;
use crate::settings::Settings;
use crate::storage::{CompletedPart, Operation, Payload, Storage, Upload};

/// S3's limits.
const MAX_PARTS: u64 = 10_000;
const MIN_PART: u64 = 5 * MIB;
const MIB: u64 = 1024 * 1024;

/// Keeps an answer far from the 6 MB that Lambda takes, and its URLs used before they expire.
const MAX_SIGNED: usize = 100;

/// All about an upload: what stands behind its ID.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Token {
    pub(super) path: String,
    pub(super) size: u64,
    pub(super) part_size: u64,
    /// S3's own ID.
    pub(super) upload: String,
}

/// A part that is to be uploaded.
pub(super) struct Part<'a> {
    number: u32,
    payload: Payload<'a>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WantedParts {
    parts: Vec<WantedPart>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WantedPart {
    number: u32,
    sha256: Sha256,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct UploadedParts {
    parts: Vec<UploadedPart>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct UploadedPart {
    number: u32,
    etag: String,
    sha256: Sha256,
}

impl Token {
    /// Lays an upload out that S3 has not begun yet: in parts of the usual size, or of a larger one if
    /// they would be too many.
    pub(super) fn new(key: &ObjectKey, size: u64, usual: u64) -> Self {
        let least = size.div_ceil(MAX_PARTS).next_multiple_of(MIB);
        let part_size = usual.max(least);
        Self { path: key.path().to_owned(), size, part_size, upload: String::new() }
    }

    pub(super) fn encode(&self) -> Result<String, Refusal> {
        let json = serde_json::to_vec(self).map_err(|_| Refusal::NoUpload)?;
        Ok(BASE64_URL_SAFE_NO_PAD.encode(json))
    }

    /// Reads an ID. It may have been changed, but not into what could not have been laid out.
    fn decode(id: &str, settings: &Settings) -> Result<Self, Refusal> {
        let json = BASE64_URL_SAFE_NO_PAD.decode(id).map_err(|_| Refusal::NoUpload)?;
        let token: Self = serde_json::from_slice(&json).map_err(|_| Refusal::NoUpload)?;
        let is_possible = (1..=settings.max_object).contains(&token.size)
            && token.part_size >= MIN_PART
            && token.size.div_ceil(token.part_size) <= MAX_PARTS
            && !token.upload.is_empty();
        if is_possible { Ok(token) } else { Err(Refusal::NoUpload) }
    }

    pub(super) fn part_count(&self) -> u32 {
        u32::try_from(self.size.div_ceil(self.part_size)).unwrap_or(u32::MAX)
    }

    /// How many bytes a part has: all as many, the last one what is left.
    fn size_of(&self, number: u32) -> Option<u64> {
        let before = u64::from(number.checked_sub(1)?).checked_mul(self.part_size)?;
        let left = self.size.checked_sub(before).filter(|left| *left > 0)?;
        Some(left.min(self.part_size))
    }
}

/// Says what the parts are, if the upload has them and they are not too many at once.
pub(super) fn signable<'a>(
    token: &Token,
    wanted: impl IntoIterator<Item = (u32, &'a Sha256)>,
) -> Result<Vec<Part<'a>>, Refusal> {
    let part = |(number, sha256)| {
        let size = token.size_of(number);
        let size = size.ok_or_else(|| Refusal::WrongParts(format!("there is no part {number}")))?;
        Ok(Part { number, payload: Payload { size, sha256 } })
    };
    let parts: Vec<_> = wanted.into_iter().map(part).collect::<Result<_, Refusal>>()?;
    if parts.len() > MAX_SIGNED {
        let why = format!("at most {MAX_SIGNED} parts are signed at once");
        return Err(Refusal::Malformed(why));
    }
    Ok(parts)
}

impl<S: Storage> Asked<'_, S> {
    pub(super) async fn sign_parts(&self, id: &str, record: &mut Record) -> Result<Reply, Refusal> {
        let (key, token) = self.upload(id)?;
        let wanted: WantedParts = body(self.event)?;
        let parts = signable(&token, wanted.parts.iter().map(|it| (it.number, &it.sha256)))?;
        record.bytes = Some(parts.iter().map(|part| part.payload.size).sum());
        let parts = self.sign_each(&key, &token, parts).await?;
        Ok(Reply::json(200, &json!({ "parts": parts, "expiresAt": self.expiry() })))
    }

    pub(super) async fn complete_upload(
        &self,
        id: &str,
        record: &mut Record,
    ) -> Result<Reply, Refusal> {
        let (key, token) = self.upload(id)?;
        let uploaded: UploadedParts = body(self.event)?;
        if !uploaded.parts.iter().map(|part| part.number).eq(1..=token.part_count()) {
            let why = format!("they are 1 to {}, in this order", token.part_count());
            return Err(Refusal::WrongParts(why));
        }
        record.bytes = Some(token.size);
        let parts = uploaded.parts.into_iter();
        let parts = parts.map(|UploadedPart { number, etag, sha256 }| CompletedPart {
            number,
            etag,
            sha256,
        });
        let parts: Vec<_> = parts.collect();
        let done = self.storage.complete(self.named(&key, &token), &parts).await?;
        let body = json!({ "path": key.path(), "etag": done.etag, "versionId": done.version });
        Ok(Reply::json(200, &body))
    }

    pub(super) async fn abort_upload(&self, id: &str) -> Result<Reply, Refusal> {
        let (key, token) = self.upload(id)?;
        self.storage.abort(self.named(&key, &token)).await?;
        Ok(Reply::no_content())
    }

    pub(super) async fn sign_each(
        &self,
        key: &ObjectKey,
        token: &Token,
        parts: Vec<Part<'_>>,
    ) -> Result<Vec<Value>, Refusal> {
        let mut signed = Vec::new();
        for Part { number, payload } in parts {
            let put = Operation::PutPart { upload: &token.upload, number, payload };
            let mut part = self.sign(self.object(key.as_str()), put).await?;
            part.insert("number".to_owned(), number.into());
            signed.push(part.into());
        }
        Ok(signed)
    }

    /// What an ID means to this terminal.
    fn upload(&self, id: &str) -> Result<(ObjectKey, Token), Refusal> {
        let token = Token::decode(id, self.settings)?;
        let key = ObjectKey::below(&self.registration.prefix, &token.path)?;
        Ok((key, token))
    }

    fn named<'k>(&'k self, key: &'k ObjectKey, token: &'k Token) -> Upload<'k> {
        Upload { object: self.object(key.as_str()), id: &token.upload, size: token.size }
    }
}
