//! What is on record about one terminal: the document `registry/<name>.json`.
//!
//! Owns the document's shape and what makes it right. Whoever writes it and whoever decides by it read it
//! with this crate; where it is kept and how it gets there, they know.

mod name;
mod place;
mod registration;
mod serial;

pub use name::{Name, NotAName};
pub use place::{Bucket, NotABucket, NotAPrefix, Prefix};
pub use registration::{AllowedSerial, Certificate, Malformed, Registration, State, key};
pub use serial::{NotASerial, Serial};

#[cfg(test)]
mod tests;
