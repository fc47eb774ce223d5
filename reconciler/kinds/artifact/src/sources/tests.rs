//! What makes another package, and what does not.
