//! The engine with a kind that no command knows: order, pace, guards, and what a failure holds back.

mod graph;
mod many;
mod run;
mod toy;
