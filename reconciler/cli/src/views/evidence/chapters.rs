//! The chapters: each a value, and tables of it.

use reconcile_core::plan::PlannedUnit;
use reconcile_core::report::Status;
use reconcile_core::verdict::{Change, Verdict};
use reconcile_engine::state::history::History;
use reconcile_engine::state::record::{RunRecord, RunStatus};
use reconcile_guard::{Judgement, Standing};
use serde::Serialize;
use serde_json::{Value as Json, json};

use super::super::survey::{Enrolment, ExceptionKind, Sight};
use super::super::{controls, sentences};
use super::Chapter;
use super::markdown::{Table, or_dash, time};

/// All chapters, in the order in which they are read.
pub(super) fn of(sight: &Sight) -> [Chapter; 7] {
    [
        declared(sight),
        running(sight),
        differences(sight),
        runs(sight),
        rules(sight),
        certificates(sight),
        exceptions(sight),
    ]
}

fn declared(sight: &Sight) -> Chapter {
    let units = sight.declared.iter();
    let rows = units.clone().map(|(address, unit)| {
        let file = format!("`{}`", unit.sha256);
        vec![
            address.to_string(),
            unit.physical_name.clone(),
            unit.region.clone(),
            unit.file.clone(),
            file,
        ]
    });
    Chapter {
        name: "declared",
        title: "What is declared",
        about: "Every unit that git declares for the environment, the file that does so, and the SHA-256 of that file as it was read.",
        tables: vec![Table {
            title: None,
            heads: &["Unit", "Name in AWS", "Region", "File", "SHA-256 of the file"],
            rows: rows.collect(),
            empty: "Nothing is declared.",
        }],
        json: units.map(|(address, unit)| with(&json!({ "address": address }), unit)).collect(),
    }
}

fn running(sight: &Sight) -> Chapter {
    let rows = sight.running.iter().map(|unit| {
        let running = unit.running.as_ref();
        let absent = unit
            .unreadable
            .as_ref()
            .map_or("absent".to_owned(), |why| format!("unreadable: {why}"));
        let name = if unit.declared {
            unit.address.to_string()
        } else {
            format!("{} (not declared)", unit.address)
        };
        vec![
            name,
            running.map_or(absent, |running| running.state.clone()),
            or_dash(running.and_then(|running| running.commit.clone())),
            or_dash(running.and_then(|running| running.since).map(time)),
            or_dash(
                running
                    .map(|running| running.identity.clone())
                    .filter(|identity| !identity.is_empty()),
            ),
        ]
    });
    Chapter {
        name: "running",
        title: "What runs",
        about: "What AWS showed of every unit: its state, the commit that last changed it, since when it is so, and its name in AWS.",
        tables: vec![Table {
            title: None,
            heads: &["Unit", "State", "Commit", "Since", "Identity"],
            rows: rows.collect(),
            empty: "Nothing runs.",
        }],
        json: json!(sight.running),
    }
}

fn differences(sight: &Sight) -> Chapter {
    let units = sight.report.plan().units().iter();
    let differing: Vec<_> = units.filter(|unit| unit.planned.verdict != Verdict::InSync).collect();
    let rows = differing.iter().map(|unit| {
        let verdict = &unit.planned.verdict;
        vec![
            unit.address.to_string(),
            sentences::word(verdict).to_owned(),
            since(unit, sight),
            sentences::reason(verdict).to_owned(),
        ]
    });
    let fields = differing.iter().flat_map(|unit| {
        let fields = unit.planned.verdict.change().map_or(&[][..], |change| &change.fields);
        fields.iter().map(|field| {
            vec![
                unit.address.to_string(),
                field.path.clone(),
                or_dash(field.before.clone()),
                or_dash(field.after.clone()),
            ]
        })
    });
    Chapter {
        name: "differences",
        title: "What differs",
        about: "Every unit that is not as git says, or of which that could not be told. Drift is what was changed in AWS outside git: it began after the last time at which the unit was known to be right.",
        tables: vec![
            Table {
                title: None,
                heads: &["Unit", "Verdict", "Since", "Why"],
                rows: rows.collect(),
                empty: "Nothing differs.",
            },
            Table {
                title: Some("Property by property"),
                heads: &["Unit", "Property", "In AWS", "In git"],
                rows: fields.collect(),
                empty: "No property differs.",
            },
        ],
        json: json!({
            "status": sight.report.status(),
            "planDigest": sight.report.digest(),
            "coverage": sight.report.coverage(),
            "units": differing.iter().map(|unit| difference(unit, sight)).collect::<Vec<_>>(),
        }),
    }
}

