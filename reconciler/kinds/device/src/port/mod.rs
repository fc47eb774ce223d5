//! What is asked of AWS, apart from how it is asked.

pub mod authority;
pub mod objects;
