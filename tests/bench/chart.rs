//! The chart: time and calls of a deployment with nothing to do, against how many stacks there are.
//!
//! Both axes are logarithmic. It is drawn by hand, in colours that can be read on a light page and on a dark one.

use std::fmt::Write as _;

use crate::report::Row;

const WIDTH: f64 = 860.0;
const HEIGHT: f64 = 380.0;
/// A panel's place and size.
const TOP: f64 = 56.0;
const PANEL: (f64, f64) = (330.0, 250.0);
const LEFTS: [f64; 2] = [62.0, 492.0];

/// A colour for each tool, in the order of the rows.
const COLOURS: [&str; 5] = ["#d9480f", "#1c7ed6", "#2f9e44", "#9c36b5", "#868e96"];

const STYLE: &str = "<style>text{font:12px system-ui,sans-serif;fill:#57606a}.title{font-weight:600;font-size:14px}\
    .grid{stroke:#8c959f;stroke-opacity:.3}.line{fill:none;stroke-width:2}\
    @media(prefers-color-scheme:dark){text{fill:#adbac7}}</style>";

/// What is drawn in a panel: its title, a row's figure, and the figure in words.
struct Axis {
    title: &'static str,
    of: fn(&Row) -> Option<f64>,
    unit: &'static str,
}

const AXES: [Axis; 2] = [
    Axis { title: "Time, nothing to do", of: |row| row.seconds, unit: " s" },
    Axis { title: "Calls to AWS, nothing to do", of: calls, unit: "" },
];

#[expect(clippy::cast_precision_loss, reason = "counts are small")]
fn calls(row: &Row) -> Option<f64> {
    row.calls.map(|calls| calls as f64)
}

/// The rows of scenario (a) as an SVG document.
pub(crate) fn draw(rows: &[Row]) -> String {
    let rows: Vec<&Row> = rows
        .iter()
        .filter(|row| row.scenario == 'a' && row.task.starts_with("apply") && row.calls.is_some())
        .collect();
    let mut tools: Vec<&str> = Vec::new();
    for row in &rows {
        if !tools.contains(&row.tool.as_str()) {
            tools.push(&row.tool);
        }
    }
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\">\
         <title>Time and calls of each tool by number of stacks</title>{STYLE}\n"
    );
    for (axis, left) in AXES.iter().zip(LEFTS) {
        panel(&mut svg, axis, left, (&rows, &tools));
    }
    for (place, (tool, colour)) in (0_u32..).zip(tools.iter().zip(COLOURS)) {
        let x = LEFTS[0] + f64::from(place) * 130.0;
        push(
            &mut svg,
            &format!(
                "<circle cx=\"{x}\" cy=\"362\" r=\"5\" fill=\"{colour}\"/><text x=\"{}\" y=\"366\">{tool}</text>",
                x + 10.0
            ),
        );
    }
    svg + "</svg>\n"
}

fn panel(svg: &mut String, axis: &Axis, left: f64, (rows, tools): (&[&Row], &[&str])) {
    let values: Vec<f64> = rows.iter().filter_map(|row| (axis.of)(row)).collect();
    let (low, high) = decades(&values);
    let counts: Vec<f64> = rows.iter().map(|row| count(row)).collect();
    let (first, last) = bounds(&counts);
    let x = |count: f64| left + PANEL.0 * part(count, first, last);
    let y = |value: f64| TOP + PANEL.1 * (1.0 - part(value, low, high));
    push(svg, &format!("<text class=\"title\" x=\"{left}\" y=\"32\">{}</text>", axis.title));
    let mut tick = low;
    while tick <= high * 1.001 {
        let (at, end) = (y(tick), left + PANEL.0);
        push(
            svg,
            &format!(
                "<line class=\"grid\" x1=\"{left}\" x2=\"{end}\" y1=\"{at:.1}\" y2=\"{at:.1}\"/>"
            ),
        );
        let (label, below) = (left - 8.0, at + 4.0);
        push(
            svg,
            &format!(
                "<text x=\"{label}\" y=\"{below:.1}\" text-anchor=\"end\">{tick}{}</text>",
                axis.unit
            ),
        );
        tick *= 10.0;
    }
    let mut counts: Vec<usize> = rows.iter().map(|row| row.count).collect();
    counts.sort_unstable();
    counts.dedup();
    for number in counts {
        let (at, below) = (x(count_of(number)), TOP + PANEL.1 + 22.0);
        push(
            svg,
            &format!(
                "<text x=\"{at:.1}\" y=\"{below}\" text-anchor=\"middle\">{number} stacks</text>"
            ),
        );
    }
    for (tool, colour) in tools.iter().zip(COLOURS) {
        let own = rows.iter().filter(|row| row.tool == *tool);
        let points: Vec<(f64, f64)> =
            own.filter_map(|row| Some((x(count(row)), y((axis.of)(row)?)))).collect();
        let line: Vec<_> = points.iter().map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
        push(
            svg,
            &format!(
                "<polyline class=\"line\" stroke=\"{colour}\" points=\"{}\"/>",
                line.join(" ")
            ),
        );
        for (x, y) in points {
            push(svg, &format!("<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"4\" fill=\"{colour}\"/>"));
        }
    }
}

fn push(svg: &mut String, element: &str) {
    // Writing to text does not fail.
    writeln!(svg, "{element}").unwrap_or_default();
}

fn count(row: &Row) -> f64 {
    count_of(row.count)
}

fn count_of(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

/// Whole decades around values.
fn decades(values: &[f64]) -> (f64, f64) {
    let (low, high) = bounds(values);
    let (low, high) = (10_f64.powf(low.log10().floor()), 10_f64.powf(high.log10().ceil()));
    (low, if high > low { high } else { low * 10.0 })
}

fn bounds(values: &[f64]) -> (f64, f64) {
    let low = values.iter().copied().fold(f64::INFINITY, f64::min);
    let high = values.iter().copied().fold(0.0, f64::max);
    if low.is_finite() && low > 0.0 { (low, high) } else { (1.0, 10.0) }
}

/// Where a value is between two others, by logarithm.
fn part(value: f64, low: f64, high: f64) -> f64 {
    if high > low { (value / low).ln() / (high / low).ln() } else { 0.5 }
}
