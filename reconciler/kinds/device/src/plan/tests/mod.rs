//! Stories: a terminal as it should be and as it is, one thing changed, and what is decided.

mod admission;
mod inventory;
mod renewal;
mod review;
mod revocation;
mod story;
