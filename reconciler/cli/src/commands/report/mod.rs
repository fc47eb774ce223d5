//! `reconcile report`: what one look found, as a page for people and as evidence for an auditor.

mod kinds;
mod survey;

use std::path::{Path, PathBuf};

use clap::Args;
use reconcile_core::problem::Problem;

use super::plan::depth;
use super::{Context, Failure};
use crate::args::{LookArgs, Output};
use crate::exit::Exit;
use crate::views::survey::Survey;
use crate::views::{evidence, html};

/// Arguments of `report`.
#[derive(Debug, Args)]
#[group(id = "written", required = true, multiple = true, args = ["html", "evidence"])]
pub(crate) struct ReportArgs {
    /// Write one page that needs nothing else: no server, no network.
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Write a folder for an auditor: Markdown, JSON, and the SHA-256 of each file.
    #[arg(long, value_name = "DIR")]
    evidence: Option<PathBuf>,
    /// The environments (repeatable); otherwise the one that says `default: true`.
    #[arg(short, long, value_name = "NAME")]
    environment: Vec<String>,
    #[command(flatten)]
    look: LookArgs,
}

pub(super) async fn run(context: &Context, args: &ReportArgs) -> Result<Exit, Failure> {
    let survey = survey::of(context, &args.environment, depth(args.look)).await?;
    let mut written = Vec::new();
    if let Some(file) = &args.html {
        write(file, html::render(&survey).as_bytes())?;
        written.push(file.clone());
    }
    if let Some(folder) = &args.evidence {
        for (name, text) in evidence::files(&survey) {
            let file = folder.join(name);
            write(&file, text.as_bytes())?;
            written.push(file);
        }
    }
    let exit = if survey.is_complete() { Exit::Good } else { Exit::Error };
    Ok(context.result(&summary(context.global.output, &survey, &written), exit))
}

fn write(file: &Path, bytes: &[u8]) -> Result<(), Problem> {
    let failed = |error: std::io::Error| {
        Problem::whole(format!("failed to write `{}`: {error}", file.display()))
    };
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder).map_err(failed)?;
    }
    std::fs::write(file, bytes).map_err(failed)
}

/// What was written, and of what.
fn summary(output: Output, survey: &Survey, written: &[PathBuf]) -> String {
    let files: Vec<_> = written.iter().map(|file| file.display().to_string()).collect();
    if output == Output::Json {
        let environments: serde_json::Map<_, _> =
            survey.environments.iter().map(|one| (one.name.clone(), calls(&one.sight))).collect();
        return serde_json::json!({
            "formatVersion": "1.0", "complete": survey.is_complete(),
            "files": files, "calls": environments,
        })
        .to_string();
    }
    let mut lines = Vec::new();
    for one in &survey.environments {
        match &one.sight {
            Ok(sight) => lines.push(format!(
                "{}: {} units, {} calls, {} writes",
                one.name,
                sight.report.plan().units().len(),
                sight.report.calls.total,
                sight.report.calls.writes
            )),
            Err(why) => lines.push(format!("{}: not seen: {}", one.name, why.join("; "))),
        }
    }
    lines.extend(files.iter().map(|file| format!("Wrote {file}")));
    lines.join("\n")
}

fn calls<E>(sight: &Result<Box<crate::views::survey::Sight>, E>) -> serde_json::Value {
    match sight {
        Ok(sight) => serde_json::json!(sight.report.calls),
        Err(_) => serde_json::Value::Null,
    }
}
