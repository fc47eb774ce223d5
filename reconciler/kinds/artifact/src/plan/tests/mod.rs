//! Stories: one artifact, one thing changed, the decision in words.

mod function;
mod package;
mod story;
