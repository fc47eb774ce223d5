//! The way to AWS: one session, with every call limited, counted and retried in one place.

pub mod session;
