//! The two ways in from outside, with whatever may come: no panic, and no way out of the terminal's prefix.
//!
//! As a test each target gets some thousand inputs in a second. For longer, guided by coverage:
//!
//!     cargo install cargo-bolero
//!     cargo bolero test --package device-api --sanitizer NONE --rustc-bootstrap --time 10m event::any
//!
//! What is found is kept in `__fuzz__/` and repeated by the test from then on.

mod event;
mod path;
mod witness;
