//! Builds, of crates without dependencies so that they are quick.
