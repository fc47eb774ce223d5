//! The decision about a function: whether it runs the package that git says, signed by whom git says.
//!
//! `CloudFormation` compares neither a function's code nor who signed it, so it never finds this out. Deploying
//! what git changed is the stack's: while that is still to come, there is nothing to compare, and the unit follows it.

use reconcile_core::coverage::Coverage;
use reconcile_core::digest::Digest;
use reconcile_core::input::Value;
use reconcile_core::verdict::{Action, Change, Effect, FieldChange, Verdict};
use reconcile_engine::kind::PlanContext;

use super::Draft;
use crate::spec::{Function, output};
use crate::state::{SeenCodeSigning, SeenFunction};
use crate::step::{Deployment, Step};

/// A property of a function, as git says and as it is.
struct Compared {
    /// Lambda's word for it.
    name: &'static str,
    wanted: Value,
    seen: Option<String>,
}

/// Of all that is declared.
pub(super) fn desired(function: &Function, context: &PlanContext<'_>) -> Digest {
    let resolve = |text| context.inputs.resolve(text);
    let wanted = [output::SHA256, output::KEY, output::VERSION, output::ARCHITECTURE];
    let wanted = wanted.map(|name| context.inputs.get(&function.of_package(name)));
    let config = function.code_signing_config.as_ref().map(resolve);
    Digest::of_json(&(resolve(&function.name), wanted, config))
}

/// Of a function that does not exist, or that nobody can name yet.
pub(super) fn absent(function: &Function, context: &PlanContext<'_>) -> Draft {
    let reason = match context.inputs.resolve(&function.name) {
        Value::Known(name) => {
            format!("the function `{name}` does not exist: its stack has to make it")
        }
        Value::Pending(after) => {
            let after: Vec<_> = after.iter().map(|unit| format!("`{unit}`")).collect();
            format!("its function comes with {}", after.join(" and "))
        }
    };
    match deployment(function, context) {
        Some(deployment) => {
            let change = Change::new(Action::Create, reason);
            Draft::change(change, vec![Step::Deploy(deployment)])
        }
        None => Draft::change(Change::new(Action::Follow, reason), Vec::new()),
    }
}

pub(super) fn present(
    function: &Function,
    seen: &SeenFunction,
    context: &PlanContext<'_>,
) -> Draft {
    let is_made = deployment(function, context).is_some();
    let code = code(function, seen, context).into_iter();
    let code: Vec<_> = code.filter_map(Compared::difference).collect();
    let config = code_signing(function, seen, context);
    let checked = u64::from(is_made) + u64::from(config.is_some());
    let config = config.and_then(Compared::difference);
    let coverage = Coverage { checked, ..Coverage::default() };
    if code.is_empty() && config.is_none() {
        let verdict = if is_made { Verdict::InSync } else { following(function) };
        return Draft { coverage, ..Draft::of(verdict) };
    }
    let (action, reason) = reason(function, seen, context, (&code, config.as_ref()));
    let steps = steps(function, context, (!code.is_empty(), config.is_some()));
    let fields = code.into_iter().chain(config).collect();
    let change = Change { fields, ..Change::new(action, reason) };
    Draft { coverage, ..Draft::change(change, steps.unwrap_or_default()) }
}

/// Of a function that still runs what it ran before.
fn following(function: &Function) -> Verdict {
    let reason = format!("it is to run what `{}` becomes", function.package);
    Verdict::Change(Change::new(Action::Follow, reason))
}

/// Nothing as long as the package is still to be made.
fn code(function: &Function, seen: &SeenFunction, context: &PlanContext<'_>) -> Vec<Compared> {
    if deployment(function, context).is_none() {
        return Vec::new();
    }
    let of = |name, output, seen: Option<String>| Compared {
        name,
        wanted: context.inputs.get(&function.of_package(output)),
        seen,
    };
    vec![
        of("CodeSha256", output::SHA256, Some(seen.code_sha256.clone())),
        of("SigningJobArn", output::SIGNING_JOB, seen.signing_job.clone()),
        of(
            "SigningProfileVersionArn",
            output::SIGNING_PROFILE_VERSION,
            seen.signing_profile_version.clone(),
        ),
        of("Architectures", output::ARCHITECTURE, Some(seen.architecture.clone())),
    ]
}

/// None unless git says which configuration it is, and it was looked at.
fn code_signing(
    function: &Function,
    seen: &SeenFunction,
    context: &PlanContext<'_>,
) -> Option<Compared> {
    let wanted = context.inputs.resolve(function.code_signing_config.as_ref()?);
    let seen = match &seen.code_signing {
        SeenCodeSigning::Unasked => return None,
        SeenCodeSigning::None => None,
        SeenCodeSigning::Config(arn) => Some(arn.clone()),
    };
    Some(Compared { name: "CodeSigningConfigArn", wanted, seen })
}

fn reason(
    function: &Function,
    seen: &SeenFunction,
    context: &PlanContext<'_>,
    (code, config): (&[FieldChange], Option<&FieldChange>),
) -> (Action, String) {
    let signer = context.inputs.get(&function.of_package(output::SIGNING_PROFILE_VERSION));
    let is_ours =
        signer.known().is_none_or(|ours| seen.signing_profile_version.as_deref() == Some(ours));
    let other = code.iter().any(|field| field.path == "CodeSha256");
    let code = match (&seen.signing_job, other) {
        _ if code.is_empty() => None,
        (None, _) => Some((Action::Revert, "it runs code that nobody signed")),
        (Some(_), _) if !is_ours => {
            Some((Action::Revert, "it runs code that another profile or version signed"))
        }
        (Some(_), true) => Some((Action::Update, "it runs other code than git says")),
        (Some(_), false) => Some((Action::Revert, "it runs git's code otherwise than git says")),
    };
    let config = config.map(|_| "its code-signing configuration is another one");
    match (code, config) {
        (Some((action, code)), Some(config)) => (action, format!("{code}, and {config}")),
        (Some((action, code)), None) => (action, code.to_owned()),
        (None, config) => (Action::Revert, config.unwrap_or_default().to_owned()),
    }
}

/// None as long as something that they need is pending.
fn steps(
    function: &Function,
    context: &PlanContext<'_>,
    (deploys, enforces): (bool, bool),
) -> Option<Vec<Step>> {
    let mut steps = Vec::new();
    // First: the declared configuration judges the declared code.
    if enforces {
        let config = context.inputs.resolve(function.code_signing_config.as_ref()?);
        let name = context.inputs.resolve(&function.name);
        let (function, config) = (name.known()?.to_owned(), config.known()?.to_owned());
        steps.push(Step::Enforce { function, config });
    }
    if deploys {
        steps.push(Step::Deploy(deployment(function, context)?));
    }
    Some(steps)
}

fn deployment(function: &Function, context: &PlanContext<'_>) -> Option<Deployment> {
    let of_package = |name| {
        let value = context.inputs.get(&function.of_package(name));
        value.known().map(str::to_owned)
    };
    Some(Deployment {
        function: context.inputs.resolve(&function.name).known()?.to_owned(),
        bucket: of_package(output::BUCKET)?,
        key: of_package(output::KEY)?,
        version: of_package(output::VERSION)?,
        architecture: of_package(output::ARCHITECTURE)?,
    })
}

impl Compared {
    fn difference(self) -> Option<FieldChange> {
        let Self { name, wanted, seen } = self;
        if wanted.known() == seen.as_deref() {
            return None;
        }
        let after = Some(wanted.to_string());
        Some(FieldChange { path: name.to_owned(), before: seen, after, effect: Effect::InPlace })
    }
}
