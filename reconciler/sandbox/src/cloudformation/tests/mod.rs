//! Stories of stacks, told through [`handle`] with literal templates on a clock of their own.

mod changes;
mod drift;
mod dynamic;
mod exports;
mod foundation;
mod guards;
mod imports;
mod quotas;
mod recovery;
mod rules;
mod snapshots;
mod stacks;
mod templates;
mod validation;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::{advance, handle};
use crate::call::{Answer, Call};
use crate::credentials::Caller;
use crate::resources::InjectedFailure;
use crate::world::World;

/// An account with a clock that only the test moves.
struct Account {
    world: World,
    now: Timestamp,
}

impl Account {
    fn new() -> Self {
        let now = "2026-11-21T00:00:00Z".parse().unwrap();
        Self { world: World::default(), now }
    }

    /// One call, a second after the one before.
    fn call(&mut self, operation: &str, parameters: Value) -> Answer {
        self.now += SignedDuration::from_secs(1);
        advance(&mut self.world, self.now);
        let call = Call {
            operation: operation.to_owned(),
            region: "ap-northeast-1".to_owned(),
            parameters,
            caller: Caller::default(),
            now: self.now,
        };
        handle(&mut self.world, &call)
    }

    fn ok(&mut self, operation: &str, parameters: Value) -> Value {
        match self.call(operation, parameters) {
            Ok(answer) => answer,
            Err(error) => panic!("{operation}: {error}"),
        }
    }

    fn refused(&mut self, operation: &str, parameters: Value) -> String {
        match self.call(operation, parameters) {
            Ok(answer) => panic!("{operation} was not refused: {answer}"),
            Err(error) => error.message,
        }
    }

    /// Creates a change set and shows what has become of it.
    fn change_set(&mut self, kind: &str, template: &str, more: Value) -> Value {
        let name = format!("set-{}", self.now.as_second());
        let mut parameters = json!({
            "StackName": "app",
            "ChangeSetName": name,
            "ChangeSetType": kind,
            "TemplateBody": template,
        });
        if let (Some(all), Value::Object(more)) = (parameters.as_object_mut(), more) {
            all.extend(more);
        }
        let id = self.ok("CreateChangeSet", parameters)["Id"].clone();
        self.ok(
            "DescribeChangeSet",
            json!({ "ChangeSetName": id, "IncludePropertyValues": "true" }),
        )
    }

    /// Creates and executes a change set, and waits for the end.
    fn deploy(&mut self, kind: &str, template: &str, more: Value) -> String {
        let set = self.change_set(kind, template, more);
        assert_eq!(set["Status"], "CREATE_COMPLETE", "{}", set["StatusReason"]);
        self.ok("ExecuteChangeSet", json!({ "ChangeSetName": set["ChangeSetId"] }));
        self.status()
    }

    fn create(&mut self, template: &str) {
        assert_eq!(self.deploy("CREATE", template, json!({})), "CREATE_COMPLETE");
    }

    fn update(&mut self, template: &str) {
        assert_eq!(self.deploy("UPDATE", template, json!({})), "UPDATE_COMPLETE");
    }

    fn stack(&mut self) -> Value {
        self.ok("DescribeStacks", json!({ "StackName": "app" }))["Stacks"][0].clone()
    }

    fn status(&mut self) -> String {
        text(&self.stack()["StackStatus"])
    }

    /// Asserts that there is no such stack any more.
    fn gone(&mut self) {
        let refusal = self.refused("DescribeStacks", json!({ "StackName": "app" }));
        assert_eq!(refusal, "Stack with id app does not exist");
    }

    fn output(&mut self, key: &str) -> String {
        let stack = self.stack();
        let outputs = stack["Outputs"].as_array().unwrap();
        text(&outputs.iter().find(|output| output["OutputKey"] == key).unwrap()["OutputValue"])
    }

    fn physical_id(&mut self, logical_id: &str) -> String {
        let asked = json!({ "StackName": "app", "LogicalResourceId": logical_id });
        let detail = self.ok("DescribeStackResource", asked);
        text(&detail["StackResourceDetail"]["PhysicalResourceId"])
    }

    /// The reason of the newest event with this status.
    fn reason(&mut self, status: &str) -> String {
        let events = self.ok("DescribeStackEvents", json!({ "StackName": "app" }));
        let events = events["StackEvents"].as_array().unwrap();
        let found = events.iter().find(|event| event["ResourceStatus"] == status);
        text(&found.unwrap()["ResourceStatusReason"])
    }

    fn all_reasons(&mut self) -> Vec<String> {
        let events = self.ok("DescribeStackEvents", json!({ "StackName": "app" }));
        let events = events["StackEvents"].as_array().unwrap();
        events.iter().map(|event| text(&event["ResourceStatusReason"])).collect()
    }

    /// The tags that CloudFormation itself sets.
    fn tags(&mut self, logical_id: &str) -> Value {
        let id = self.stack()["StackId"].clone();
        json!([
            { "Key": "aws:cloudformation:stack-name", "Value": "app" },
            { "Key": "aws:cloudformation:stack-id", "Value": id },
            { "Key": "aws:cloudformation:logical-id", "Value": logical_id },
        ])
    }

    /// `STATUS LogicalId`, oldest first.
    fn story(&mut self) -> Vec<String> {
        let events = self.ok("DescribeStackEvents", json!({ "StackName": "app" }));
        let events = events["StackEvents"].as_array().unwrap().iter().rev();
        events
            .map(|event| {
                format!("{} {}", text(&event["ResourceStatus"]), text(&event["LogicalResourceId"]))
            })
            .collect()
    }

    /// Lets an operation on a resource fail, as often as said.
    fn fail(&mut self, target: &str, operation: &str, times: u32) {
        let failure = InjectedFailure {
            target: target.to_owned(),
            operation: operation.to_owned(),
            message: "laid out to fail".to_owned(),
            times,
        };
        self.world.failures.insert(format!("{target} {operation}"), failure);
    }

    /// Changes a live property behind CloudFormation's back.
    fn tamper(&mut self, logical_id: &str, change: impl FnOnce(&mut Value)) {
        let key = super::physical(&self.world, "ap-northeast-1", "app", logical_id).unwrap();
        let live = self.world.resources.get_mut(&key).unwrap();
        let mut properties = Value::Object(live.properties.clone());
        change(&mut properties);
        live.properties = properties.as_object().unwrap().clone();
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// A bucket, with a versioning state to vary.
const BUCKET: &str = "
Resources:
  Logs:
    Type: AWS::S3::Bucket
    Properties:
      VersioningConfiguration: { Status: Enabled }
Outputs:
  Name: { Value: !Ref Logs }
  Arn: { Value: !GetAtt Logs.Arn }
";
