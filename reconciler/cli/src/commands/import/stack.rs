//! `reconcile import stack`: an existing stack.

use clap::Args;
use reconcile_core::address::Address;
use reconcile_core::problem::Problem;
use reconcile_kind_stack::import::{self, Found, Naming};

use super::super::Failure;
use super::{Evidence, Place, Proposal};
use crate::views::edit::Step;
use crate::workspace::Workspace;

/// Where templates and policies are.
const INFRA: &str = "infra";

/// Arguments of `import stack`.
#[derive(Debug, Args)]
pub(crate) struct StackArgs {
    /// The stack's name or ARN.
    #[arg(value_name = "STACK")]
    stack: String,
    /// What it is called under `desired/stacks/`; otherwise as in AWS.
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// The region; otherwise the ARN's, or the environment's.
    #[arg(long, value_name = "REGION")]
    region: Option<String>,
    /// Write over files that are there.
    #[arg(long)]
    force: bool,
}

pub(super) async fn propose(place: &Place<'_>, args: &StackArgs) -> Result<Proposal, Failure> {
    let StackArgs { stack, name, region, force } = args;
    let environment = &*place.session.environment;
    let of_arn = stack.strip_prefix("arn:").and_then(|rest| rest.split(':').nth(2));
    let region = region.as_deref().or(of_arn).unwrap_or_else(|| environment.target.region());
    if !environment.all_regions().any(|known| known == region) {
        let name = &environment.name;
        let message = format!("the environment `{name}` is not in {region}");
        let hint = format!("add it to `regions` in `desired/environments/{name}.yaml`");
        return Err(Problem::whole(message).hint(hint).into());
    }
    let found = import::find(place.session, region, stack).await?;
    let name = name.clone().unwrap_or_else(|| found.described.name.to_ascii_lowercase());
    let address: Address = format!("stacks/{name}")
        .parse()
        .map_err(|error| Problem::whole(format!("{error}")).hint("give it a name with `--name`"))?;
    if let Some(obstacle) = found.obstacle(&address, environment) {
        return Err(Failure::Refused(obstacle));
    }
    let mut files = Vec::new();
    let template = placed(place.workspace, &found.template, &template_path(&name, &found))?;
    files.extend(template.is_new.then(|| (template.path.clone(), found.template.clone())));
    let policy = found.policy.as_deref().map(|policy| {
        placed(place.workspace, policy, &format!("{INFRA}/{name}.policy.json"))
            .map(|placed| (placed, policy.to_owned()))
    });
    let policy = policy.transpose()?;
    if let Some((placed, policy)) = policy.as_ref().filter(|(placed, _)| placed.is_new) {
        files.push((placed.path.clone(), policy.clone()));
    }
    let naming = Naming {
        name: &name,
        environment,
        template: &template.path,
        policy: policy.as_ref().map(|(placed, _)| placed.path.as_str()),
    };
    let declared = found.declared(naming);
    let file = format!("desired/stacks/{name}.yaml");
    let open = (!declared.hidden.is_empty()).then(|| {
        let what = format!(
            "AWS does not show the values of NoEcho parameters ({}). Keep each in Secrets Manager or SSM, and say where in {file}; until then `reconcile validate` refuses the file:",
            declared.hidden.join(", ")
        );
        Step::new(what, "\"{{resolve:secretsmanager:NAME:SecretString:KEY}}\"")
    });
    files.push((file, declared.text));
    let (notes, evidence) = (declared.notes, Evidence::Plan);
    let consequences = Vec::new();
    Ok(Proposal { address, files, open, consequences, notes, evidence, force: *force })
}

/// Where a text stands, or is going to.
struct Placed {
    path: String,
    is_new: bool,
}

/// Takes the file that has these very bytes, or else the one that is named.
fn placed(workspace: &Workspace, text: &str, otherwise: &str) -> Result<Placed, Problem> {
    let failed = |error| Problem::whole(format!("failed to read `{INFRA}/`: {error}"));
    for path in workspace.files.list(INFRA).map_err(failed)? {
        let bytes = workspace.files.read(&path).map_err(failed)?;
        if bytes.as_deref() == Some(text.as_bytes()) {
            return Ok(Placed { path, is_new: false });
        }
    }
    Ok(Placed { path: otherwise.to_owned(), is_new: true })
}

fn template_path(name: &str, found: &Found) -> String {
    let is_json = found.template.trim_start().starts_with('{');
    format!("{INFRA}/{name}.{}", if is_json { "json" } else { "yaml" })
}
