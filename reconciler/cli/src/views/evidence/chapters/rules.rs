//! What the rules say, control by control, and what is excepted from them.

use reconcile_guard::{Judgement, Standing};
use serde_json::json;

use crate::views::controls;
use crate::views::evidence::Chapter;
use crate::views::evidence::markdown::{Table, or_dash};
use crate::views::survey::{ExceptionKind, Sight};

/// What the rules say.
pub(super) fn rules(sight: &Sight) -> Chapter {
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

/// What git accepts for a time.
pub(super) fn exceptions(sight: &Sight) -> Chapter {
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
