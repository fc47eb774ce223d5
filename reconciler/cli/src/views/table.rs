//! Rows below a heading, in columns or as Markdown.

use unicode_width::UnicodeWidthStr as _;

use super::human::layout::{pad, wrap};

/// What stands between two columns.
const GAP: &str = "  ";

/// The heading and each row, in columns that stand below each other within `width`.
///
/// A first cell that leaves the others no room stands on a line of its own, with the others below it in their columns. Where
/// even these have no room, they are broken.
pub(super) fn rows<const N: usize>(
    head: [&str; N],
    rows: &[[String; N]],
    width: usize,
) -> Vec<String> {
    let rows: Vec<[&str; N]> = std::iter::once(head)
        .chain(rows.iter().map(|row| row.each_ref().map(String::as_str)))
        .collect();
    let widest = |column: usize| rows.iter().map(|row| row[column].width()).max().unwrap_or(0);
    let others: usize = (1..N).map(|column| GAP.len() + widest(column)).sum();
    let room = width.saturating_sub(others).max(head.first().map_or(0, |name| name.width()));
    let names = rows.iter().filter_map(|row| row.first()).map(|name| name.width());
    let first = names.filter(|width| *width <= room).max().unwrap_or(0);
    let row = |row: &[&str; N]| {
        let Some((name, others)) = row.split_first() else { return String::new() };
        let cells = others.iter().enumerate().map(|(at, cell)| pad(cell, widest(at + 1)));
        let others = cells.collect::<Vec<_>>().join(GAP).trim_end().to_owned();
        let line = format!("{}{GAP}{others}", pad(name, first)).trim_end().to_owned();
        let lines = match line.width() <= width {
            true => vec![line],
            false if first + GAP.len() + others.width() <= width => {
                vec![(*name).to_owned(), format!("{}{GAP}{others}", pad("", first))]
            }
            false => {
                let below = wrap(&others, width.saturating_sub(GAP.len()));
                let below = below.into_iter().map(|line| format!("{GAP}{line}"));
                wrap(name, width).into_iter().chain(below).collect()
            }
        };
        lines.join("\n")
    };
    rows.iter().map(row).collect()
}

/// The same as one text.
pub(super) fn text<const N: usize>(head: [&str; N], cells: &[[String; N]], width: usize) -> String {
    rows(head, cells, width).join("\n")
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

#[cfg(test)]
mod tests {
    use unicode_width::UnicodeWidthStr as _;

    use super::text;

    fn table(width: usize) -> String {
        let row = |name: &str, state: &str| [name, state, "12 days"].map(str::to_owned);
        let rows = [
            row("stacks/kms", "CREATE_COMPLETE"),
            row("stacks/clinic-0001", "UPDATE_COMPLETE"),
            row("医院", ""),
        ];
        text(["UNIT", "STATE", "AGE"], &rows, width)
    }

    #[test]
    fn columns_stand_below_each_other_as_far_as_there_is_room() {
        insta::assert_snapshot!(table(80), @r"
        UNIT                STATE            AGE
        stacks/kms          CREATE_COMPLETE  12 days
        stacks/clinic-0001  UPDATE_COMPLETE  12 days
        医院                                 12 days
        ");
    }

    #[test]
    fn a_long_name_stands_above_the_rest() {
        insta::assert_snapshot!(table(40), @r"
        UNIT        STATE            AGE
        stacks/kms  CREATE_COMPLETE  12 days
        stacks/clinic-0001
                    UPDATE_COMPLETE  12 days
        医院                         12 days
        ");
    }

    #[test]
    fn nothing_is_wider_than_the_terminal() {
        for width in [20, 24, 40, 80] {
            assert!(table(width).lines().all(|line| line.width() <= width), "{}", table(width));
        }
    }
}
