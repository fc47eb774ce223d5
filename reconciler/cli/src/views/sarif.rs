//! Problems as SARIF 2.1.0, which code scanning shows beside the lines of a pull request.

use reconcile_core::comparison::Comparison;
use reconcile_core::plan::PlannedUnit;
use reconcile_core::problem::{Place, Problem};
use reconcile_core::report::Report;
use reconcile_core::verdict::Verdict;
use serde_json::{Value as Json, json};

/// Where the format is defined.
const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

/// What a finding is about: its identifier, and what it says in general.
type Rule = (&'static str, &'static str);

/// Something is wrong with what is declared.
const DECLARATION: Rule = ("declaration", "What is declared cannot be understood or does not fit");
/// Something that only a person can give is missing.
const BLOCKED: Rule = ("blocked", "A change is held back until a person decides");
/// Something could not be seen.
const UNKNOWN: Rule = ("unknown", "It cannot be told what differs");

/// What is wrong with files; none if nothing is.
pub(super) fn render_failure(problems: &[Problem]) -> String {
    write(&problems.iter().map(of_problem).collect::<Vec<_>>())
}

/// What a report holds back or could not see.
pub(super) fn render(report: &Report) -> String {
    write(&report.plan().units().iter().filter_map(of_unit).collect::<Vec<_>>())
}

/// The same of every environment of a comparison, and what is wrong with the revision before.
pub(super) fn render_comparison(comparison: &Comparison) -> String {
    let reports = comparison.environments.iter().map(|compared| &compared.report);
    let units = reports.flat_map(|report| report.plan().units()).filter_map(of_unit);
    write(&comparison.unread.iter().map(of_problem).chain(units).collect::<Vec<_>>())
}

fn write(results: &[Json]) -> String {
    let rule = |(id, text): Rule| json!({ "id": id, "shortDescription": { "text": text } });
    let log = json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "reconcile",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": [rule(DECLARATION), rule(BLOCKED), rule(UNKNOWN)],
            } },
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    });
    // Plain data with string keys always serialises.
    serde_json::to_string_pretty(&log).unwrap_or_default()
}

fn of_problem(Problem { place, message, hint }: &Problem) -> Json {
    let text = hint.as_ref().map_or_else(|| message.clone(), |hint| format!("{message}\n{hint}"));
    let locations: Vec<_> = place.iter().map(location).collect();
    result(DECLARATION, &text, &locations)
}

fn of_unit(unit: &PlannedUnit) -> Option<Json> {
    let (rule, text) = match &unit.planned.verdict {
        Verdict::InSync | Verdict::Change(_) => return None,
        Verdict::Blocked { why, unblock, change: _ } => (BLOCKED, format!("{why}\n{unblock}")),
        Verdict::Unknown { why } => (UNKNOWN, why.clone()),
    };
    let name = unit.address.to_string();
    let location = json!({ "logicalLocations": [{ "fullyQualifiedName": name }] });
    Some(result(rule, &text, &[location]))
}

fn result((id, _): Rule, text: &str, locations: &[Json]) -> Json {
    json!({ "ruleId": id, "level": "error", "message": { "text": text }, "locations": locations })
}

fn location(place: &Place) -> Json {
    let (line, column) = place.line_column();
    let uri = uri(&place.file.path);
    let base = json!({ "uri": uri, "uriBaseId": "%SRCROOT%" });
    let region = json!({ "startLine": line, "startColumn": column });
    json!({ "physicalLocation": { "artifactLocation": base, "region": region } })
}

/// A path as a relative reference: what a URI may not contain is written as its bytes.
fn uri(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    for byte in path.bytes() {
        let is_plain = byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte);
        if is_plain {
            uri.push(char::from(byte));
        } else {
            uri.extend(format!("%{byte:02X}").chars());
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::{render, render_failure, uri};
    use crate::views::fixtures;

    #[test]
    fn a_problem_has_its_rule_file_line_and_column() {
        let log: serde_json::Value =
            serde_json::from_str(&render_failure(&fixtures::problems())).unwrap();
        assert_eq!(log["version"], "2.1.0");
        let run = &log["runs"][0];
        let rules: Vec<_> = run["tool"]["driver"]["rules"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| &one["id"])
            .collect();
        let results = run["results"].as_array().unwrap();
        assert_eq!(results.len(), fixtures::problems().len());
        assert!(results.iter().all(|result| rules.contains(&&result["ruleId"])));
        let first = &results[0];
        assert!(first["message"]["text"].as_str().unwrap().contains("terminationProtect"));
        let place = &first["locations"][0]["physicalLocation"];
        assert_eq!(place["artifactLocation"]["uri"], "desired/stacks/kms.yaml");
        assert_eq!(place["region"], serde_json::json!({ "startLine": 4, "startColumn": 1 }));
        let whole = results.last().unwrap();
        assert_eq!(whole["locations"], serde_json::json!([]), "it is wrong with no one line");
    }

    #[test]
    fn without_problems_there_are_no_results() {
        let log: serde_json::Value = serde_json::from_str(&render_failure(&[])).unwrap();
        assert_eq!(log["runs"][0]["results"], serde_json::json!([]));
    }

    #[test]
    fn a_plan_tells_what_it_holds_back() {
        let log: serde_json::Value = serde_json::from_str(&render(&fixtures::plan())).unwrap();
        let results = log["runs"][0]["results"].as_array().unwrap();
        assert!(results.iter().any(|result| result["ruleId"] == "blocked"), "{log}");
    }

    #[test]
    fn a_path_is_a_reference() {
        assert_eq!(uri("desired/医院 1.yaml"), "desired/%E5%8C%BB%E9%99%A2%201.yaml");
    }
}
