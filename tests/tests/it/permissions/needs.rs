//! What one call needs: the actions, on which resource, and what policies may ask of it besides.
//!
//! Sources: Service Authorization Reference, the page of each service; S3 API Reference, each operation's page, and "Conditional
//! writes" in its user guide; CloudFormation User Guide, "CloudFormation service role"; CloudFormation API Reference,
//! `DetectStackDrift`; Cloud Control User Guide, on the permissions of resource handlers; Signer Developer Guide, "Define an IAM
//! policy"; Lambda API Reference, `UpdateFunctionCode`; STS API Reference, `GetCallerIdentity`.

use std::collections::BTreeMap;

use reconcile_sandbox::{ACCOUNT, LoggedCall};
use serde_json::Value;

use super::life::Life;

/// One action on one resource; `*` where the action knows none, or the call names none.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Need {
    pub(super) action: String,
    pub(super) resource: String,
    /// What conditions may be about.
    pub(super) given: BTreeMap<&'static str, String>,
}

impl Need {
    fn new(action: impl Into<String>, resource: impl Into<String>) -> Self {
        Self { action: action.into(), resource: resource.into(), given: BTreeMap::new() }
    }

    fn given(mut self, key: &'static str, value: impl Into<String>) -> Self {
        self.given.insert(key, value.into());
        self
    }
}

/// What a call needs. No permission is needed to ask who one is, and none can be refused.
pub(super) fn of(call: &LoggedCall, life: &Life) -> Vec<Need> {
    match call.service.as_str() {
        "sts" => Vec::new(),
        "s3" => of_s3(call, life),
        "cloudformation" => of_stacks(call),
        "cloudcontrolapi" => of_resources(call),
        "lambda" => of_functions(call),
        "signer" => of_signatures(call),
        "acm-pca" => of_certificates(call),
        other => panic!("nobody knows what `{other}` needs: {call}"),
    }
}

fn of_s3(call: &LoggedCall, life: &Life) -> Vec<Need> {
    let named = call.resource.as_deref().expect("a bucket is named");
    let bucket = named.split('/').next().unwrap_or_default();
    let (arn, bucket_arn) = (format!("arn:aws:s3:::{named}"), format!("arn:aws:s3:::{bucket}"));
    let own = match text(call, "versionId") {
        Some(_) => "s3:GetObjectVersion",
        None => call.action.as_str(),
    };
    let mut needs = vec![Need::new(own, &arn)];
    let is_missing = matches!(call.outcome.as_str(), "NoSuchKey" | "NotFound" | "404");
    let is_read = matches!(call.operation.as_str(), "GetObject" | "HeadObject");
    if is_missing && is_read {
        // Only who may list is told that there is no such object.
        needs.push(Need::new("s3:ListBucket", &bucket_arn));
    }
    if text(call, "if-match").is_some() {
        needs.push(Need::new("s3:GetObject", &arn));
    }
    if let Some(key) = life.keys.get(bucket) {
        let through = format!("s3.{}.amazonaws.com", call.region);
        let of_key = |action| Need::new(action, key).given("kms:ViaService", through.clone());
        match call.operation.as_str() {
            "GetObject" if !is_missing => needs.push(of_key("kms:Decrypt")),
            "PutObject" => needs.push(of_key("kms:GenerateDataKey")),
            _ => {}
        }
    }
    needs
}

fn of_stacks(call: &LoggedCall) -> Vec<Need> {
    let arn = match text(call, "StackName").or_else(|| text(call, "ChangeSetName")) {
        Some(arn) if arn.starts_with("arn:") => arn,
        Some(name) => format!("arn:aws:cloudformation:{}:{ACCOUNT}:stack/{name}/*", call.region),
        None => "*".to_owned(),
    };
    let mut own = Need::new(&call.action, arn);
    let mut more = passed(call, "RoleARN");
    match call.operation.as_str() {
        "CreateChangeSet" => {
            if let Some(role) = text(call, "RoleARN") {
                own = own.given("cloudformation:RoleArn", role);
            }
            // CloudFormation reads the template as whoever gives it.
            more.extend(text(call, "TemplateURL").map(|url| {
                let path = url.split_once("://").map_or(&*url, |(_, rest)| rest);
                let (host, key) = path.split_once('/').unwrap_or_default();
                let bucket = host.split('.').next().unwrap_or_default();
                Need::new("s3:GetObject", format!("arn:aws:s3:::{bucket}/{key}"))
            }));
        }
        "DetectStackDrift" => {
            more.push(Need::new("cloudformation:BatchDescribeTypeConfigurations", "*"));
        }
        _ => {}
    }
    more.push(own);
    more
}

