//! Getting a file back: to a place beside it first, and to its own when all of it is there and right.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use bytes::Bytes;
use http::StatusCode;
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tempfile::NamedTempFile;

use crate::api::{Api, ApiError, Signed, with_query};
use crate::wire::{Wire, WireError};

/// Where the API keeps the digest of an object that was stored in parts.
const WHOLE_DIGEST: &str = "x-amz-meta-sha256";

/// Why a file did not come back.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DownloadError {
    #[error(transparent)]
    Api(#[from] ApiError),
    #[error(transparent)]
    Wire(#[from] WireError),
    /// S3 does not give it.
    #[error("S3 refused ({status}): {detail}")]
    Refused { status: StatusCode, detail: String },
    /// It cannot be written.
    #[error("failed to write `{}`", path.display())]
    Write { path: PathBuf, source: io::Error },
    /// It is not what was stored.
    #[error("the file has the SHA-256 {found}, and should have {expected}")]
    Altered { found: String, expected: String },
}

#[derive(Debug, Deserialize)]
struct Granted {
    get: Signed,
}

/// Gets an object; what is told of it.
pub(crate) async fn download(
    api: &Api,
    (path, file): (&str, &Path),
    sha256: Option<String>,
) -> Result<Value, DownloadError> {
    let granted = api.get(&with_query("/v1/downloads", &[("path", path)])).await?;
    let Granted { get } = granted;
    let answer = Wire::to_s3()?.send(get.request(Bytes::new())?).await?;
    let status = answer.status();
    if !status.is_success() {
        let detail = answer.into_body().collect().await.map_err(WireError::from)?.to_bytes();
        let detail = String::from_utf8_lossy(&detail).into_owned();
        return Err(DownloadError::Refused { status, detail });
    }
    let known = answer.headers().get(WHOLE_DIGEST).and_then(|digest| digest.to_str().ok());
    let expected = sha256.map(|digest| digest.to_lowercase()).or_else(|| known.map(str::to_owned));
    let failed = |source| DownloadError::Write { path: file.to_owned(), source };
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
    let beside = NamedTempFile::new_in(folder.unwrap_or_else(|| Path::new(".")));
    let mut beside = beside.map_err(failed)?;
    let (size, found) = receive(answer.into_body(), &mut beside, file).await?;
    match &expected {
        Some(expected) if *expected != found => {
            return Err(DownloadError::Altered { found, expected: expected.clone() });
        }
        Some(_) | None => {}
    }
    beside.as_file().sync_all().map_err(failed)?;
    beside.persist_noclobber(file).map_err(|error| failed(error.error))?;
    Ok(json!({ "path": path, "size": size, "sha256": found, "verified": expected.is_some() }))
}

/// Writes what comes; its size and its SHA-256.
async fn receive(
    mut body: Incoming,
    to: &mut NamedTempFile,
    file: &Path,
) -> Result<(u64, String), DownloadError> {
    let (mut digest, mut size) = (Sha256::new(), 0_u64);
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(WireError::from)?;
        let Some(bytes) = frame.data_ref() else { continue };
        digest.update(bytes);
        size += bytes.len() as u64;
        to.write_all(bytes)
            .map_err(|source| DownloadError::Write { path: file.to_owned(), source })?;
    }
    Ok((size, hex::encode(digest.finalize())))
}
