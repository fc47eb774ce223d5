//! The two ways in from outside, with whatever may come: no panic, and no way out of the terminal's prefix.
//!
//! As a test each target is given inputs for a second. A failure tells its seed, which repeats it. For longer:
//!
//!     BOLERO_RANDOM_TEST_TIME_MS=600000 cargo test --package device-api --test fuzz
//!
//! The targets are `bolero`'s: `cargo bolero` runs them guided by coverage.

#![expect(clippy::expect_used, reason = "a test that cannot go on has failed")]

mod event;
mod path;
mod witness;
