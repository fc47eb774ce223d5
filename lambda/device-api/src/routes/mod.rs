//! What a terminal can ask for.

mod downloads;
mod multipart;
mod objects;
mod terminal;
mod uploads;

use gateway::Reply;
use jiff::SignedDuration;
use serde_json::{Map, Value, json};

use crate::audit::Record;
use crate::refusal::Refusal;
use crate::service::Asked;
use crate::storage::{Object, Operation, Request, Signed, Storage};

/// What a terminal asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Action<'a> {
    CreateUpload,
    SignParts(&'a str),
    CompleteUpload(&'a str),
    AbortUpload(&'a str),
    SignDownload,
    ListObjects,
    ReadCertificate,
    DescribeTerminal,
}

impl Action<'_> {
    /// The word for it in the audit.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::CreateUpload => "create-upload",
            Self::SignParts(_) => "sign-parts",
            Self::CompleteUpload(_) => "complete-upload",
            Self::AbortUpload(_) => "abort-upload",
            Self::SignDownload => "sign-download",
            Self::ListObjects => "list-objects",
            Self::ReadCertificate => "read-certificate",
            Self::DescribeTerminal => "describe-terminal",
        }
    }
}

/// Finds what a request asks for.
pub(crate) fn find<'a>(method: &str, path: &'a str) -> Result<Action<'a>, Refusal> {
    let segments: Vec<_> = path.split('/').collect();
    let (allowed, action) = match segments[..] {
        ["", "v1", "uploads"] => ("POST", Action::CreateUpload),
        ["", "v1", "uploads", id] => ("DELETE", Action::AbortUpload(id)),
        ["", "v1", "uploads", id, "parts"] => ("POST", Action::SignParts(id)),
        ["", "v1", "uploads", id, "complete"] => ("POST", Action::CompleteUpload(id)),
        ["", "v1", "downloads"] => ("GET", Action::SignDownload),
        ["", "v1", "objects"] => ("GET", Action::ListObjects),
        ["", "v1", "certificate"] => ("GET", Action::ReadCertificate),
        ["", "v1", "me"] => ("GET", Action::DescribeTerminal),
        _ => return Err(Refusal::NoRoute),
    };
    if method == allowed { Ok(action) } else { Err(Refusal::Method(allowed)) }
}

impl<S: Storage> Asked<'_, S> {
    pub(crate) async fn act(
        &self,
        action: &Action<'_>,
        record: &mut Record,
    ) -> Result<Reply, Refusal> {
        match action {
            Action::CreateUpload => self.create_upload(record).await,
            Action::SignParts(id) => self.sign_parts(id, record).await,
            Action::CompleteUpload(id) => self.complete_upload(id, record).await,
            Action::AbortUpload(id) => self.abort_upload(id).await,
            Action::SignDownload => self.sign_download().await,
            Action::ListObjects => self.list_objects().await,
            Action::ReadCertificate => self.read_certificate(),
            Action::DescribeTerminal => Ok(self.describe_terminal()),
        }
    }

    fn object<'k>(&'k self, key: &'k str) -> Object<'k> {
        Object { bucket: self.registration.bucket.as_str(), key }
    }

    async fn sign(
        &self,
        object: Object<'_>,
        operation: Operation<'_>,
    ) -> Result<Map<String, Value>, Refusal> {
        let signed = self.storage.sign(Request { object, operation, now: self.now }).await?;
        let Signed { method, url, headers } = signed;
        Ok(Map::from_iter([
            ("method".to_owned(), method.into()),
            ("url".to_owned(), url.into()),
            ("headers".to_owned(), json!(headers)),
        ]))
    }

    /// When a request that is signed now expires. Signatures have the time in whole seconds.
    fn expiry(&self) -> Value {
        let fraction = SignedDuration::from_nanos(self.now.subsec_nanosecond().into());
        json!(self.now - fraction + self.settings.url_lifetime)
    }
}
