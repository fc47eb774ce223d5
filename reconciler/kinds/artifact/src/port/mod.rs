//! What is asked of AWS and of this machine: looking and acting apart, so that nothing that plans can act.

pub mod builds;
pub mod functions;
pub mod objects;
pub mod signing;
