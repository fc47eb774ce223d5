//! From files to a finished run: load, graph, observe, plan, run, and what they need.
//!
//! Knows no concrete kind, no command line and no terminal. Kinds come in through [`kind::Kind`], what
//! happens goes out through [`events::Events`].

pub mod aws;
pub mod events;
pub mod kind;
pub mod load;
pub mod state;
