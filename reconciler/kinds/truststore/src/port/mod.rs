//! What is asked of AWS, in this kind's own words.

pub mod authorities;
pub mod objects;
