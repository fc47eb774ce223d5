//! The way to AWS: one session, with every call named, limited, counted and retried in one place.

pub mod buckets;
pub mod clock;
mod connector;
pub mod errors;
pub mod limits;
pub mod naming;
pub mod session;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
pub mod wires;
