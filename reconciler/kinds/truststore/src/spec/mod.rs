//! A truststore as it is meant.

mod interpret;
mod raw;

use reconcile_core::text::Text;

pub use interpret::{check, interpret};
pub use raw::{RawAllow, RawTruststore};

/// What a truststore publishes.
pub mod output {
    /// Where it is: `s3://BUCKET/truststores/NAME.pem`.
    pub const URI: &str = "uri";
    /// The version of the object there.
    pub const VERSION: &str = "version";

    /// All of them.
    pub const ALL: [&str; 2] = [URI, VERSION];
}

/// A truststore that is to exist.
#[derive(Debug, Clone)]
pub struct Spec {
    /// The file's name.
    pub name: String,
    /// The file that declares it, for advice.
    pub declared_in: String,
    /// The bucket.
    pub bucket: Text,
    /// The ARNs of the CAs, each before the one that issued it.
    pub authorities: Vec<Text>,
    /// Beginnings of the fingerprints of CAs that may leave it.
    pub removable: Vec<String>,
}

impl Spec {
    /// Where the object is in its bucket.
    pub fn key(&self) -> String {
        format!("truststores/{}.pem", self.name)
    }
}
