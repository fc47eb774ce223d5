//! What runs now, who applies, what was applied last, and what git has that was not.

use anstyle::Style;
use reconcile_core::status::UnitStatus;
use reconcile_engine::state::lease::Holder;
use reconcile_engine::state::record::RunRecord;
use serde_json::json;

use super::human::layout::wrap;
use super::runs::{self, Life, Summary};
use super::{Format, View, sentences, table, visible};
use crate::unapplied::Unapplied;

/// How many commits are named before it says "and more".
const NAMED: usize = 10;

/// Everything that `status` shows.
#[derive(Debug)]
pub(crate) struct Picture<'a> {
    /// The environment's name.
    pub(crate) environment: &'a str,
    /// The commit of the work tree.
    pub(crate) commit: Option<&'a str>,
    /// Units, in their order.
    pub(crate) units: &'a [UnitStatus],
    /// How many of them are not as git says.
    pub(crate) differing: u64,
    /// Of how many of them that cannot be told.
    pub(crate) unknown: u64,
    /// Who applies now.
    pub(crate) holder: Option<Holder>,
    /// The record of that run.
    pub(crate) current: Option<RunRecord>,
    /// The newest run.
    pub(crate) last: Option<RunRecord>,
    /// The newest run that did everything that git said then.
    pub(crate) whole: Option<RunRecord>,
    /// What git has since then; or why that cannot be told.
    pub(crate) unapplied: Option<Result<Unapplied, String>>,
    /// What could not be read.
    pub(crate) remarks: Vec<String>,
}

const HEAD: [&str; 4] = ["UNIT", "STATE", "COMMIT", "SINCE"];

/// The picture, for stdout.
pub(crate) fn render(picture: &Picture<'_>, view: View) -> String {
    match view.format {
        Format::Json => serde_json::to_string_pretty(&value(picture)).unwrap_or_default(),
        Format::Markdown => {
            let text = anstream::adapter::strip_str(&facts(picture, view.width)).to_string();
            let units = table::markdown(HEAD, &rows(picture.units));
            format!("```\n{text}\n```\n\n{units}")
        }
        Format::Text => {
            let units = table::text(HEAD, &rows(picture.units), view.width);
            format!("{}\n\n{units}\n\n{}", facts(picture, view.width), next(picture))
        }
    }
}

fn value(picture: &Picture<'_>) -> serde_json::Value {
    let Picture { environment, commit, units, differing, unknown, .. } = picture;
    let Picture { holder, current, last, whole, unapplied, remarks, .. } = picture;
    let unapplied = unapplied.as_ref().map(|found| match found {
        Ok(unapplied) => json!(unapplied),
        Err(why) => json!({ "unknown": why }),
    });
    json!({
        "formatVersion": "1.0",
        "environment": environment,
        "commit": commit,
        "running": holder.as_ref().map(|holder| json!({
            "lease": holder,
            "run": current.as_ref().map(Summary::of),
        })),
        "lastRun": last.as_ref().map(Summary::of),
        "lastApplied": whole.as_ref().map(Summary::of),
        "unapplied": unapplied,
        "differing": differing,
        "unknown": unknown,
        "units": units,
        "notes": remarks,
    })
}

/// What is said above the units: a name and a sentence each.
fn facts(picture: &Picture<'_>, width: usize) -> String {
    let strong = Style::new().bold();
    let at = picture.commit.map(|commit| format!(" at {}", runs::commit(Some(commit))));
    let title = format!("Status of {}{}", picture.environment, at.unwrap_or_default());
    let mut lines = vec![format!("{strong}{title}{strong:#}"), String::new()];
    let mut say = |name: &str, text: &str| {
        for (row, line) in wrap(&visible::text(text), width.saturating_sub(10)).iter().enumerate() {
            lines.push(format!("{:<8}  {line}", if row == 0 { name } else { "" }));
        }
    };
    say("running", &running(picture));
    say("applied", &applied(picture));
    if let Some(last) = failed(picture) {
        say("last run", &last);
    }
    for line in ahead(picture) {
        say(line.0, &line.1);
    }
    for unit in picture.units {
        if let Some(why) = &unit.unreadable {
            say("unread", &format!("{}: {why}", unit.address));
        }
    }
    for remark in &picture.remarks {
        say("note", remark);
    }
    lines.join("\n")
}

