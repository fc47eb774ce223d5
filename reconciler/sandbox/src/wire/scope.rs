//! The credential scope of a signature, which names the service and the region.

use bytes::Bytes;
use http::Request;
use http::header::AUTHORIZATION;

/// Where a request wants to go.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Scope {
    pub(super) service: String,
    pub(super) region: String,
}

impl Scope {
    /// Reads the scope from the `Authorization` header or from a presigned query. Without either the
    /// request is anonymous, which only S3 has a use for.
    pub(super) fn of(request: &Request<Bytes>) -> Self {
        let header = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok());
        header
            .and_then(|header| header.split_once("Credential="))
            .and_then(|(_, rest)| rest.split([',', ' ']).next())
            .and_then(Self::parse)
            .or_else(|| Self::parse(&presigned(request)?))
            .unwrap_or_else(|| Self { service: "s3".to_owned(), region: "us-east-1".to_owned() })
    }

    /// `AKID/20260101/eu-central-1/s3/aws4_request`
    fn parse(credential: &str) -> Option<Self> {
        let mut parts = credential.rsplit('/').skip(1);
        let service = parts.next()?.to_owned();
        let region = parts.next()?.to_owned();
        Some(Self { service, region })
    }
}

fn presigned(request: &Request<Bytes>) -> Option<String> {
    form_urlencoded::parse(request.uri().query()?.as_bytes())
        .find(|(name, _)| name == "X-Amz-Credential")
        .map(|(_, value)| value.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn service_and_region_come_from_the_signature() {
        let header = "AWS4-HMAC-SHA256 Credential=me/20260101/eu-west-1/cloudformation/aws4_request, SignedHeaders=host, Signature=0";
        let request = Request::builder()
            .uri("/")
            .header(AUTHORIZATION, header)
            .body(Bytes::new())
            .expect("valid");
        let scope = Scope::of(&request);
        assert_eq!((&*scope.service, &*scope.region), ("cloudformation", "eu-west-1"));
    }

    #[test]
    fn a_presigned_query_names_them_too() {
        let uri = "/key?X-Amz-Credential=me%2F20260101%2Fus-west-2%2Fs3%2Faws4_request";
        let request = Request::builder().uri(uri).body(Bytes::new()).expect("valid");
        let scope = Scope::of(&request);
        assert_eq!((&*scope.service, &*scope.region), ("s3", "us-west-2"));
    }
}