/// Handlers run as the role that is passed, or as whoever calls: what those read is the registry's matter.
fn of_resources(call: &LoggedCall) -> Vec<Need> {
    let mut needs = passed(call, "RoleArn");
    needs.push(Need::new(&call.action, "*"));
    needs
}

/// The right to pass the service role, where the call names one.
fn passed(call: &LoggedCall, parameter: &str) -> Vec<Need> {
    let need = |role| {
        let service = "cloudformation.amazonaws.com";
        Need::new("iam:PassRole", role).given("iam:PassedToService", service)
    };
    text(call, parameter).map(need).into_iter().collect()
}

fn of_functions(call: &LoggedCall) -> Vec<Need> {
    let function = text(call, "FunctionName").expect("a function is named");
    let arn = match function {
        arn if arn.starts_with("arn:") => arn,
        name => format!("arn:aws:lambda:{}:{ACCOUNT}:function:{name}", call.region),
    };
    let mut needs = vec![Need::new(&call.action, arn)];
    if let Some(config) = text(call, "CodeSigningConfigArn") {
        needs.push(Need::new(&call.action, config));
    }
    // Lambda reads the package as whoever deploys it.
    if let (Some(bucket), Some(key)) = (text(call, "S3Bucket"), text(call, "S3Key")) {
        let action = match text(call, "S3ObjectVersion") {
            Some(_) => "s3:GetObjectVersion",
            None => "s3:GetObject",
        };
        needs.push(Need::new(action, format!("arn:aws:s3:::{bucket}/{key}")));
    }
    needs
}

fn of_signatures(call: &LoggedCall) -> Vec<Need> {
    let of = |what: &str, name: String| match name {
        arn if arn.starts_with("arn:") => arn,
        name => format!("arn:aws:signer:{}:{ACCOUNT}:/{what}/{name}", call.region),
    };
    let job = text(call, "jobId").map(|job| of("signing-jobs", job));
    let profile = text(call, "profileName").map(|profile| of("signing-profiles", profile));
    let resource = job.or(profile).unwrap_or_else(|| "*".to_owned());
    let mut needs = vec![Need::new(&call.action, resource)];
    if call.operation == "StartSigningJob" {
        // Signer reads and writes packages as whoever begins the job.
        let (from, to) = (&call.parameters["source"]["s3"], &call.parameters["destination"]["s3"]);
        let of = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let (source, key) = (of(&from["bucketName"]), of(&from["key"]));
        let (target, prefix) = (of(&to["bucketName"]), of(&to["prefix"]));
        needs.extend([
            Need::new("s3:GetObjectVersion", format!("arn:aws:s3:::{source}/{key}")),
            Need::new("s3:ListBucket", format!("arn:aws:s3:::{target}")),
            Need::new("s3:PutObject", format!("arn:aws:s3:::{target}/{prefix}")),
        ]);
    }
    needs
}

fn of_certificates(call: &LoggedCall) -> Vec<Need> {
    let authority = text(call, "CertificateAuthorityArn").expect("an authority is named");
    let need = Need::new(&call.action, authority);
    vec![match text(call, "TemplateArn") {
        Some(template) => need.given("acm-pca:TemplateArn", template),
        None => need,
    }]
}

/// A parameter, if it was given.
fn text(call: &LoggedCall, name: &str) -> Option<String> {
    let given = call.parameters.as_object()?;
    let fits = |(key, _): &(&String, &Value)| key.eq_ignore_ascii_case(name);
    given.iter().find(fits)?.1.as_str().filter(|text| !text.is_empty()).map(str::to_owned)
}
