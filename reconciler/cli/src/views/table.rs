//! Rows below a heading, in columns or as Markdown.

use unicode_width::UnicodeWidthStr as _;

/// The heading and each row as a line whose columns stand below each other.
pub(super) fn lines<const N: usize>(head: [&str; N], rows: &[[String; N]]) -> Vec<String> {
    let rows: Vec<[&str; N]> = std::iter::once(head)
        .chain(rows.iter().map(|row| row.each_ref().map(String::as_str)))
        .collect();
    let width = |column: usize| rows.iter().map(|row| row[column].width()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..N).map(width).collect();
    let line = |row: &[&str; N]| {
        let padded = row.iter().zip(&widths).map(|(cell, width)| {
            format!("{cell}{}", " ".repeat(width.saturating_sub(cell.width())))
        });
        padded.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    rows.iter().map(line).collect()
}

/// The same as one text.
pub(super) fn text<const N: usize>(head: [&str; N], rows: &[[String; N]]) -> String {
    lines(head, rows).join("\n")
}

/// The same as a table of Markdown.
pub(super) fn markdown<const N: usize>(head: [&str; N], rows: &[[String; N]]) -> String {
    let line = |row: [&str; N]| {
        let cells = row.map(|cell| cell.replace('|', "\\|").replace('\n', " "));
        format!("| {} |", cells.join(" | "))
    };
    let mut lines = vec![line(head), format!("|{}", "---|".repeat(N))];
    lines.extend(rows.iter().map(|row| line(row.each_ref().map(String::as_str))));
    lines.join("\n")
}
