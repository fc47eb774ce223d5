//! Stories of a truststore: what is declared, what is seen, and what is decided.

mod certificates;
mod stories;
mod story;