fn since(unit: &PlannedUnit, sight: &Sight) -> String {
    if !sentences::is_drift(&unit.planned.verdict) {
        return "-".to_owned();
    }
    let since = sight.drifted_since(&unit.address);
    let noticed = format!("noticed {}", time(since.noticed));
    match since.good {
        Some(good) => format!("after {}, {noticed}", time(good)),
        None => noticed,
    }
}

fn difference(unit: &PlannedUnit, sight: &Sight) -> Json {
    let verdict = &unit.planned.verdict;
    let change = verdict.change();
    json!({
        "address": unit.address,
        "verdict": verdict.word(),
        "action": change.map(|change| change.action),
        "reason": sentences::reason(verdict),
        "dangers": change.map_or(&[][..], |change: &Change| &change.dangers),
        "fields": change.map_or(&[][..], |change| &change.fields),
        "drift": sentences::is_drift(verdict).then(|| sight.drifted_since(&unit.address)),
    })
}

fn runs(sight: &Sight) -> Chapter {
    let (tables, json) = match &sight.history {
        Ok(history) => (
            told(history),
            json!({
                "newest": history.runs, "older": history.unread, "unreadable": history.remarks,
            }),
        ),
        Err(why) => {
            let rows = vec![vec![why.clone()]];
            let table =
                Table { title: None, heads: &["The records could not be read"], rows, empty: "" };
            (vec![table], json!({ "unseen": why }))
        }
    };
    Chapter {
        name: "runs",
        title: "Who applied what",
        about: "The newest run records of the state bucket. A run applies one commit under one plan's digest; whoever merged that commit into the protected branch approved it. `As` is whom AWS saw, by STS; `Actor` is the person or job that the run was recorded for.",
        tables,
        json,
    }
}

fn told(history: &History) -> Vec<Table> {
    let run = |run: &RunRecord| {
        vec![
            time(run.started_at),
            ended(run.status),
            or_dash(run.actor.clone()),
            run.caller.clone(),
            or_dash(run.commit.clone()),
            run.plan_digest.short().to_owned(),
            run.run.clone(),
        ]
    };
    let units = history.runs.iter().flat_map(|run| run.units.iter().map(move |unit| (run, unit)));
    let units = units.map(|(run, unit)| {
        vec![
            run.run.clone(),
            unit.address.to_string(),
            or_dash(unit.action.map(|action| action.word())),
            unit.outcome.word().to_owned(),
            or_dash(unit.outcome.why()),
        ]
    });
    let unreadable = history.remarks.iter().map(|why| vec![why.clone()]);
    vec![
        Table {
            title: None,
            heads: &["Begun", "Result", "Actor", "As", "Commit", "Plan", "Run"],
            rows: history.runs.iter().map(run).collect(),
            empty: "No run is on record.",
        },
        Table {
            title: Some("Unit by unit"),
            heads: &["Run", "Unit", "Action", "Outcome", "Why"],
            rows: units.collect(),
            empty: "No unit was changed.",
        },
        Table {
            title: Some("Records that cannot be read"),
            heads: &["Why"],
            rows: unreadable.collect(),
            empty: "None.",
        },
    ]
}