fn running(picture: &Picture<'_>) -> String {
    let Some(holder) = &picture.holder else { return "nothing".to_owned() };
    let Holder { run, actor, commit, acquired_at, expires_at: _, fence: _ } = holder;
    let by = actor.as_ref().map(|actor| format!(" by {actor}")).unwrap_or_default();
    let far = picture.current.as_ref().map(|record| format!(", {}", runs::far(record)));
    let commit = commit.as_ref().map(|commit| format!(" of {}", runs::commit(Some(commit))));
    format!(
        "run {}{}{by} since {}{}",
        runs::short(run),
        commit.unwrap_or_default(),
        sentences::time(*acquired_at),
        far.unwrap_or_default()
    )
}

fn applied(picture: &Picture<'_>) -> String {
    match &picture.whole {
        Some(whole) => {
            let what = match whole.commit.as_deref() {
                Some(commit) => runs::commit(Some(commit)),
                None => "what is in no commit",
            };
            format!(
                "{what} at {} by {} in {}",
                sentences::time(whole.started_at),
                runs::who(whole),
                runs::duration(whole)
            )
        }
        None if picture.last.is_some() => "never all at once, as far as is recorded".to_owned(),
        None => "never, as far as is recorded".to_owned(),
    }
}

/// The newest run, where it is not the one that applied everything.
fn failed(picture: &Picture<'_>) -> Option<String> {
    let last = picture.last.as_ref()?;
    let running = picture.holder.as_ref().map(|holder| holder.run.as_str());
    if running == Some(last.run.as_str()) || last.is_whole() {
        return None;
    }
    let status = runs::status(last, Life::Over);
    let cause = last
        .first_cause()
        .map(|(address, why)| format!(": {address}: {}", why.lines().next().unwrap_or_default()));
    Some(format!(
        "{}, {status}, {} at {} by {}, {}{}",
        runs::short(&last.run),
        runs::applied(last),
        sentences::time(last.started_at),
        runs::who(last),
        runs::far(last),
        cause.unwrap_or_default()
    ))
}

/// What git has that was not applied.
fn ahead(picture: &Picture<'_>) -> Vec<(&'static str, String)> {
    let found = match &picture.unapplied {
        None => return Vec::new(),
        Some(Err(why)) => return vec![("git", format!("what is not applied is not known: {why}"))],
        Some(Ok(found)) => found,
    };
    let Unapplied { branch, commits, is_beside } = found;
    let mut lines = Vec::new();
    if *is_beside {
        lines.push(("git", format!("what was applied is no part of {branch}")));
    }
    match commits.as_slice() {
        [] if !is_beside => lines.push(("git", format!("{branch} is applied"))),
        [] => {}
        commits => {
            let number = sentences::count(commits.len() as u64, "commit", "commits");
            let name = if *is_beside { "" } else { "git" };
            lines.push((name, format!("{branch} is {number} ahead of what was applied")));
            let named = commits.iter().take(NAMED);
            lines.extend(named.map(|commit| {
                ("", format!("  {}  {}", runs::commit(Some(&commit.id)), commit.subject))
            }));
            let more = commits.len().saturating_sub(NAMED);
            lines.extend((more > 0).then(|| ("", format!("  and {more} more"))));
        }
    }
    lines
}

fn next(picture: &Picture<'_>) -> String {
    let environment = picture.environment;
    if picture.unknown > 0 {
        let units = sentences::count(picture.unknown, "unit", "units");
        return format!("{units} cannot be told. Why: reconcile plan -e {environment}");
    }
    match picture.differing {
        0 => "AWS is as git says, as far as it was looked at.".to_owned(),
        1 => format!("1 unit is not as git says. Look: reconcile plan -e {environment}"),
        more => format!("{more} units are not as git says. Look: reconcile plan -e {environment}"),
    }
}

