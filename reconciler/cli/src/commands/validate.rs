//! `reconcile validate`: everything that can be known without asking AWS.

use reconcile_guard::{ExceptionRecord, Judgement};

use super::{Context, Failure};
use crate::exit::Exit;
use crate::views::Format;
use crate::views::sentences::count;
use crate::workspace::{Selector, Workspace};

pub(super) fn run(context: &Context) -> Result<Exit, Failure> {
    let workspace = Workspace::find(&context.global)?;
    let selector = Selector::new(&context.global)?;
    let (worlds, judgement) = match context.global.environment.as_deref() {
        Some(named) => {
            let (world, judgement) = workspace.lawful_world(Some(named), &selector)?;
            (vec![world], judgement)
        }
        None => workspace.every_lawful_world(&selector)?,
    };
    let units: usize = worlds.iter().map(|world| world.units().count()).sum();
    let names: Vec<_> = worlds.iter().map(|world| world.environment.name.as_str()).collect();
    let said = |format| match format {
        Format::Json => serde_json::json!({
            "formatVersion": "1.0", "status": "valid", "units": units,
            "environments": names, "errors": [],
            "rules": judgement.rules, "exceptions": judgement.exceptions,
        })
        .to_string(),
        Format::Text | Format::Markdown => {
            format!("Valid: {units} units in {}{}", names.join(", "), lawful(&judgement))
        }
    };
    let view = context.view();
    let exit = context.result(&said(view.format), Exit::Good);
    Ok(context.published(context.global.publish.valid(view, &said), exit))
}

/// The rules that were kept, and who need not keep which.
fn lawful(judgement: &Judgement) -> String {
    let rules = judgement.rules.len() as u64;
    if rules == 0 {
        return ".".to_owned();
    }
    let rules = count(rules, "rule", "rules");
    let exceptions = count(judgement.exceptions.len() as u64, "exception", "exceptions");
    if judgement.exceptions.is_empty() {
        return format!(", {rules}.");
    }
    let list = judgement.exceptions.iter().map(ExceptionRecord::sentence);
    let list: Vec<_> = list.map(|sentence| format!("\n  {sentence}")).collect();
    format!(", {rules}, {exceptions}:{}", list.concat())
}