fn rules(sight: &Sight) -> Chapter {
    let (tables, json) = match &sight.judgement {
        Ok(judgement) => (judged(judgement), json!(judgement.rules)),
        Err(why) => {
            let rows = vec![vec![why.clone()]];
            let heads = &["The rules could not be asked"];
            (vec![Table { title: None, heads, rows, empty: "" }], json!({ "unseen": why }))
        }
    };
    Chapter {
        name: "rules",
        title: "Rules",
        about: "What the rules of `infra/rules` say of the templates and declarations at this commit, by the control that they serve and one by one. A rule that is not applicable found nothing that it asks about.",
        tables,
        json,
    }
}

fn judged(judgement: &Judgement) -> Vec<Table> {
    let all = &judgement.rules;
    let by_control = controls::of_all(all).into_iter().map(|control| {
        let serving: Vec<_> =
            all.iter().filter(|rule| controls::of(rule).contains(&control)).collect();
        let count =
            |standing| serving.iter().filter(|rule| rule.standing == standing).count().to_string();
        let names: Vec<_> = serving.iter().map(|rule| rule.rule.as_str()).collect();
        let counts =
            [Standing::Kept, Standing::Excepted, Standing::Broken, Standing::NotApplicable];
        std::iter::once(control.clone())
            .chain(counts.map(count))
            .chain([names.join(", ")])
            .collect()
    });
    let rules = all.iter().map(|rule| {
        let files = rule.checked.len().to_string();
        vec![
            rule.rule.clone(),
            standing(rule.standing).to_owned(),
            rule.keeps.clone(),
            files,
            rule.file.clone(),
        ]
    });
    let findings = all.iter().flat_map(|rule| {
        rule.findings.iter().map(|found| {
            vec![
                rule.rule.clone(),
                format!("{}:{}", found.file, found.line),
                or_dash(found.resource.clone()),
                found.message.clone(),
                if found.excepted { "yes" } else { "no" }.to_owned(),
            ]
        })
    });
    vec![
        Table {
            title: Some("By control"),
            heads: &["Control", "Kept", "Excepted", "Broken", "Not applicable", "Rules"],
            rows: by_control.collect(),
            empty: "No rule names a control.",
        },
        Table {
            title: Some("Rule by rule"),
            heads: &["Rule", "Result", "Keeps", "Files", "Stands in"],
            rows: rules.collect(),
            empty: "There are no rules.",
        },
        Table {
            title: Some("Findings"),
            heads: &["Rule", "Where", "Resource", "What", "Excepted"],
            rows: findings.collect(),
            empty: "None.",
        },
    ]
}

fn standing(standing: Standing) -> &'static str {
    match standing {
        Standing::NotApplicable => "not applicable",
        Standing::Kept => "kept",
        Standing::Excepted => "excepted",
        Standing::Broken => "broken",
    }
}

