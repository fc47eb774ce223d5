//! Runs: a line each, or one with its steps.

use anstyle::{AnsiColor, Style};
use reconcile_core::address::Address;
use reconcile_core::outcome::Outcome;
use reconcile_engine::state::history::History;
use reconcile_engine::state::record::{RunRecord, UnitRecord};
use serde_json::json;

use super::human::layout::wrap;
use super::runs::{self, Life, Summary};
use super::{Format, View, sentences, table, visible};

/// Columns below which a line has no room for its units.
const WIDE: usize = 96;

const BAD: Style = AnsiColor::Red.on_default();

/// One line a run, the newest first.
pub(crate) fn list(history: &History, running: Option<&str>, view: View) -> String {
    let History { runs, unread, remarks } = history;
    match view.format {
        Format::Json => {
            let runs: Vec<_> = runs.iter().map(Summary::of).collect();
            let (older, notes) = (unread, remarks);
            let value =
                json!({ "formatVersion": "1.0", "runs": runs, "older": older, "notes": notes });
            serde_json::to_string_pretty(&value).unwrap_or_default()
        }
        Format::Markdown => table::markdown(HEAD, &rows(runs, running)),
        Format::Text => text(history, running, view.width),
    }
}

/// One run with what became of each unit.
pub(crate) fn one(
    record: &RunRecord,
    takes: &dyn Fn(&Address) -> bool,
    (running, view): (Option<&str>, View),
) -> String {
    match view.format {
        Format::Json => {
            let value = json!({ "formatVersion": "1.0", "run": record });
            serde_json::to_string_pretty(&value).unwrap_or_default()
        }
        Format::Markdown => format!(
            "```\n{}\n```",
            anstream::adapter::strip_str(&page(record, takes, (running, view.width)))
        ),
        Format::Text => page(record, takes, (running, view.width)),
    }
}

const HEAD: [&str; 7] = ["RUN", "STARTED", "TOOK", "STATUS", "COMMIT", "BY", "UNITS"];

fn rows(runs: &[RunRecord], running: Option<&str>) -> Vec<[String; 7]> {
    let row = |run: &RunRecord| {
        [
            runs::short(&run.run),
            sentences::time(run.started_at),
            runs::duration(run),
            runs::status(run, life(run, running)).to_owned(),
            runs::applied(run),
            runs::who(run),
            runs::units(run),
        ]
    };
    runs.iter().map(row).collect()
}

fn life(run: &RunRecord, running: Option<&str>) -> Life {
    if running == Some(run.run.as_str()) { Life::Unknown } else { Life::Over }
}

fn text(history: &History, running: Option<&str>, width: usize) -> String {
    let History { runs, unread, remarks } = history;
    let rows = rows(runs, running);
    let table = if width < WIDE {
        let [run, started, took, status, commit, by, _] = HEAD;
        let narrow: Vec<[String; 6]> = rows
            .into_iter()
            .map(|[run, started, took, status, commit, by, _]| {
                [run, started, took, status, commit, by]
            })
            .collect();
        table::rows([run, started, took, status, commit, by], &narrow, width)
    } else {
        table::rows(HEAD, &rows, width)
    };
    let mut lines = Vec::new();
    let mut table = table.into_iter();
    lines.extend(table.next().filter(|_| !runs.is_empty()));
    for (line, run) in table.zip(runs) {
        lines.push(line);
        let Some((address, why)) = run.first_cause() else { continue };
        let why = why.lines().next().unwrap_or_default();
        let why = visible::text(&format!("{address}: {why}")).into_owned();
        for (at, line) in wrap(&why, width.saturating_sub(4)).into_iter().enumerate() {
            let sign = if at == 0 { format!("{BAD}✗{BAD:#}") } else { " ".to_owned() };
            lines.push(format!("  {sign} {line}"));
        }
    }
    if runs.is_empty() {
        lines.push("No run is recorded that fits.".to_owned());
    }
    lines.extend(remarks.iter().map(|remark| format!("note: {}", visible::text(remark))));
    if *unread > 0 {
        let older = sentences::count(*unread as u64, "older run", "older runs");
        lines.push(format!("{older} not read: `--last N` reads more"));
    }
    if let Some(newest) = runs.first() {
        lines.push(format!("\nOne of them: reconcile history {}", runs::short(&newest.run)));
    }
    lines.join("\n")
}

