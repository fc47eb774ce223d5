//! Stands for the crate `colored`, with which cfn-guard colours the reports of its own program.
//!
//! None of those reports is printed here, and the licence of `colored`, MPL-2.0, is not one that this repository
//! links. So these are the names that cfn-guard uses, and every text stays as it is. `[patch.crates-io]` in the
//! workspace's `Cargo.toml` puts it in place.

use std::fmt;
use std::ops::Deref;

/// A text that could have had a colour.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ColoredString(String);

/// What colours a text: nothing.
pub trait Colorize: Sized {
    /// The text.
    fn plain(self) -> ColoredString;
    /// The text.
    fn bold(self) -> ColoredString {
        self.plain()
    }
    /// The text.
    fn bright_green(self) -> ColoredString {
        self.plain()
    }
    /// The text.
    fn bright_magenta(self) -> ColoredString {
        self.plain()
    }
    /// The text.
    fn green(self) -> ColoredString {
        self.plain()
    }
    /// The text.
    fn red(self) -> ColoredString {
        self.plain()
    }
    /// The text.
    fn underline(self) -> ColoredString {
        self.plain()
    }
    /// The text.
    fn yellow(self) -> ColoredString {
        self.plain()
    }
}

impl Colorize for &str {
    fn plain(self) -> ColoredString {
        ColoredString(self.to_owned())
    }
}

impl Colorize for ColoredString {
    fn plain(self) -> Self {
        self
    }
}

impl Deref for ColoredString {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ColoredString {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&self.0)
    }
}
