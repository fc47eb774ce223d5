//! The repository's own templates: they create, contain no changes afterwards, and are in sync.

use serde_json::{Value, json};

use super::{Account, text};

const KMS: &str = include_str!("../../../../../infra/kms.yaml");
const IAM: &str = include_str!("../../../../../infra/iam.yaml");
const S3: &str = include_str!("../../../../../infra/s3.yaml");
const CLOUDTRAIL: &str = include_str!("../../../../../infra/cloudtrail.yaml");

/// The foundation in the order of its references, as it is deployed.
#[derive(Default)]
struct Foundation {
    account: Option<Account>,
    outputs: std::collections::BTreeMap<String, String>,
}

impl Foundation {
    /// Deploys a stack, then asks whether there is anything left to do.
    fn deploy(&mut self, name: &str, template: &str, given: &[(&str, &str)]) {
        let account = self.account.get_or_insert_with(Account::new);
        let parameters: Vec<Value> = given
            .iter()
            .map(|(key, from)| {
                let value = self.outputs.get(*from).map_or(*from, String::as_str);
                json!({ "ParameterKey": key, "ParameterValue": value })
            })
            .collect();
        let asked = json!({
            "StackName": name,
            "TemplateBody": template,
            "Parameters": parameters,
            "Capabilities": ["CAPABILITY_NAMED_IAM"],
            "Tags": [{ "Key": "system", "Value": "clinic-backup" }],
        });
        account.ok("CreateStack", asked.clone());
        let stacks = account.ok("DescribeStacks", json!({ "StackName": name }));
        let stack = &stacks["Stacks"][0];
        let events = account.ok("DescribeStackEvents", json!({ "StackName": name }));
        assert_eq!(stack["StackStatus"], "CREATE_COMPLETE", "{events:#}");
        for output in stack["Outputs"].as_array().into_iter().flatten() {
            self.outputs.insert(text(&output["OutputKey"]), text(&output["OutputValue"]));
        }
        assert_eq!(account.refused("UpdateStack", asked), "No updates are to be performed.");
        let started = account.ok("DetectStackDrift", json!({ "StackName": name }));
        let id = &started["StackDriftDetectionId"];
        let asked = json!({ "StackDriftDetectionId": id });
        let detected = account.ok("DescribeStackDriftDetectionStatus", asked);
        assert_eq!(detected["StackDriftStatus"], "IN_SYNC", "{name}");
    }
}

#[test]
fn the_foundation_stands_and_stays() {
    let mut foundation = Foundation::default();
    foundation.deploy("kms", KMS, &[("Prefix", "clinic")]);
    let key = ("LambdaKeyArn", "LambdaKeyArn");
    let data_key = ("DataKeyArn", "DataKeyArn");
    foundation.deploy("iam", IAM, &[("Prefix", "clinic"), key, data_key]);
    let key = ("AuditKeyArn", "AuditKeyArn");
    foundation.deploy("s3", S3, &[("Prefix", "clinic"), key, ("TrailRetentionDays", "30")]);
    let trail = [
        ("Prefix", "clinic"),
        ("TrailBucket", "TrailBucket"),
        key,
        ("WorkloadBoundaryArn", "WorkloadBoundaryArn"),
    ];
    foundation.deploy("cloudtrail", CLOUDTRAIL, &trail);
}
