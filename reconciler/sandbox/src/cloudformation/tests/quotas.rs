//! How much an account, and a template, may hold.

use serde_json::json;

use super::{Account, BUCKET};

#[test]
fn an_account_has_two_thousand_stacks_in_a_region_and_deleted_ones_do_not_count() {
    let mut account = Account::new();
    account.create(BUCKET);
    let stack = account.world.stacks.iter().next().unwrap().1.clone();
    for number in 0..1999 {
        let mut copy = stack.clone();
        copy.name = format!("app-{number}");
        copy.id = stack.id.replace("/app/", &format!("/app-{number}/"));
        account.world.stacks.insert(copy.id.clone(), copy);
    }
    let create = |name: &str| json!({ "StackName": name, "TemplateBody": BUCKET });
    let refused = account.call("CreateStack", create("more")).unwrap_err();
    assert_eq!(refused.code, "LimitExceededException");
    assert_eq!(refused.message, "Limit for stack has been exceeded");
    let mut review = create("more");
    review["ChangeSetName"] = json!("set");
    review["ChangeSetType"] = json!("CREATE");
    let refused = account.call("CreateChangeSet", review).unwrap_err();
    assert_eq!(refused.code, "LimitExceededException");
    account.ok("DeleteStack", json!({ "StackName": "app" }));
    account.ok("ListExports", json!({}));
    account.ok("CreateStack", create("more"));
}

#[test]
fn a_template_has_its_limits() {
    let refusal = |template: &str| {
        let mut account = Account::new();
        account.refused("CreateStack", json!({ "StackName": "app", "TemplateBody": template }))
    };
    let many = |entry: &dyn Fn(usize) -> String, count: usize| -> String {
        (0..count).map(entry).collect()
    };
    let topic = "Resources: { A: { Type: AWS::SNS::Topic } }\n";
    let resources = many(&|it| format!("  A{it}: {{ Type: AWS::SNS::Topic }}\n"), 501);
    let parameters = many(&|it| format!("  P{it}: {{ Type: String, Default: x }}\n"), 201);
    let outputs = many(&|it| format!("  O{it}: {{ Value: x }}\n"), 201);
    let mappings = many(&|it| format!("  M{it}: {{ a: {{ b: c }} }}\n"), 201);
    let references = many(&|it| format!("{{{{resolve:secretsmanager:s{it}}}}}"), 61);
    let described = format!("Description: {}\n{topic}", "x".repeat(1025));
    let cases = [
        (
            format!("Resources:\n{resources}"),
            "resources, 501, is greater than maximum allowed, 500",
        ),
        (
            format!("{topic}Parameters:\n{parameters}"),
            "parameters, 201, is greater than maximum allowed, 200",
        ),
        (
            format!("{topic}Outputs:\n{outputs}"),
            "outputs, 201, is greater than maximum allowed, 200",
        ),
        (
            format!("{topic}Mappings:\n{mappings}"),
            "mappings, 201, is greater than maximum allowed, 200",
        ),
        (
            format!(
                "Resources: {{ A: {{ Type: AWS::SNS::Topic, Properties: {{ TopicName: '{references}' }} }} }}"
            ),
            "dynamic references, 61, is greater than maximum allowed, 60",
        ),
        (described, "'Description' length is greater than 1024."),
        (format!("{topic}#{}", "x".repeat(51_200)), "length less than or equal to 51200"),
        (
            topic.replace("A:", &format!("{}:", "A".repeat(256))),
            "The name of one of the resources is longer than 255 characters",
        ),
    ];
    for (template, expected) in cases {
        let refusal = refusal(&template);
        assert!(refusal.contains(expected), "{refusal}");
    }
}
