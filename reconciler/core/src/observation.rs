//! What AWS showed of one unit.

/// A look at one unit. Unreadable is never treated as absent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Observation<State> {
    /// AWS answered, and it is not there.
    Absent,
    /// AWS answered with this.
    Present(State),
    /// AWS did not answer, or not enough to tell.
    Unreadable(String),
}

impl<State> Observation<State> {
    /// The state, where there is one.
    pub fn state(&self) -> Option<&State> {
        match self {
            Self::Present(state) => Some(state),
            Self::Absent | Self::Unreadable(_) => None,
        }
    }
}
