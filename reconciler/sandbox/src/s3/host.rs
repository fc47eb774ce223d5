//! Where S3's addresses carry the bucket: in the host, or at the start of the path.

use http::Uri;
use percent_encoding::percent_decode_str;
use s3s::S3Result;
use s3s::host::{S3Host, VirtualHost};

/// The hosts of AWS's own endpoints, and names below `localhost`, which are this machine everywhere; any
/// other host (`127.0.0.1:4599`) addresses buckets by path.
pub(super) struct AmazonHost;

impl S3Host for AmazonHost {
    fn parse_host_header<'a>(&'a self, host: &'a str) -> S3Result<VirtualHost<'a>> {
        let virtual_host = VirtualHost::new(host);
        Ok(match bucket_of(host) {
            Some(bucket) => virtual_host.with_bucket(bucket),
            None => virtual_host,
        })
    }
}

/// The bucket in `bucket.s3.eu-west-1.amazonaws.com`, `bucket.s3.amazonaws.com`, `bucket.localhost:4599`
/// or `bucket.s3.localhost:4599`.
pub(super) fn bucket_of(host: &str) -> Option<&str> {
    let host = host.split_once(':').map_or(host, |(name, _)| name);
    if let Some(name) = host.strip_suffix(".localhost") {
        let bucket = name.strip_suffix(".s3").unwrap_or(name);
        return (bucket != "s3").then_some(bucket);
    }
    let name = host.strip_suffix(".amazonaws.com")?;
    let (bucket, rest) = name.rsplit_once(".s3")?;
    (rest.is_empty() || rest.starts_with(['.', '-'])).then_some(bucket)
}

/// The bucket and the key that a URL names, in either form.
pub(super) fn locate(url: &Uri) -> Option<(String, String)> {
    let path = percent_decode_str(url.path().strip_prefix('/')?).decode_utf8().ok()?;
    let (bucket, key) = match bucket_of(url.host()?) {
        Some(bucket) => (bucket, &*path),
        None => path.split_once('/')?,
    };
    (!key.is_empty()).then(|| (bucket.to_owned(), key.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_below_localhost_are_buckets() {
        for (host, bucket) in [
            ("localhost:4599", None),
            ("s3.localhost:4599", None),
            ("127.0.0.1:4599", None),
            ("my.bucket.localhost:4599", Some("my.bucket")),
            ("my.bucket.s3.localhost", Some("my.bucket")),
        ] {
            assert_eq!(bucket_of(host), bucket, "{host}");
        }
    }

    #[test]
    fn both_forms_of_address_are_understood() {
        let expected = Some(("my.bucket".to_owned(), "a b/c".to_owned()));
        for url in [
            "https://my.bucket.s3.eu-west-1.amazonaws.com/a%20b/c",
            "https://my.bucket.s3.amazonaws.com/a%20b/c",
            "https://s3.eu-west-1.amazonaws.com/my.bucket/a%20b/c",
            "https://s3.amazonaws.com/my.bucket/a%20b/c?versionId=1",
        ] {
            assert_eq!(locate(&url.parse().expect("a URL")), expected, "{url}");
        }
    }
}
