//! The processor that a package runs on.

use std::fmt;
use std::str::FromStr;

/// What a package is compiled for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Architecture {
    /// Graviton.
    Arm64,
    /// Intel and AMD.
    X86_64,
    /// This machine's own system, whatever that is: for the sandbox, which runs functions on it.
    Host,
}

/// A word that is no architecture.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not an architecture")]
pub struct UnknownArchitecture(String);

impl Architecture {
    /// Lambda's word for it.
    pub fn word(self) -> &'static str {
        let is_arm = match self {
            Self::Arm64 => true,
            Self::X86_64 => false,
            Self::Host => cfg!(target_arch = "aarch64"),
        };
        if is_arm { "arm64" } else { "x86_64" }
    }

    /// The compiler's name for it; none for the machine's own, which the compiler knows.
    pub fn target(self) -> Option<&'static str> {
        match self {
            Self::Arm64 => Some("aarch64-unknown-linux-gnu"),
            Self::X86_64 => Some("x86_64-unknown-linux-gnu"),
            Self::Host => None,
        }
    }
}

impl FromStr for Architecture {
    type Err = UnknownArchitecture;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        match word {
            "arm64" => Ok(Self::Arm64),
            "x86_64" => Ok(Self::X86_64),
            "host" => Ok(Self::Host),
            _ => Err(UnknownArchitecture(word.to_owned())),
        }
    }
}

impl fmt::Display for Architecture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}
