//! An artifact as it is meant.

mod architecture;
mod interpret;
mod raw;

use std::collections::{BTreeMap, BTreeSet};

use reconcile_core::address::Address;
use reconcile_core::digest::Digest;
use reconcile_core::text::{Reference, Text};

pub use architecture::{Architecture, UnknownArchitecture};
pub use interpret::{check, interpret};
pub use raw::{RawAllow, RawArtifact};

use crate::build::Toolchain;
use crate::sources::Sources;

/// The part of an address that means the function.
pub const LIVE: &str = "live";

/// What a package publishes.
pub mod output {
    /// The bucket that it is in.
    pub const BUCKET: &str = "bucket";
    /// The key of the signed zip.
    pub const KEY: &str = "key";
    /// The version of the object at the key.
    pub const VERSION: &str = "version";
    /// The SHA-256 of the signed zip in base64, as Lambda's `CodeSha256`.
    pub const SHA256: &str = "sha256";
    /// `arm64` or `x86_64`.
    pub const ARCHITECTURE: &str = "architecture";
    /// The commit that it was signed from.
    pub const COMMIT: &str = "commit";
    /// The ARN of the signing job.
    pub const SIGNING_JOB: &str = "signingJob";
    /// The ARN of the version of the signing profile.
    pub const SIGNING_PROFILE_VERSION: &str = "signingProfileVersion";

    /// All of them.
    pub const ALL: [&str; 8] =
        [BUCKET, KEY, VERSION, SHA256, ARCHITECTURE, COMMIT, SIGNING_JOB, SIGNING_PROFILE_VERSION];
}

/// One unit of an artifact's file.
#[derive(Debug, Clone)]
pub enum Spec {
    /// `artifacts/NAME`
    Package(Box<Package>),
    /// `artifacts/NAME@live`
    Function(Function),
}

/// A package that is to exist, signed.
#[derive(Debug, Clone)]
pub struct Package {
    /// The file's name.
    pub name: String,
    /// The file and the line that declare it, for messages.
    pub declared_in: String,
    /// The crate.
    pub krate: String,
    /// What it is compiled from.
    pub sources: Sources,
    /// What it is compiled for.
    pub architecture: Architecture,
    /// The cargo profile.
    pub profile: String,
    /// Features that are switched on.
    pub features: Vec<String>,
    /// Whether it has to run on Lambda's own system, not on this machine's.
    pub runs_on_lambda: bool,
    /// The bucket.
    pub bucket: Text,
    /// The signing profile's name or ARN.
    pub signing_profile: Text,
    /// Revoked signing jobs after which the same bytes may be signed again.
    pub sign_again: BTreeSet<String>,
}

/// A function that is to run a package.
#[derive(Debug, Clone)]
pub struct Function {
    /// The file that declares it, for advice.
    pub declared_in: String,
    /// The package.
    pub package: Address,
    /// Its name or ARN.
    pub name: Text,
    /// The ARN of the code-signing configuration that it has to have; none if git does not say.
    pub code_signing_config: Option<Text>,
}

impl Package {
    /// Digests of everything that the package is made of, by what they are of.
    pub fn parts(&self, toolchain: &Toolchain) -> BTreeMap<String, Digest> {
        let mut parts = self.sources.parts.clone();
        parts.insert("toolchain".to_owned(), toolchain.digest());
        parts.insert("target".to_owned(), Digest::of(&toolchain.target));
        parts
    }
}

impl Function {
    /// An output of the package that it runs.
    pub fn of_package(&self, output: &str) -> Reference {
        Reference { address: self.package.clone(), output: output.to_owned() }
    }
}
