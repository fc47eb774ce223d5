//! What is refused, where, and with which advice.

mod anything;
mod desired;
mod edit;
mod schema;
mod scope;
mod yaml;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use jiff::civil;
use reconcile_core::problem::{Problem, ProblemRecord};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer};

use super::files::MemoryFiles;
use super::{Desired, KindInfo, load};

/// A kind with every sort of key.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(dead_code, reason = "most are only there to be refused")]
struct Raw {
    /// The template's path.
    template: String,
    #[serde(default)]
    parameters: BTreeMap<String, String>,
    termination_protection: Option<bool>,
    #[serde(default)]
    on_drift: OnDrift,
    #[serde(default)]
    capabilities: Vec<String>,
    #[serde(default)]
    ignore_drift: Vec<Ignore>,
    replicas: Option<u8>,
    depends_on: Option<OneOrMany>,
}

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
enum OnDrift {
    /// Only says so.
    #[default]
    Report,
    /// Puts it back.
    Revert,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(dead_code, reason = "only there to be refused")]
struct Ignore {
    resource: String,
    #[schemars(with = "String", extend("format" = "date"))]
    #[serde(deserialize_with = "recent")]
    until: civil::Date,
}

/// A parser that refuses what the schema cannot.
fn recent<'de, D: Deserializer<'de>>(deserializer: D) -> Result<civil::Date, D::Error> {
    let date = civil::Date::deserialize(deserializer)?;
    let recent = Some(date).filter(|date| date.year() > 2020);
    recent.ok_or_else(|| serde::de::Error::custom("that is long ago"))
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "only there to be refused")]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

#[derive(JsonSchema)]
struct Nothing {}

const STACK: KindInfo = KindInfo {
    word: "Stack",
    plural: "stacks",
    schema: || schemars::schema_for!(Raw),
    settings: || None,
};

const ARTIFACT: KindInfo = KindInfo {
    word: "Artifact",
    plural: "artifacts",
    schema: || schemars::schema_for!(Nothing),
    settings: || None,
};

const SANDBOX: &str = "kind: Environment\nname: sandbox\ndefault: true\ntarget: sandbox\n\
    stateBucket: clinic-state\nvariables: { prefix: clinic, domain: backup.example.jp }\n";

fn files() -> MemoryFiles {
    MemoryFiles::default()
        .with("desired/environments/sandbox.yaml", SANDBOX)
        .with("desired/stacks/kms.yaml", "kind: Stack\nname: kms\ntemplate: infra/kms.yaml\n")
}

fn loaded(files: &MemoryFiles) -> Result<Desired, Vec<Problem>> {
    load(files, &[STACK, ARTIFACT])
}

fn shown(problems: &[Problem]) -> String {
    let mut shown = String::new();
    for problem in problems {
        let ProblemRecord { message, file, line, column, hint } = ProblemRecord::from(problem);
        if let (Some(file), Some(line), Some(column)) = (file, line, column) {
            write!(shown, "{file}:{line}:{column}: ").unwrap();
        }
        writeln!(shown, "{message}").unwrap();
        if let Some(place) = &problem.place {
            let marked = &place.file.text[place.range.clone()];
            if !marked.is_empty() {
                writeln!(shown, "  at: {marked}").unwrap();
            }
        }
        if let Some(hint) = hint {
            writeln!(shown, "  hint: {hint}").unwrap();
        }
    }
    shown
}

fn refused(files: &MemoryFiles) -> String {
    shown(&loaded(files).unwrap_err())
}

/// What is wrong with one stack whose header is right.
fn stack(body: &str) -> String {
    refused(&files().with("desired/stacks/s3.yaml", format!("kind: Stack\nname: s3\n{body}")))
}
