//! A text that never grows beyond a number of bytes: whole blocks are left out, detail first.

/// Bytes kept free for the sentence that says what was left out.
const SENTENCE: usize = 120;

/// A text with a limit.
#[derive(Debug)]
pub(super) struct Budget {
    text: String,
    limit: usize,
    cut: bool,
}

/// How much of what is left a list may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Share {
    /// Half, so that there is room for what comes later.
    Half,
    /// All of it. Once something of this was left out, no detail is taken.
    All,
    /// All of it, item by item: one that is too large does not keep out those behind it.
    Detail,
}

impl Budget {
    /// An empty text of at most `limit` bytes.
    pub(super) fn new(limit: usize) -> Self {
        Self { text: String::new(), limit, cut: false }
    }

    /// Takes as many items as fit, behind `heading`; `rest` says how many did not.
    pub(super) fn list(
        &mut self,
        share: Share,
        heading: &str,
        items: &[String],
        rest: impl Fn(usize) -> String,
    ) {
        if items.is_empty() || (self.cut && share == Share::Detail) {
            return;
        }
        let left = self.limit.saturating_sub(self.text.len() + SENTENCE);
        let room = if share == Share::Half { left / 2 } else { left };
        let mut taken = heading.len();
        let mut is_full = false;
        let fitting = items.iter().filter(|item| {
            is_full |= share != Share::Detail && taken + item.len() > room;
            let fits = !is_full && taken + item.len() <= room;
            taken += if fits { item.len() } else { 0 };
            fits
        });
        let fitting: Vec<&str> = fitting.map(String::as_str).collect();
        if !fitting.is_empty() {
            self.text.push_str(heading);
            self.text.extend(fitting.iter().copied());
        }
        let missing = items.len() - fitting.len();
        // Where not even that fits, nothing does: what was said before stands.
        if missing > 0 && self.limit >= self.text.len() + SENTENCE {
            self.text.extend(["\n", &rest(missing), "\n"]);
        }
        self.cut |= missing > 0 && share == Share::All;
        self.text.push('\n');
    }

    /// The text.
    pub(super) fn into_text(self) -> String {
        self.text
    }
}

/// The text within the limit at any price: cut at the end of a line, or else between two characters.
pub(super) fn clip(mut text: String, limit: usize) -> String {
    if text.len() > limit {
        text.truncate(text.floor_char_boundary(limit));
        if let Some(newline) = text.rfind('\n') {
            text.truncate(newline + 1);
        }
    }
    text
}