fn rows(units: &[UnitStatus]) -> Vec<[String; 4]> {
    units.iter().map(cells).collect()
}

fn cells(unit: &UnitStatus) -> [String; 4] {
    let UnitStatus { address, running, unreadable, declared } = unit;
    let name = if *declared { address.to_string() } else { format!("{address} (not declared)") };
    let Some(running) = running else {
        // Why stands above, where it has room.
        let state = if unreadable.is_some() { "unreadable" } else { "absent" };
        return [name, state.to_owned(), String::new(), String::new()];
    };
    let since = running.since.map(sentences::time).unwrap_or_default();
    let commit = runs::commit(running.commit.as_deref()).to_owned();
    [name, visible::text(&running.state).into_owned(), commit, since]
}

#[cfg(test)]
mod tests {
    use reconcile_core::status::{Running, UnitStatus};
    use serde_json::json;

    use super::*;
    use crate::unapplied::Commit;
    use crate::views::runs::fixtures::record;

    fn units() -> Vec<UnitStatus> {
        let running = Running {
            state: "UPDATE_COMPLETE".to_owned(),
            commit: Some("3f2a9c1d4e5f60718293a4b5c6d7e8f901234567".to_owned()),
            since: Some("2026-11-21T20:52:09Z".parse().unwrap()),
            identity: String::new(),
        };
        let unit = |name: &str, running: Option<Running>, unreadable: Option<&str>| UnitStatus {
            address: name.parse().unwrap(),
            running,
            unreadable: unreadable.map(str::to_owned),
            declared: name != "stacks/old",
        };
        vec![
            unit("stacks/kms", Some(running.clone()), None),
            unit("stacks/old", Some(running), None),
            unit("stacks/iam", None, None),
            unit("stacks/trail", None, Some("access denied\u{1b}[2J")),
        ]
    }

    #[test]
    fn who_applies_what_is_applied_and_what_is_not() {
        let holder = json!({
            "run": "20261121T210000000Z-eeeeeeeeeeee", "actor": "院長",
            "commit": "4a2a9c1d4e5f60718293a4b5c6d7e8f901234567", "fence": 3,
            "acquiredAt": "2026-11-21T21:00:00Z", "expiresAt": "2026-11-21T21:01:00Z",
        });
        let commit =
            |id: &str, subject: &str| Commit { id: id.repeat(20), subject: subject.into() };
        let mut commits = vec![commit("1a", "端末を追加する"), commit("2b", "Keep logs longer")];
        commits.extend((0..9).map(|_| commit("3c", "more")));
        let branch = "origin/main".to_owned();
        let units = units();
        let picture = Picture {
            environment: "production",
            commit: Some("4a2a9c1d4e5f60718293a4b5c6d7e8f901234567"),
            units: &units,
            differing: 2,
            unknown: 0,
            holder: Some(serde_json::from_value(holder).unwrap()),
            current: Some(record("eeeeeeeeeeee", &json!({ "status": "running" }))),
            last: Some(record("cccccccccccc", &json!({}))),
            whole: Some(record("bbbbbbbbbbbb", &json!({ "status": "applied", "units": [] }))),
            unapplied: Some(Ok(Unapplied { branch, commits, is_beside: true })),
            remarks: vec!["the record of run `x`: it is gone".to_owned()],
        };
        let view = View { format: Format::Text, width: 80, budget: 0 };
        insta::assert_snapshot!(anstream::adapter::strip_str(&render(&picture, view)).to_string());
        let json = render(&picture, View { format: Format::Json, ..view });
        let json: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!(json["running"]["lease"]["actor"], "院長");
        assert_eq!(json["lastApplied"]["status"], "applied");
        assert_eq!(json["unapplied"]["commits"].as_array().unwrap().len(), 11);
        assert_eq!(json["lastRun"]["firstCause"]["address"], "stacks/trail");
    }
}
