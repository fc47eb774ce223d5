//! What the tests of the whole share.
//!
//! An [`account::Account`] is AWS in memory with a clock of its own, a [`repository::Repository`] is what git
//! would hold, and an [`operator::Operator`] runs the one against the other through the real SDK, as the
//! command line does. [`census::Census`] is what an account holds in the end, for comparing.
//! [`crew::work_on`] does many such things at once. [`paces`] are experiments in virtual time. [`binary`] is the built program,
//! [`transcript`] a session with it, [`git`] the history that it reads.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::missing_panics_doc,
    reason = "a test that cannot go on has failed"
)]

pub mod account;
pub mod binary;
pub mod census;
pub mod clock;
pub mod crew;
pub mod door;
pub mod functions;
pub mod git;
pub mod operator;
pub mod paces;
pub mod redact;

pub mod repository;
pub mod terminals;
pub mod transcript;
