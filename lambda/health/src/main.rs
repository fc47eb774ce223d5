//! Answers `/health` and `/status`.

fn main() {}
