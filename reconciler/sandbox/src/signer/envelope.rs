//! The signature inside a signed zip: an entry that says who signed the other entries, and when.
//!
//! AWS puts a CMS structure under the same name, whose form is not published; here it is JSON that says the
//! same. What the signature covers is the names and the bytes of all entries, not how they are packed. It
//! knows no profiles: whether a signer is trusted, and still is, others decide.

use std::io::{Cursor, Read, Write};

use aws_lc_rs::digest::{Context, SHA384};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use zip::read::ZipArchive;
use zip::write::{SimpleFileOptions, ZipWriter};

use super::key::{self, SigningKey};

/// The entry that holds the signature.
pub(crate) const ENTRY: &str = "META_INF/aws_signer_signature_v1.0.SF";

/// What a signer states.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Statement {
    pub(crate) profile_version_arn: String,
    pub(crate) job_arn: String,
    pub(crate) signed_at: Timestamp,
    pub(crate) expires_at: Timestamp,
    /// The digest of the other entries, as base64.
    pub(crate) digest: String,
}

/// A statement with the proof of it, as it stands in the entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Envelope {
    pub(super) statement: Statement,
    /// The key that the signature was made with, as base64.
    pub(super) public_key: String,
    signature: String,
}

/// What a signature is to say, beside the digest.
#[derive(Debug, Clone, Copy)]
pub(super) struct Claim<'a> {
    pub(super) profile_version_arn: &'a str,
    pub(super) job_arn: &'a str,
    pub(super) signed_at: Timestamp,
    pub(super) expires_at: Timestamp,
}

/// Why a zip cannot be signed, in the words of a job's status reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Unsignable {
    #[error("The zip file is malformed")]
    Malformed,
    #[error("The zip file is empty")]
    Empty,
    #[error("The zip file is already signed")]
    Signed,
    #[error("The signing key cannot be used")]
    Key,
}

/// The zip is not what was signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Tampered;

/// Adds a signature to a zip.
pub(super) fn sign(zip: &[u8], key: &SigningKey, claim: Claim<'_>) -> Result<Vec<u8>, Unsignable> {
    let mut archive = ZipArchive::new(Cursor::new(zip)).map_err(|_| Unsignable::Malformed)?;
    if archive.is_empty() {
        return Err(Unsignable::Empty);
    }
    if archive.index_for_name(ENTRY).is_some() {
        return Err(Unsignable::Signed);
    }
    let digest = digest(&mut archive).ok_or(Unsignable::Malformed)?;
    let Claim { profile_version_arn, job_arn, signed_at, expires_at } = claim;
    let statement = Statement {
        profile_version_arn: profile_version_arn.to_owned(),
        job_arn: job_arn.to_owned(),
        signed_at,
        expires_at,
        digest,
    };
    let envelope = Envelope::seal(statement, key).ok_or(Unsignable::Key)?;
    append(zip, &envelope).ok_or(Unsignable::Malformed)
}

/// Reads the signature of a zip, if it has one, and makes sure that it is of this zip.
pub(super) fn open(zip: &[u8]) -> Result<Option<Envelope>, Tampered> {
    let mut archive = ZipArchive::new(Cursor::new(zip)).map_err(|_| Tampered)?;
    let Some(index) = archive.index_for_name(ENTRY) else {
        return Ok(None);
    };
    let mut text = String::new();
    let mut entry = archive.by_index(index).map_err(|_| Tampered)?;
    entry.read_to_string(&mut text).map_err(|_| Tampered)?;
    drop(entry);
    let envelope: Envelope = serde_json::from_str(&text).map_err(|_| Tampered)?;
    let is_of_this_zip = digest(&mut archive).as_ref() == Some(&envelope.statement.digest);
    if is_of_this_zip && envelope.is_genuine() { Ok(Some(envelope)) } else { Err(Tampered) }
}

impl Envelope {
    fn seal(statement: Statement, key: &SigningKey) -> Option<Self> {
        let message = serde_json::to_vec(&statement).ok()?;
        let signature = key.sign(&message).ok()?;
        let public_key = STANDARD.encode(key.public().ok()?);
        Some(Self { statement, public_key, signature: STANDARD.encode(signature) })
    }

    /// Whether the key that is named made the signature of the statement.
    fn is_genuine(&self) -> bool {
        let message = serde_json::to_vec(&self.statement);
        let public = STANDARD.decode(&self.public_key);
        let signature = STANDARD.decode(&self.signature);
        match (message, public, signature) {
            (Ok(message), Ok(public), Ok(signature)) => {
                key::verifies(&public, &message, &signature)
            }
            _ => false,
        }
    }
}

/// The digest of all entries but the signature. Lengths stand before names and bytes, so that nothing can be
/// moved from one to the other.
fn digest(archive: &mut ZipArchive<Cursor<&[u8]>>) -> Option<String> {
    let mut hash = Context::new(&SHA384);
    let mut bytes = Vec::new();
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).ok()?;
        let name = entry.name().ok()?.into_owned();
        if name == ENTRY {
            continue;
        }
        bytes.clear();
        entry.read_to_end(&mut bytes).ok()?;
        for part in [name.as_bytes(), &bytes] {
            hash.update(&u64::try_from(part.len()).ok()?.to_be_bytes());
            hash.update(part);
        }
    }
    Some(STANDARD.encode(hash.finish()))
}

fn append(zip: &[u8], envelope: &Envelope) -> Option<Vec<u8>> {
    let text = serde_json::to_vec_pretty(envelope).ok()?;
    let mut writer = ZipWriter::new_append(Cursor::new(zip.to_vec())).ok()?;
    writer.start_file(ENTRY, SimpleFileOptions::default()).ok()?;
    writer.write_all(&text).ok()?;
    Some(writer.finish().ok()?.into_inner())
}
