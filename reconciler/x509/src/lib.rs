//! X.509 as the kinds need it: PEM, what kind of key a key is, and whether a signature is by it.
//!
//! Parsing is `x509-parser`'s and the arithmetic is `aws-lc-rs`'s. What a certificate or request may be is for the kinds
//! to say.

pub mod pem;
pub mod signature;
