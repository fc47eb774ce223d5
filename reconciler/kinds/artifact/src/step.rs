//! What a decision leads to: steps with nothing left to choose.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::PathBuf;

use reconcile_core::digest::Digest;

use crate::spec::{Architecture, Package};

/// One thing to do.
#[derive(Debug, Clone)]
pub enum Step {
    /// Compiles the crate and packs the binary.
    Build(Box<Recipe>),
    /// Puts the unsigned package into the bucket.
    Upload(Upload),
    /// Has Signer sign it, and publishes what it signed.
    Sign(Box<Signing>),
    /// Publishes what a job signed that was begun before.
    Publish(Box<Publication>),
    /// Lets the function run the package.
    Deploy(Deployment),
    /// Gives the function its code-signing configuration.
    Enforce {
        /// The function.
        function: String,
        /// The configuration's ARN.
        config: String,
    },
}

/// How a package is made.
#[derive(Debug, Clone)]
pub struct Recipe {
    /// The artifact.
    pub name: String,
    /// The file and the line that declare it.
    pub declared_in: String,
    /// The crate.
    pub krate: String,
    /// Its binary.
    pub binary: String,
    /// What it is compiled for.
    pub architecture: Architecture,
    /// Whether it has to run on Lambda's own system.
    pub runs_on_lambda: bool,
    /// The cargo profile.
    pub profile: String,
    /// Features that are switched on.
    pub features: Vec<String>,
    /// The compiler's flags that the repository sets for a target.
    pub config: crate::sources::CargoConfig,
    /// Digests of all that it is made of; names the package until its bytes are known.
    pub parts: BTreeMap<String, Digest>,
    /// The files that the digests cover.
    pub files: BTreeSet<String>,
}

/// An unsigned package to be put into the bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upload {
    /// The bucket.
    pub bucket: String,
    /// The package on this machine.
    pub file: PathBuf,
    /// Of the package.
    pub sha256: Digest,
    /// Where it goes.
    pub key: String,
    /// Where it is recorded that these parts make this package.
    pub record_key: String,
    /// In bytes.
    pub size: u64,
}

/// A signing job to be begun.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signing {
    /// The unsigned package's key in the destination's bucket.
    pub unsigned_key: String,
    /// The version of the object there.
    pub unsigned_version: String,
    /// The profile's name.
    pub profile: String,
    /// Makes a second request the same one.
    pub token: String,
    /// What becomes of the signed package.
    pub to: Destination,
}

/// A signed package to be published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Publication {
    /// The job that signed it, or is signing it.
    pub job: String,
    /// Where it goes.
    pub to: Destination,
}

/// Where a signed package goes, and what is recorded of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Destination {
    /// The bucket.
    pub bucket: String,
    /// Where the package goes.
    pub key: String,
    /// Where the record goes.
    pub record_key: String,
    /// The unsigned package.
    pub unsigned_sha256: Digest,
    /// Who signs.
    pub profile_version_arn: String,
    /// The job that it is done instead of.
    pub instead_of: Option<String>,
}

/// A package to be run by a function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deployment {
    /// The function's name or ARN.
    pub function: String,
    /// The bucket.
    pub bucket: String,
    /// The key.
    pub key: String,
    /// The version of the object.
    pub version: String,
    /// `arm64` or `x86_64`.
    pub architecture: String,
}

impl Recipe {
    /// How the package of a declaration is made.
    pub fn of(package: &Package, parts: BTreeMap<String, Digest>) -> Self {
        Self {
            name: package.name.clone(),
            declared_in: package.declared_in.clone(),
            krate: package.krate.clone(),
            binary: package.sources.binary.clone(),
            architecture: package.architecture,
            runs_on_lambda: package.runs_on_lambda,
            profile: package.profile.clone(),
            features: package.features.clone(),
            config: package.sources.config.clone(),
            parts,
            files: package.sources.files.clone(),
        }
    }

    /// Of all that it is made of.
    pub fn inputs(&self) -> Digest {
        Digest::of_json(&self.parts)
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Build(recipe) => write!(f, "built `{}`", recipe.krate),
            Self::Upload(upload) => write!(f, "uploaded `{}`", upload.key),
            Self::Sign(signing) => write!(f, "signed `{}`", signing.to.key),
            Self::Publish(publication) => {
                write!(f, "published `{}` of job {}", publication.to.key, publication.job)
            }
            Self::Deploy(deployment) => {
                write!(f, "deployed `{}` to `{}`", deployment.key, deployment.function)
            }
            Self::Enforce { function, config } => {
                write!(f, "gave `{function}` the code-signing configuration `{config}`")
            }
        }
    }
}
