//! How long calls are under way.

use std::time::Duration;

use super::pattern::{OperationPattern, PatternError};
use crate::wire::Asked;

/// The time that a call takes, by its operation.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Latency {
    usual: Duration,
    special: Vec<(OperationPattern, Duration)>,
}

impl Latency {
    /// Every call takes this time.
    pub fn fixed(usual: Duration) -> Self {
        Self { usual, special: Vec::new() }
    }

    /// Calls of these operations take this time instead; the first pattern that matches counts.
    pub fn with(mut self, pattern: &str, time: Duration) -> Result<Self, PatternError> {
        self.special.push((pattern.parse()?, time));
        Ok(self)
    }

    pub(super) fn of(&self, asked: &Asked) -> Duration {
        let special = self.special.iter().find(|(pattern, _)| pattern.matches(asked));
        special.map_or(self.usual, |(_, time)| *time)
    }
}
