//! Tables in Markdown. It does not know what is in them.

use std::borrow::Cow;

use jiff::Timestamp;

use super::super::visible;

/// A table with its heading.
pub(super) struct Table {
    /// Its heading; none where the chapter's is enough.
    pub(super) title: Option<&'static str>,
    /// The columns.
    pub(super) heads: &'static [&'static str],
    /// The rows, each as long as the heads.
    pub(super) rows: Vec<Vec<String>>,
    /// What stands in place of no rows.
    pub(super) empty: &'static str,
}

impl Table {
    /// The table below its heading.
    pub(super) fn section(&self) -> String {
        let title = self.title.map(|title| format!("\n## {title}\n")).unwrap_or_default();
        if self.rows.is_empty() {
            return format!("{title}\n{}\n", self.empty);
        }
        format!("{title}\n{}", table(self.heads, &self.rows))
    }
}

/// A table.
pub(super) fn table(heads: &[&str], rows: &[Vec<String>]) -> String {
    let line = |cells: &mut dyn Iterator<Item = Cow<'_, str>>| {
        let cells: Vec<_> = cells.collect();
        format!("| {} |\n", cells.join(" | "))
    };
    let mut text = line(&mut heads.iter().map(|head| Cow::Borrowed(*head)));
    text.push_str(&["|", &"---|".repeat(heads.len()), "\n"].concat());
    for row in rows {
        text.push_str(&line(&mut row.iter().map(|value| cell(value))));
    }
    text
}

/// A text that stays in its cell.
pub(super) fn cell(text: &str) -> Cow<'_, str> {
    let shown = visible::text(text);
    if shown.contains(['|', '\n']) {
        Cow::Owned(shown.replace('|', "\\|").replace('\n', "<br>"))
    } else {
        shown
    }
}

/// A time, to the second.
pub(super) fn time(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M:%SZ").to_string()
}

/// A text, or a dash for none.
pub(super) fn or_dash(text: Option<impl Into<String>>) -> String {
    text.map_or_else(|| "-".to_owned(), Into::into)
}
