//! A text that never grows beyond a number of bytes: whole blocks are left out, from the end.

/// Bytes kept free for the sentence that says what was left out.
const SENTENCE: usize = 120;

/// A text with a limit.
#[derive(Debug)]
pub(super) struct Budget {
    text: String,
    limit: usize,
    cut: bool,
}

impl Budget {
    /// An empty text of at most `limit` bytes.
    pub(super) fn new(limit: usize) -> Self {
        Self { text: String::new(), limit, cut: false }
    }

    /// Takes as many items as fit, behind `heading`; `rest` says how many did not.
    ///
    /// Once something was left out, nothing that comes later is taken, so that detail goes first.
    pub(super) fn list(&mut self, heading: &str, items: &[String], rest: impl Fn(usize) -> String) {
        if self.cut || items.is_empty() {
            return;
        }
        let room = self.limit.saturating_sub(self.text.len() + SENTENCE);
        let mut taken = heading.len();
        let fitting = items.iter().take_while(|item| {
            taken += item.len();
            taken <= room
        });
        let fitting = fitting.count();
        if fitting > 0 {
            self.text.push_str(heading);
            self.text.extend(items[..fitting].iter().map(String::as_str));
        }
        if fitting < items.len() {
            self.cut = true;
            self.text.extend([
                "
",
                &rest(items.len() - fitting),
                "
",
            ]);
        }
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