fn certificates(sight: &Sight) -> Chapter {
    let terminals = sight.terminals.iter().flat_map(terminal_rows);
    let authorities = sight.authorities.iter().map(|authority| {
        vec![
            authority.subject.clone(),
            time(authority.not_after),
            authority.fingerprint.clone(),
            authority.address.to_string(),
        ]
    });
    let signatures = sight.signatures.iter().map(|signature| {
        let signed = signature.signed.as_ref();
        let state = match (&signature.revoked, signed) {
            (Some(why), _) => format!("revoked: {why}"),
            (None, Some(_)) => "signed".to_owned(),
            (None, None) => "not signed".to_owned(),
        };
        let runs =
            signature.is_running().map(|same| if same { "this package" } else { "something else" });
        vec![
            signature.address.to_string(),
            state,
            or_dash(signed.and_then(|signed| signed.expires).map(time)),
            or_dash(signed.map(|signed| signed.profile_version.clone())),
            or_dash(signed.and_then(|signed| signed.commit.clone())),
            or_dash(runs),
        ]
    });
    let terminal_json =
        |enrolment: &Enrolment| with(&json!({ "address": enrolment.address }), &enrolment.terminal);
    Chapter {
        name: "certificates",
        title: "Certificates and signatures",
        about: "Every certificate that was issued for a declared terminal, the CAs that terminals are known by, and the signatures of what the functions run. `Allowed` is whether the terminal is let in with it.",
        tables: vec![
            Table {
                title: Some("Terminals"),
                heads: &[
                    "Terminal",
                    "Clinic",
                    "In git",
                    "Serial number",
                    "Issued",
                    "Good until",
                    "Revoked",
                    "Allowed",
                    "Commit",
                ],
                rows: terminals.collect(),
                empty: "No terminal is declared.",
            },
            Table {
                title: Some("Certificate authorities"),
                heads: &["Subject", "Good until", "SHA-256", "Truststore"],
                rows: authorities.collect(),
                empty: "No truststore holds a CA.",
            },
            Table {
                title: Some("Signatures"),
                heads: &[
                    "Package",
                    "State",
                    "Good until",
                    "Signed by",
                    "Commit",
                    "The function runs",
                ],
                rows: signatures.collect(),
                empty: "No package is declared.",
            },
        ],
        json: json!({
            "terminals": sight.terminals.iter().map(terminal_json).collect::<Vec<_>>(),
            "authorities": sight.authorities,
            "signatures": sight.signatures,
        }),
    }
}

/// A line for each certificate; one without any for a terminal that has none.
fn terminal_rows(enrolment: &Enrolment) -> Vec<Vec<String>> {
    let terminal = &enrolment.terminal;
    let begin =
        || vec![terminal.name.clone(), terminal.clinic.clone(), terminal.declared.to_owned()];
    let dashes = |count| std::iter::repeat_n("-".to_owned(), count);
    if terminal.certificates.is_empty() {
        return vec![begin().into_iter().chain(dashes(6)).collect()];
    }
    let rows = terminal.certificates.iter().map(|certificate| {
        let allowed = terminal.registered == Some("enrolled")
            && terminal.allowed.contains(&certificate.serial);
        let mut row = begin();
        row.extend([
            certificate.serial.clone(),
            time(certificate.issued),
            time(certificate.not_after),
            or_dash(certificate.revoked.map(time)),
            if allowed { "yes" } else { "no" }.to_owned(),
            or_dash(certificate.commit.clone()),
        ]);
        row
    });
    rows.collect()
}

fn exceptions(sight: &Sight) -> Chapter {
    let rows = sight.exceptions.iter().map(|one| {
        let kind = match one.kind {
            ExceptionKind::Rule => "rule",
            ExceptionKind::Drift => "drift",
        };
        let columns = [&one.unit, kind, &one.subject, &one.reason, &one.until];
        columns.map(str::to_owned).to_vec()
    });
    Chapter {
        name: "exceptions",
        title: "Exceptions",
        about: "What git accepts for a time although it is not as it should be, why, and the last day of it.",
        tables: vec![Table {
            title: None,
            heads: &["Unit", "Of", "What is accepted", "Why", "Until"],
            rows: rows.collect(),
            empty: "Nothing is accepted by exception.",
        }],
        json: json!(sight.exceptions),
    }
}

/// The word for a result.
pub(super) fn word(status: Status) -> String {
    match status {
        Status::InSync => "in sync",
        Status::Changes => "something differs",
        Status::Applied => "applied",
        Status::Partial => "partly applied",
        Status::Blocked => "something waits for a person",
        Status::Error => "incomplete, or something failed",
    }
    .to_owned()
}

fn ended(status: RunStatus) -> String {
    match status {
        RunStatus::Running => "running or killed".to_owned(),
        RunStatus::Ended(status) => word(status),
    }
}

/// An object with the fields of another one behind its own.
fn with(begin: &Json, rest: &impl Serialize) -> Json {
    let mut value = begin.clone();
    if let (Json::Object(value), Ok(Json::Object(rest))) = (&mut value, serde_json::to_value(rest))
    {
        value.extend(rest);
    }
    value
}
