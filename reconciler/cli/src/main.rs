//! The command line.
#![expect(dead_code, reason = "the commands that call these are not written yet")]

mod console;
mod progress;
mod views;

fn main() {}
