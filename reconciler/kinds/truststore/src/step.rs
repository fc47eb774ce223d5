//! What a decision leads to: steps with nothing left to choose.

use std::fmt;

/// One thing to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Puts the truststore into its bucket.
    Put {
        /// The bucket.
        bucket: String,
        /// Where it goes.
        key: String,
        /// The certificates.
        pem: String,
        /// What it takes the place of.
        over: Over,
    },
}

/// What an object takes the place of. Where that is no more so, nothing is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Over {
    /// Nothing.
    Nothing,
    /// The object with this tag.
    Tag(String),
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self::Put { bucket, key, pem: _, over: _ } = self;
        write!(f, "put `s3://{bucket}/{key}`")
    }
}
