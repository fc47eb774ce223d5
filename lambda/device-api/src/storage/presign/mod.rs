//! Signs requests that somebody else sends, with the SDK's endpoint rules and signer and without a client around them.
//!
//! A client would set up its interceptors, retries and time-outs for every request, only to send none: that takes
//! several times as long as the signature. A test compares what is signed here with what the client signs.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_sdk_s3::config::endpoint::{DefaultResolver, Params, ResolveEndpoint as _};
use aws_sigv4::http_request::{
    PercentEncodingMode, SignableBody, SignableRequest, SignatureLocation, SigningParams,
    SigningSettings, UriPathNormalizationMode, sign,
};
use aws_sigv4::sign::v4;
use aws_smithy_runtime_api::client::identity::Identity;
use jiff::Timestamp;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::{Object, Signed, StorageError};
use crate::settings::Access;

/// What S3 leaves as it is in the query (User Guide, "Signature calculations: `UriEncode`").
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The same in an object's key, in which a slash is one.
const ENCODED_IN_KEY: &AsciiSet = &ENCODED.remove(b'/');

/// Signs with one identity for one region, for a time.
#[derive(Debug, Clone)]
pub(super) struct Presigner {
    identity: Identity,
    region: String,
    endpoint: Option<String>,
    resolver: Arc<DefaultResolver>,
    lifetime: Duration,
}

/// A request for an object.
pub(super) struct Unsigned<'a> {
    pub(super) method: &'static str,
    pub(super) object: Object<'a>,
    /// Names and values, in the order in which they are to stand.
    pub(super) query: Vec<(&'static str, String)>,
    pub(super) headers: Vec<(&'static str, String)>,
}

impl Presigner {
    pub(super) fn new(access: &Access, credentials: Credentials, lifetime: Duration) -> Self {
        Self {
            identity: credentials.into(),
            region: access.region.clone(),
            endpoint: access.endpoint.clone(),
            resolver: Arc::new(DefaultResolver::new()),
            lifetime,
        }
    }

    pub(super) async fn presign(
        &self,
        unsigned: Unsigned<'_>,
        now: Timestamp,
    ) -> Result<Signed, StorageError> {
        let failed = |_| StorageError::Failed("NotSigned".to_owned());
        let Unsigned { method, object, query, headers } = unsigned;
        let mut url = self.endpoint(object.bucket).await?;
        url.push('/');
        url.extend(utf8_percent_encode(object.key, ENCODED_IN_KEY));
        append(&mut url, '?', &query);
        let named = headers.iter().map(|(name, value)| (*name, value.as_str()));
        let request = SignableRequest::new(method, &url, named, SignableBody::UnsignedPayload);
        let signing = v4::SigningParams::builder()
            .identity(&self.identity)
            .region(&self.region)
            .name("s3")
            .time(SystemTime::from(now))
            .settings(self.settings())
            .build()
            .map_err(|_| StorageError::Failed("NotSigned".to_owned()))?;
        let signed = sign(request.map_err(failed)?, &SigningParams::V4(signing)).map_err(failed)?;
        append(&mut url, '&', signed.output().params());
        let headers = headers.into_iter().map(|(name, value)| (name.to_owned(), value));
        Ok(Signed { method: method.to_owned(), url, headers: headers.collect() })
    }

    /// Where a bucket is.
    async fn endpoint(&self, bucket: &str) -> Result<String, StorageError> {
        let params = Params::builder()
            .bucket(bucket)
            .region(&self.region)
            .set_endpoint(self.endpoint.clone())
            // Buckets have no names of their own below an endpoint that is not AWS's.
            .force_path_style(self.endpoint.is_some())
            .build()
            .map_err(|_| StorageError::Failed("NoEndpoint".to_owned()))?;
        let resolved = self.resolver.resolve_endpoint(&params).await;
        let resolved = resolved.map_err(|_| StorageError::Failed("NoEndpoint".to_owned()))?;
        Ok(resolved.url().trim_end_matches('/').to_owned())
    }

    fn settings(&self) -> SigningSettings {
        let mut settings = SigningSettings::default();
        settings.signature_location = SignatureLocation::QueryParams;
        settings.expires_in = Some(self.lifetime);
        // S3's own ways (aws-sigv4's documentation of both).
        settings.percent_encoding_mode = PercentEncodingMode::Single;
        settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
        settings
    }
}

/// Appends names and values to a URL, of which this is the first.
fn append<V: AsRef<str>>(url: &mut String, first: char, query: &[(&str, V)]) {
    for (index, (name, value)) in query.iter().enumerate() {
        url.push(if index == 0 { first } else { '&' });
        url.extend(utf8_percent_encode(name, ENCODED));
        url.push('=');
        url.extend(utf8_percent_encode(value.as_ref(), ENCODED));
    }
}

#[cfg(test)]
mod tests;
