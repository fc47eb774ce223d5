//! The promises of the program, kept in an account in memory.

#![expect(clippy::expect_used, clippy::panic, reason = "a test that cannot go on has failed")]
#![expect(clippy::print_stdout, reason = "some tests count, and say how much with `--nocapture`")]

mod artifacts;
mod blind_spots;
mod bootstrap;
mod boundaries;
mod budgets;
mod concurrency;
mod demo;
mod desired;
mod devices;
mod faults;
mod findings;
mod functions;
mod import;
mod permissions;

mod predictions;
mod promises;
mod readme;
mod refusals;
mod report;
mod requirements;
mod revisions;
mod sequences;
mod service_role;
mod signals;
mod terminals;
mod transcripts;
mod truststores;
mod year;
