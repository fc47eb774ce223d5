//! Storing a file: in one piece, or in parts that need not be sent twice.

mod parts;
mod source;

use http::StatusCode;
use http_body_util::BodyExt as _;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::api::{Api, ApiError, Signed};
use crate::home::{Home, HomeError};
use crate::wire::{Wire, WireError};
use source::{Source, SourceError};

/// Why a file is not stored.
#[derive(Debug, thiserror::Error)]
pub(crate) enum UploadError {
    #[error(transparent)]
    Source(#[from] SourceError),
    #[error(transparent)]
    Api(#[from] ApiError),
    #[error(transparent)]
    Home(#[from] HomeError),
    #[error(transparent)]
    Wire(#[from] WireError),
    /// S3 does not take it.
    #[error("S3 refused ({status}): {detail}")]
    Refused { status: StatusCode, detail: String },
    /// There is something at this path, which is never written over.
    #[error("there is an object at this path already")]
    Exists,
}

/// How the API begins an upload in one piece.
#[derive(Debug, Deserialize)]
struct Whole {
    put: Signed,
}

/// All that an upload needs.
struct Upload<'a> {
    api: &'a Api,
    home: &'a Home,
    s3: Wire,
    path: &'a str,
    source: Source,
}

/// Stores a file; what is told of it.
pub(crate) async fn upload(
    api: &Api,
    home: &Home,
    (file, path): (&std::path::Path, &str),
) -> Result<Value, UploadError> {
    let source = Source::open(file)?;
    let upload = Upload { api, home, s3: Wire::to_s3()?, path, source };
    let parts = upload.store().await?;
    let Source { size, sha256, .. } = &upload.source;
    Ok(json!({ "path": path, "size": size, "sha256": sha256, "parts": parts }))
}

impl Upload<'_> {
    /// How many parts it went in.
    async fn store(&self) -> Result<u32, UploadError> {
        if let Some(begun) = self.begun().await? {
            return self.go_on(begun).await;
        }
        let Source { size, sha256, .. } = &self.source;
        let wanted = json!({ "path": self.path, "size": size, "sha256": sha256 });
        match self.api.post::<Whole>("/v1/uploads", &wanted).await {
            Ok(Whole { put }) => {
                let all = self.source.read(0, *size)?;
                self.put(&put, all).await?;
                Ok(1)
            }
            Err(ApiError::Refused { reason, problem, .. }) if reason == "parts-needed" => {
                let begun = self.begin(&problem).await?;
                self.go_on(begun).await
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Sends bytes to S3; the `ETag` that it gives them.
    async fn put(&self, signed: &Signed, bytes: bytes::Bytes) -> Result<String, UploadError> {
        let answer = self.s3.send(signed.request(bytes)?).await?;
        let status = answer.status();
        if status == StatusCode::PRECONDITION_FAILED {
            return Err(UploadError::Exists);
        }
        if !status.is_success() {
            let detail = answer.into_body().collect().await.map_err(WireError::from)?.to_bytes();
            let detail = String::from_utf8_lossy(&detail).into_owned();
            return Err(UploadError::Refused { status, detail });
        }
        let etag = answer.headers().get(http::header::ETAG).and_then(|etag| etag.to_str().ok());
        Ok(etag.unwrap_or_default().to_owned())
    }
}
