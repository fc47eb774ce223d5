//! From the parser's positions, which count characters, to bytes.

use saphyr_parser::Marker;

/// Where each character of a text begins.
pub(super) enum Offsets {
    /// A character is a byte.
    Ascii(usize),
    /// The byte at which each character begins, and the end.
    Wide(Vec<usize>),
}

impl Offsets {
    /// Looks through a text once.
    pub(super) fn new(text: &str) -> Self {
        if text.is_ascii() {
            return Self::Ascii(text.len());
        }
        let starts = text.char_indices().map(|(start, _)| start);
        Self::Wide(starts.chain([text.len()]).collect())
    }

    /// The byte at a marker.
    pub(super) fn byte(&self, marker: Marker) -> usize {
        match self {
            Self::Ascii(end) => marker.index().min(*end),
            Self::Wide(starts) => {
                let at = marker.index().min(starts.len() - 1);
                starts.get(at).copied().unwrap_or_default()
            }
        }
    }
}
