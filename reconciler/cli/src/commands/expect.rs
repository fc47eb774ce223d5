//! The plan that somebody reviewed, as `reconcile plan --output json` wrote it.

use std::collections::BTreeMap;
use std::path::Path;

use reconcile_core::plan::Plan;
use reconcile_core::problem::Problem;
use serde::Deserialize;

/// How a plan differs from the one that is expected, by its digest or its file; nothing if it is the same.
pub(super) fn deviation(plan: &Plan, expected: Option<&str>) -> Result<Option<String>, Problem> {
    let Some(expected) = expected else { return Ok(None) };
    let digest = plan.digest();
    if digest.matches(expected) {
        return Ok(None);
    }
    let Some(reviewed) = Reviewed::read(expected)? else {
        return Ok(Some(format!("the plan is `{}`, not `{expected}`", digest.short())));
    };
    if digest.matches(&reviewed.plan_digest) {
        return Ok(None);
    }
    let differences = reviewed.differences(plan).join("; ");
    Ok(Some(format!("the plan is not the one that was reviewed: {differences}")))
}

/// What is needed of a reviewed plan.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Reviewed {
    plan_digest: String,
    units: Vec<ReviewedUnit>,
}

#[derive(Debug, Deserialize)]
struct ReviewedUnit {
    address: String,
    verdict: String,
    action: Option<String>,
    fields: Vec<ReviewedField>,
}

#[derive(Debug, PartialEq, Eq, Deserialize)]
struct ReviewedField {
    path: String,
    before: Option<String>,
    after: Option<String>,
}

impl Reviewed {
    /// Reads the file, if what was expected is one and not a digest.
    fn read(expected: &str) -> Result<Option<Self>, Problem> {
        let path = Path::new(expected);
        if !path.is_file() {
            return Ok(None);
        }
        let failed = |why: &dyn std::fmt::Display| {
            Problem::whole(format!("`{expected}` is not a plan that `--output json` wrote: {why}"))
        };
        let text = std::fs::read_to_string(path).map_err(|error| failed(&error))?;
        serde_json::from_str(&text).map(Some).map_err(|error| failed(&error))
    }

    /// What the plan is now, where it was reviewed otherwise: a sentence a unit.
    fn differences(&self, plan: &Plan) -> Vec<String> {
        let mut reviewed: BTreeMap<&str, &ReviewedUnit> =
            self.units.iter().map(|unit| (unit.address.as_str(), unit)).collect();
        let mut differences = Vec::new();
        for unit in plan.units() {
            let address = unit.address.to_string();
            let verdict = &unit.planned.verdict;
            let now =
                verdict.change().map_or_else(|| verdict.word(), |change| change.action.word());
            match reviewed.remove(address.as_str()) {
                None => differences.push(format!("`{address}` is new: {now}")),
                Some(then) => {
                    let was = then.action.as_deref().unwrap_or(&then.verdict);
                    if was != now {
                        differences.push(format!("`{address}` was `{was}` and is `{now}`"));
                    } else if then.fields != fields(verdict) {
                        differences.push(format!("`{address}` changes other properties"));
                    }
                }
            }
        }
        differences.extend(reviewed.keys().map(|address| format!("`{address}` is gone")));
        if differences.is_empty() {
            differences.push("git or AWS is not in the state it was in then".to_owned());
        }
        differences
    }
}

fn fields(verdict: &reconcile_core::verdict::Verdict) -> Vec<ReviewedField> {
    let change = verdict.change().into_iter();
    let fields = change.flat_map(|change| &change.fields);
    fields
        .map(|field| ReviewedField {
            path: field.path.clone(),
            before: field.before.clone(),
            after: field.after.clone(),
        })
        .collect()
}