fn page(
    record: &RunRecord,
    takes: &dyn Fn(&Address) -> bool,
    (running, width): (Option<&str>, usize),
) -> String {
    let strong = Style::new().bold();
    let status = runs::status(record, life(record, running));
    let RunRecord { run, environment, .. } = record;
    let title = format!("Run {} in {environment}: {status}", visible::text(run));
    let mut lines = vec![format!("{strong}{title}{strong:#}"), String::new()];
    let facts = [
        ("started", Some(sentences::time(record.started_at))),
        ("took", record.took().map(sentences::took)),
        ("commit", committed(record)),
        ("by", record.actor.clone()),
        ("as", Some(record.caller.clone())),
        ("log", record.url.clone()),
        ("plan", Some(record.plan_digest.as_str().to_owned())),
        ("units", Some(units(record))),
        ("cost", Some(sentences::calls(&record.calls))),
    ];
    for (name, value) in facts {
        let Some(value) = value else { continue };
        for (at, line) in wrap(&visible::text(&value), width.saturating_sub(10)).iter().enumerate()
        {
            lines.push(format!("{:<8}  {line}", if at == 0 { name } else { "" }));
        }
    }
    for unit in record.units.iter().filter(|unit| takes(&unit.address)) {
        lines.push(String::new());
        lines.extend(self::unit(unit, width));
    }
    lines.join("\n")
}

/// The commit, and whether it was all.
fn committed(record: &RunRecord) -> Option<String> {
    let commit = record.commit.clone();
    if record.uncommitted == 0 {
        return commit;
    }
    let files = sentences::count(record.uncommitted, "file", "files");
    Some(format!("{} and {files} beside it", commit.as_deref().unwrap_or("none")))
}

/// What became of the units, and how many the run was not about.
fn units(record: &RunRecord) -> String {
    let units = runs::units(record);
    match record.left_out {
        0 => units,
        left_out => format!("{units}; {left_out} left out"),
    }
}

fn unit(unit: &UnitRecord, width: usize) -> Vec<String> {
    let UnitRecord { address, action, outcome, steps, took_ms: _ } = unit;
    let (sign, word, why) = sentences::ended(outcome, *action);
    let style = if outcome.is_good() { AnsiColor::Green.on_default() } else { BAD };
    let took = unit.took().map(|took| format!("  {}", sentences::took(took))).unwrap_or_default();
    let mut lines = vec![format!("{style}{sign} {word:<9}{style:#} {address}{took}")];
    let unblock = match outcome {
        Outcome::Refused { why: _, unblock } => Some(unblock),
        Outcome::Unchanged
        | Outcome::Applied
        | Outcome::Failed { why: _ }
        | Outcome::Skipped { why: _ } => None,
    };
    let reasons = [why].into_iter().filter(|why| !why.is_empty());
    let reasons = reasons.chain(unblock.map(String::as_str));
    for text in steps.iter().map(String::as_str).chain(reasons) {
        let text = visible::text(text);
        let folded = wrap(&text, width.saturating_sub(12));
        lines.extend(folded.into_iter().map(|line| format!("            {line}")));
    }
    lines
}

#[cfg(test)]
mod tests {
    use reconcile_engine::state::history::History;
    use serde_json::json;

    use super::{list, one};
    use crate::views::runs::fixtures::record;
    use crate::views::{Format, View};

    fn view(format: Format, width: usize) -> View {
        View { format, width, budget: 0 }
    }

    fn history() -> History {
        let running = json!({ "status": "running", "finishedAt": null, "units": [] });
        let runs = vec![
            record("aaaaaaaaaaaa", &running),
            record("bbbbbbbbbbbb", &running),
            record("cccccccccccc", &json!({ "uncommitted": 2 })),
            record("dddddddddddd", &json!({ "status": "applied", "units": [], "actor": null })),
        ];
        History { runs, unread: 3, remarks: vec!["the record of run `x`: it is gone".to_owned()] }
    }

    #[test]
    fn runs_stand_below_each_other_with_their_first_cause() {
        let running = Some("20261121T205209123Z-aaaaaaaaaaaa");
        let text = |width| {
            let text = list(&history(), running, view(Format::Text, width));
            anstream::adapter::strip_str(&text).to_string()
        };
        insta::assert_snapshot!(text(120));
        insta::assert_snapshot!(text(80));
    }

    #[test]
    fn one_run_is_shown_with_its_steps() {
        let run = record("cccccccccccc", &json!({ "uncommitted": 2, "leftOut": 4 }));
        let shown = one(&run, &|_| true, (None, view(Format::Text, 80)));
        insta::assert_snapshot!(anstream::adapter::strip_str(&shown).to_string());
        let only = |address: &_| *address == "stacks/iam".parse().unwrap();
        let shown = one(&run, &only, (None, view(Format::Markdown, 80)));
        assert!(shown.contains("stacks/iam") && !shown.contains("stacks/kms"), "{shown}");
    }
}
