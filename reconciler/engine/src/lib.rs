//! From files to a finished run: load, graph, observe, plan, run, and what they need.
//!
//! Knows no concrete kind, no command line and no terminal. Kinds come in through [`kind::Kind`], what
//! happens goes out through [`events::Events`].

pub mod apply;
pub mod aws;
pub mod compare;
pub mod draft;
pub mod estimate;
pub mod events;
pub mod fleet;
pub mod graph;
pub mod kind;
pub mod load;
pub mod plan;
pub mod run;
pub mod state;

#[cfg(test)]
mod tests;
