//! The stack that `desired/` declares for the program itself, and its template with the environment's values in it.

use std::collections::BTreeMap;
use std::sync::Arc;

use reconcile_core::environment::{Environment, Target};
use reconcile_core::input::Outputs;
use reconcile_core::problem::Problem;
use reconcile_kind_stack::StackKind;
use reconcile_kind_stack::plan::evaluate::{Evaluated, Setting};
use reconcile_kind_stack::spec::Spec;
use reconcile_sandbox::ACCOUNT;
use serde_json::Value as Json;

use super::super::{Context, Failure};
use crate::workspace::Workspace;

/// The unit's address.
pub(super) const ADDRESS: &str = "stacks/bootstrap";

/// The stack, as far as it is known without AWS.
pub(super) struct Bootstrap {
    pub(super) template: Evaluated,
    /// The template's path.
    pub(super) path: String,
    environment: Arc<Environment>,
}

impl Bootstrap {
    /// What the environment declares.
    pub(super) fn declared(context: &Context) -> Result<Self, Failure> {
        let workspace = Workspace::find(&context.global)?;
        let name = context.global.environment.as_deref();
        let environment = workspace.world(name)?.environment;
        let units = workspace.units_of::<StackKind>(name)?;
        let unit = units.into_iter().find(|unit| unit.address.to_string() == ADDRESS);
        let Some(unit) = unit else {
            let message = format!("`{ADDRESS}` is not declared in `{}`", environment.name);
            let hint = "declare what reconcile itself needs in desired/stacks/bootstrap.yaml, \
                        of a template such as infra/bootstrap.yaml";
            return Err(Problem::whole(message).hint(hint).into());
        };
        let template = evaluate(&unit.spec, &environment);
        Ok(Self { template, path: unit.spec.template.path, environment })
    }

    /// Whether the state bucket is one of the stack's resources.
    pub(super) fn makes_state_bucket(&self) -> bool {
        self.template.resources.values().any(|resource| {
            resource.type_name == "AWS::S3::Bucket"
                && resource.properties["BucketName"] == self.environment.state_bucket.as_str()
        })
    }
}

/// The template with parameters and pseudo parameters replaced by what they are.
fn evaluate(spec: &Spec, environment: &Environment) -> Evaluated {
    let nothing = Outputs::default();
    let parameters = spec.parameters.iter();
    let given = parameters
        .map(|(name, text)| (name.clone(), nothing.seen_from(&spec.region).resolve(text)))
        .collect();
    let account = match &environment.target {
        Target::Aws { account, region: _ } => account.as_str(),
        Target::Sandbox { .. } => ACCOUNT,
    };
    let known = BTreeMap::from([("AWS::AccountId".to_owned(), Json::from(account))]);
    let setting = Setting { region: &spec.region, stack_name: &spec.stack_name };
    Evaluated::knowing(&spec.template.parsed, &given, &setting, &known)
}
