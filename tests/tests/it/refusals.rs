//! What a person is told who wrote something that cannot be meant: each mistake in words of its own.

use std::fmt::Write as _;

use reconcile_core::problem::ProblemRecord;
use reconcile_tests::account::Account;
use reconcile_tests::operator::Operator;
use reconcile_tests::repository::Repository;

const TOPIC: &str = "Resources: { Topic: { Type: AWS::SNS::Topic } }\n";

const PARAMETERS: &str = "\
Parameters:
  Prefix: { Type: String }
  Size: { Type: String, Default: small, AllowedValues: [small, large] }
  Token: { Type: String, NoEcho: true, Default: none }
Resources: { Topic: { Type: AWS::SNS::Topic, Properties: { TopicName: !Ref Prefix } } }
Outputs: { Name: { Value: !GetAtt Topic.TopicName } }
";

/// Everything that is wrong with a repository, without its source lines.
fn told(repository: &Repository) -> String {
    let operator = Operator::new(&Account::new(), repository);
    let problems = operator.interpret().err().unwrap_or_default();
    let mut told = String::new();
    for problem in &problems {
        let ProblemRecord { message, file, line, column, hint } = ProblemRecord::from(problem);
        if let (Some(file), Some(line), Some(column)) = (file, line, column) {
            write!(told, "{file}:{line}:{column}: ").expect("memory takes it");
        }
        writeln!(told, "{message}").expect("memory takes it");
        if let Some(hint) = hint {
            writeln!(told, "  hint: {hint}").expect("memory takes it");
        }
    }
    told
}

/// A stack with [`PARAMETERS`], and these lines in its file.
fn stack(lines: &str) -> String {
    told(&Repository::new().stack("data", lines, PARAMETERS))
}

#[test]
fn what_is_right_is_not_refused() {
    let lines = "parameters: { Prefix: \"a-${stacks.topic.Name}\", Token: \"{{resolve:secretsmanager:token}}\" }\n";
    let outputs = format!("{TOPIC}Outputs: {{ Name: {{ Value: !GetAtt Topic.TopicName }} }}\n");
    let repository =
        Repository::new().stack("data", lines, PARAMETERS).stack("topic", "", &outputs);
    assert_eq!(told(&repository), "");
}

