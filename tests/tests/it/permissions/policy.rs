//! Policies, and whether they permit what is asked of them, as IAM decides it.

use std::collections::BTreeMap;
use std::process::Command;

use reconcile_cfn::Template;
use reconcile_core::input::Value as Input;
use reconcile_kind_stack::plan::evaluate::{Evaluated, Setting};
use reconcile_tests::binary::reconcile;
use reconcile_tests::repository::root;
use serde_json::{Value, json};

use super::needs::Need;
use super::withheld::matches;
use super::{Actions, templates, texts};

/// A policy document.
#[derive(Debug)]
pub(super) struct Policy(Value);

impl Policy {
    /// What `plan`, `apply` or `cloudformation` may do in production, as the program prints it.
    pub(super) fn of(role: &str) -> Self {
        Self::printed(role, "production")
    }

    /// The same in another environment.
    pub(super) fn printed(role: &str, environment: &str) -> Self {
        let mut command = Command::new(reconcile());
        command.args(["bootstrap", "-e", environment, "--print-policy", role]);
        let output = command.current_dir(root()).output().expect("the program runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        Self(serde_json::from_slice(&output.stdout).expect("it prints JSON"))
    }

    /// A managed policy of the template, by its logical ID.
    pub(super) fn of_template(template: &Evaluated, id: &str) -> Self {
        let resource = template.resources.get(id).expect("the template has it");
        Self(resource.properties["PolicyDocument"].clone())
    }

    pub(super) fn statements(&self) -> impl Iterator<Item = &Value> {
        self.0["Statement"].as_array().expect("there are statements").iter()
    }

    /// Everything that it allows.
    pub(super) fn actions(&self) -> Actions {
        self.statements().flat_map(|statement| texts(&statement["Action"])).collect()
    }

    /// Whether one of its statements allows this, and none denies it.
    pub(super) fn permits(&self, need: &Need) -> bool {
        let says = |effect: &str| {
            self.statements().any(|one| one["Effect"] == effect && is_about(one, need))
        };
        says("Allow") && !says("Deny")
    }
}

/// Whether a statement is about this action, on this resource, under what is given.
pub(super) fn is_about(statement: &Value, need: &Need) -> bool {
    let names = |field: &str, asked: &str| {
        texts(&statement[field]).iter().any(|pattern| matches(pattern, asked))
    };
    let operators = statement["Condition"].as_object().into_iter().flatten();
    let mut conditions = operators.flat_map(|(operator, conditions)| {
        // All that the template uses compare texts, in which `*` is any text.
        assert!(["ArnEquals", "StringEquals", "StringLike"].contains(&operator.as_str()));
        conditions.as_object().into_iter().flatten()
    });
    names("Action", &need.action)
        && names("Resource", &need.resource)
        && conditions.all(|(key, values)| {
            let given = need.given.get(key.as_str());
            given.is_some_and(|given| texts(values).iter().any(|value| matches(value, given)))
        })
}

/// `infra/bootstrap.yaml` with these names in it, in a partition and an account.
pub(super) fn bootstrap(prefix: &str, bucket: &str, (region, account): (&str, &str)) -> Evaluated {
    let text = templates().remove("bootstrap").expect("there is a template");
    let template = Template::parse(&text).expect("it is a template");
    let known = |text: &str| Input::Known(text.to_owned());
    let given = BTreeMap::from([
        ("Prefix".to_owned(), known(prefix)),
        ("StateBucketName".to_owned(), known(bucket)),
    ]);
    let account = BTreeMap::from([("AWS::AccountId".to_owned(), json!(account))]);
    let setting = Setting { region, stack_name: "bootstrap" };
    Evaluated::knowing(&template, &given, &setting, &account)
}
