//! X.509 as terminals and their CAs need it: PEM and PKCS #7, what kind of key a key is, and whether a signature is by it.
//!
//! Parsing is `x509-parser`'s and `cms`'s, and the arithmetic is `aws-lc-rs`'s. What a certificate or request may be is for the kinds
//! to say.

pub mod pem;
pub mod pkcs7;
pub mod signature;