#[test]
fn keys_and_types() {
    insta::assert_snapshot!(stack("onDrfit: revert\nparameters: [Prefix]\nterminationProtection: maybe\n"), @r"
    desired/stacks/data.yaml:4:1: unknown key `onDrfit`
      hint: did you mean `onDrift`?
    desired/stacks/data.yaml:5:13: `parameters` must be a map, not a list
    desired/stacks/data.yaml:6:24: `terminationProtection` must be true or false, not the text `maybe`
    ");
}

#[test]
fn names() {
    let data = "kind: Stack\nname: data\ntemplate: infra/data.yaml\n";
    let repository = Repository::new()
        .stack("data", "", TOPIC)
        .file("desired/stacks/copies/data.yaml", data)
        .file("desired/stacks/other.yaml", data)
        .stack("twin", "stackName: reconcile-data\n", TOPIC)
        .stack("second", "stackName: reconcile-data\n", TOPIC);
    insta::assert_snapshot!(told(&repository), @r"
    desired/stacks/data.yaml:2:7: there is another Stack `data`
      hint: `desired/stacks/copies/data.yaml` declares it: rename one of them
    desired/stacks/other.yaml:2:7: the name `data` is not that of the file, `other`
      hint: write `name: other`, or rename the file to `data.yaml`
    ");
    let repository = Repository::new()
        .stack("twin", "stackName: one\n", TOPIC)
        .stack("second", "stackName: one\n", TOPIC)
        .stack("third", "stackName: one\nregion: us-east-1\n", TOPIC)
        .append("desired/environments/test.yaml", "regions: [us-east-1]\n");
    insta::assert_snapshot!(told(&repository), @r"
    desired/stacks/twin.yaml:2:1: `stacks/second` and `stacks/twin` are both the stack `one` in ap-northeast-1
      hint: give one of them another `stackName`
    ");
}

#[test]
fn regions() {
    insta::assert_snapshot!(told(&Repository::new().stack("data", "region: us-east-1\n", TOPIC)), @r"
    desired/stacks/data.yaml:4:9: the environment `test` is not in us-east-1
      hint: add it to `regions` in `desired/environments/test.yaml`
    ");
}

#[test]
fn references() {
    let repository = Repository::new()
        .stack("data", "parameters: { Prefix: \"${stacks.topic.Nam}${stacks.topik.Name}${env.prefix}\" }\ndependsOn: [stacks/nothing]\n", PARAMETERS)
        .stack("topic", "", &format!("{TOPIC}Outputs: {{ Name: {{ Value: a }} }}\n"));
    insta::assert_snapshot!(told(&repository), @r"
    desired/stacks/data.yaml:4:63: the environment `test` has no variable `prefix`
      hint: declare it under `variables` in `desired/environments/test.yaml`
    desired/stacks/data.yaml:4:24: `stacks/topic` has no output `Nam`
      hint: did you mean `Name`?
    desired/stacks/data.yaml:4:43: `stacks/topik` is not declared in this environment
      hint: did you mean `stacks/topic`?
    desired/stacks/data.yaml:5:13: `stacks/nothing` is not declared in this environment
    ");
    let repository = Repository::new()
        .stack("a", "parameters: { Prefix: \"${stacks.b.Name}\" }\n", PARAMETERS)
        .stack("b", "parameters: { Prefix: \"${stacks.c.Name}\" }\n", PARAMETERS)
        .stack("c", "parameters: { Prefix: x }\ndependsOn: [stacks/a]\n", PARAMETERS);
    insta::assert_snapshot!(told(&repository), @r"
    desired/stacks/a.yaml:4:24: cyclic reference: stacks/a -> stacks/b -> stacks/c -> stacks/a
      hint: take one of these references out, or move what both need to a third unit
    ");
}

#[test]
fn templates() {
    let large = format!("# {}\n{TOPIC}", "x".repeat(1024 * 1024));
    let topic = |number| format!("  T{number}: {{ Type: AWS::SNS::Topic }}\n");
    let many: Vec<String> = (0..501).map(topic).collect();
    let repository = Repository::new()
        .stack("absent", "", "")
        .stack("empty", "", "Resources: {}\n")
        .stack("json", "", "{\"Resources\": {\"Topic\": }}")
        .stack("large", "", &large)
        .stack("many", "", &format!("Resources:\n{}", many.concat()))
        .stack("yaml", "", "Resources:\n  Topic: {\n")
        .edit("desired/stacks/absent.yaml", "infra/absent.yaml", "infra/absnt.yaml")
        .edit("desired/stacks/json.yaml", "infra/json.yaml", "infra/json.json")
        .file("infra/json.json", "{\"Resources\": {\"Topic\": }}");
    insta::assert_snapshot!(told(&repository), @r"
    desired/stacks/absent.yaml:3:11: `infra/absnt.yaml` does not exist
      hint: did you mean `infra/absent.yaml`?
    desired/stacks/empty.yaml:3:11: `infra/empty.yaml` has 0 resources: CloudFormation takes 1 to 500
    infra/json.json:1:25: not a CloudFormation template: not valid JSON: expected value
    desired/stacks/large.yaml:3:11: `infra/large.yaml` has 1048627 bytes, and CloudFormation takes 1048576 at most
      hint: split it into two stacks
    desired/stacks/many.yaml:3:11: `infra/many.yaml` has 501 resources: CloudFormation takes 1 to 500
    infra/yaml.yaml:3:1: not a CloudFormation template: not valid YAML: while parsing a node, did not find expected node content
    ");
}

#[test]
fn parameters() {
    insta::assert_snapshot!(stack("parameters: { Prefx: a, Size: medium }\n"), @r"
    desired/stacks/data.yaml:4:15: `infra/data.yaml` declares no parameter `Prefx`
      hint: did you mean `Prefix`?
    desired/stacks/data.yaml:4:1: the parameter `Prefix` is required and not given
      hint: add `Prefix:` under `parameters:`
    desired/stacks/data.yaml:4:31: `Size` does not take the value `medium`
      hint: it takes small, large
    ");
}

#[test]
fn capabilities_and_consent() {
    let role = "Resources: { Role: { Type: AWS::IAM::Role, Properties: { RoleName: a, AssumeRolePolicyDocument: {} } } }\n";
    let lines = "allow: { replace: [Roel], delete: [WhatWasOnceThere] }\n";
    insta::assert_snapshot!(told(&Repository::new().stack("data", lines, role)), @r"
    desired/stacks/data.yaml:4:19: the template has no resource `Roel`
      hint: did you mean `Role`?
    desired/stacks/data.yaml:3:11: the template needs CAPABILITY_NAMED_IAM, because of `Role`
      hint: add `capabilities: [CAPABILITY_NAMED_IAM]`
    ");
}

#[test]
fn secrets() {
    insta::assert_snapshot!(stack("parameters: { Prefix: a, Token: hunter2 }\n"), @r#"
    desired/stacks/data.yaml:4:33: the parameter `Token` is NoEcho, and its value stands in git
      hint: keep it in Secrets Manager or SSM: `"{{resolve:secretsmanager:NAME}}"`
    "#);
    let from_variable = Repository::new()
        .stack("data", "parameters: { Prefix: a, Token: \"${env.token}\" }\n", PARAMETERS)
        .append("desired/environments/test.yaml", "variables: { token: hunter2 }\n");
    insta::assert_snapshot!(told(&from_variable), @r#"
    desired/stacks/data.yaml:4:33: the parameter `Token` is NoEcho, and its value stands in git
      hint: keep it in Secrets Manager or SSM: `"{{resolve:secretsmanager:NAME}}"`
    "#);
    let key = "-----BEGIN PRIVATE KEY-----\nMIGH\n-----END PRIVATE KEY-----\n";
    let with_key = Repository::new()
        .stack("data", "", TOPIC)
        .file("desired/devices/clinic-0001-pc01.pem", key);
    insta::assert_snapshot!(told(&with_key), @r"
    desired/devices/clinic-0001-pc01.pem:1:1: a private key stands in `desired/devices/clinic-0001-pc01.pem`
      hint: take it out of git and replace the key: whoever could read the repository has it. A terminal keeps its key, and gives only a signing request (CSR)
    ");
    let template = format!("{TOPIC}Metadata:\n  Key: |\n    {}", key.replace('\n', "\n    "));
    insta::assert_snapshot!(told(&Repository::new().stack("data", "", &template)), @r"
    desired/stacks/data.yaml:3:11: a private key stands in `infra/data.yaml`, line 4
      hint: take it out of git and replace the key: whoever could read the repository has it. A terminal keeps its key, and gives only a signing request (CSR)
    ");
}
