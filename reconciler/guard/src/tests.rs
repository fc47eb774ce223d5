//! Stories: rules, a template, who deploys it, and what is said of that.

use std::fmt::Write as _;
use std::sync::Arc;

use jiff::civil::{Date, date};
use reconcile_core::problem::{Place, Problem, SourceFile};
use serde_json::{Value as Json, json};

use crate::{About, Exception, ExceptionRecord, Judgement, Rules, Standing, Subject, User, judge};

const TODAY: Date = date(2026, 11, 22);

const RULES: &str = "\
let buckets = Resources.*[ Type == 'AWS::S3::Bucket' ]
let keys = Resources.*[ Type == 'AWS::KMS::Key' ]

# Backup design 5.2; OWASP A02
rule buckets_are_versioned when %buckets !empty {
    %buckets.Properties.VersioningConfiguration.Status == 'Enabled' <<what is overwritten is lost>>
}

# Layer 1
rule keys_are_rotated when %keys !empty {
    %keys.Properties.EnableKeyRotation == true
}
";

fn file(path: &str, text: &str) -> SourceFile {
    SourceFile { path: path.to_owned(), text: text.to_owned() }
}

fn rules(text: &str) -> Result<Rules, Vec<Problem>> {
    Rules::read(vec![file("infra/rules/own.guard", text)])
}

/// A template with a bucket that is versioned and one that is not.
fn buckets() -> Json {
    let bucket = |status| {
        json!({
            "Type": "AWS::S3::Bucket",
            "Properties": { "VersioningConfiguration": { "Status": status } },
        })
    };
    json!({ "Resources": { "Good": bucket("Enabled"), "Bad": bucket("Suspended") } })
}

fn template(body: Json, users: Vec<User>) -> Subject<'static> {
    let source = Arc::new(file("infra/buckets.yaml", "Resources:\n  Bad:\n"));
    let place = move |pointer: &str| {
        let line = if pointer.starts_with("/Resources/Bad") { 2 } else { 1 };
        Place::at_line_column(&source, line, line)
    };
    Subject {
        path: "infra/buckets.yaml".to_owned(),
        about: About::Templates,
        body,
        place: Box::new(place),
        users,
    }
}

fn user(name: &str, exceptions: &[(&str, Option<&str>, Date)]) -> User {
    let source = Arc::new(file(&format!("desired/stacks/{name}.yaml"), "exceptions: 1 2 3"));
    let exception = |(index, (rule, resource, until)): (usize, &(&str, Option<&str>, Date))| {
        let start = 12 + 2 * index;
        Exception {
            rule: (*rule).to_owned(),
            resource: resource.map(str::to_owned),
            reason: "it is emptied this year".to_owned(),
            until: *until,
            place: Place { file: Arc::clone(&source), range: start..start + 1 },
        }
    };
    User {
        address: format!("stacks/{name}").parse().expect("it is an address"),
        exceptions: exceptions.iter().enumerate().map(exception).collect(),
    }
}

fn judged(body: Json, users: Vec<User>) -> Judgement {
    let rules = rules(RULES).expect("they are rules");
    judge(&rules, &[template(body, users)], TODAY).expect("they can be evaluated")
}

fn shown(judgement: &Judgement) -> String {
    let mut text = String::new();
    for breach in &judgement.breaches {
        let units: Vec<_> = breach.units.iter().map(ToString::to_string).collect();
        writeln!(text, "{} of {units:?}", one(&breach.problem)).expect("it is a text");
    }
    for exception in judgement.exceptions.iter().map(ExceptionRecord::sentence) {
        writeln!(text, "{exception}").expect("it is a text");
    }
    for rule in &judgement.rules {
        writeln!(text, "{}: {:?}", rule.rule, rule.standing).expect("it is a text");
    }
    text
}

fn one(problem: &Problem) -> String {
    let place = problem.place.as_ref().expect("it has a place");
    let (line, column) = place.line_column();
    let hint = problem.hint.as_deref().unwrap_or("no hint");
    format!("{}:{line}:{column}: {} ({hint})", place.file.path, problem.message)
}

#[test]
fn a_breach_says_where_by_which_rule_and_what_that_is_there_for() {
    insta::assert_snapshot!(shown(&judged(buckets(), vec![user("data", &[])])), @r#"
    infra/buckets.yaml:2:2: `Bad` breaks the rule `buckets_are_versioned`: what is overwritten is lost (`infra/rules/own.guard` asks for it: Backup design 5.2; OWASP A02) of ["stacks/data"]
    buckets_are_versioned: Broken
    keys_are_rotated: NotApplicable
    "#);
}

#[test]
fn what_is_missing_is_told_by_what_is_around_it() {
    let body = json!({ "Resources": { "Bad": { "Type": "AWS::S3::Bucket", "Properties": {} } } });
    insta::assert_snapshot!(shown(&judged(body, Vec::new())), @r"
    infra/buckets.yaml:2:2: `Bad` breaks the rule `buckets_are_versioned`: what is overwritten is lost (`infra/rules/own.guard` asks for it: Backup design 5.2; OWASP A02) of []
    buckets_are_versioned: Broken
    keys_are_rotated: NotApplicable
    ");
}

#[test]
fn a_rule_without_words_of_its_own_is_told_all_the_same() {
    let key = json!({ "Type": "AWS::KMS::Key", "Properties": { "EnableKeyRotation": false } });
    insta::assert_snapshot!(shown(&judged(json!({ "Resources": { "Bad": key } }), Vec::new())), @r"
    infra/buckets.yaml:2:2: `Bad` breaks the rule `keys_are_rotated`: it has another value than the rule asks for (`infra/rules/own.guard` asks for it: Layer 1) of []
    buckets_are_versioned: NotApplicable
    keys_are_rotated: Broken
    ");
}

#[test]
fn an_exception_is_for_one_rule_and_one_resource_and_a_time() {
    let until = date(2027, 3, 31);
    let data = user("data", &[("buckets_are_versioned", Some("Bad"), until)]);
    insta::assert_snapshot!(shown(&judged(buckets(), vec![data])), @r"
    `Bad` of stacks/data may break `buckets_are_versioned` until 2027-03-31: it is emptied this year
    buckets_are_versioned: Excepted
    keys_are_rotated: NotApplicable
    ");
}

#[test]
fn it_holds_on_its_last_day_and_not_on_the_next() {
    let until = |day| vec![user("data", &[("buckets_are_versioned", Some("Bad"), day)])];
    insta::assert_snapshot!(shown(&judged(buckets(), until(TODAY))), @r"
    `Bad` of stacks/data may break `buckets_are_versioned` until 2026-11-22, which is today: it is emptied this year
    buckets_are_versioned: Excepted
    keys_are_rotated: NotApplicable
    ");
    let yesterday = TODAY.yesterday().expect("there was one");
    insta::assert_snapshot!(shown(&judged(buckets(), until(yesterday))), @r#"
    infra/buckets.yaml:2:2: `Bad` breaks the rule `buckets_are_versioned`: what is overwritten is lost (`infra/rules/own.guard` asks for it: Backup design 5.2; OWASP A02) of ["stacks/data"]
    desired/stacks/data.yaml:1:13: the exception to `buckets_are_versioned` ended on 2026-11-21 (put right what breaks the rule, or decide on it anew: a new end, with a reason) of ["stacks/data"]
    buckets_are_versioned: Broken
    keys_are_rotated: NotApplicable
    "#);
}

#[test]
fn one_that_ends_soon_says_so() {
    let until = date(2026, 12, 1);
    let data = user("data", &[("buckets_are_versioned", Some("Bad"), until)]);
    insta::assert_snapshot!(shown(&judged(buckets(), vec![data])), @r"
    `Bad` of stacks/data may break `buckets_are_versioned` until 2026-12-01, which is in 9 days: it is emptied this year
    buckets_are_versioned: Excepted
    keys_are_rotated: NotApplicable
    ");
}

#[test]
fn an_exception_of_one_stack_is_none_of_another_with_that_template() {
    let with = user("one", &[("buckets_are_versioned", Some("Bad"), date(2027, 3, 31))]);
    insta::assert_snapshot!(shown(&judged(buckets(), vec![with, user("two", &[])])), @r#"
    infra/buckets.yaml:2:2: `Bad` breaks the rule `buckets_are_versioned`: what is overwritten is lost (`infra/rules/own.guard` asks for it: Backup design 5.2; OWASP A02. Without an exception: `stacks/two`) of ["stacks/two"]
    `Bad` of stacks/one may break `buckets_are_versioned` until 2027-03-31: it is emptied this year
    buckets_are_versioned: Broken
    keys_are_rotated: NotApplicable
    "#);
}

#[test]
fn an_exception_that_nothing_needs_is_refused() {
    let until = date(2027, 3, 31);
    let exceptions = [
        ("buckets_are_versioned", Some("Good"), until),
        ("buckets_are_versioned", None, until),
        ("bucket_are_versioned", Some("Bad"), until),
    ];
    insta::assert_snapshot!(shown(&judged(buckets(), vec![user("data", &exceptions)])), @r#"
    infra/buckets.yaml:2:2: `Bad` breaks the rule `buckets_are_versioned`: what is overwritten is lost (`infra/rules/own.guard` asks for it: Backup design 5.2; OWASP A02) of ["stacks/data"]
    desired/stacks/data.yaml:1:13: nothing needs the exception to `buckets_are_versioned` (take it out; a rule about a resource wants its logical ID as `resource`) of ["stacks/data"]
    desired/stacks/data.yaml:1:15: nothing needs the exception to `buckets_are_versioned` (take it out; a rule about a resource wants its logical ID as `resource`) of ["stacks/data"]
    desired/stacks/data.yaml:1:17: there is no rule `bucket_are_versioned` (did you mean `buckets_are_versioned`?) of ["stacks/data"]
    buckets_are_versioned: Broken
    keys_are_rotated: NotApplicable
    "#);
}

#[test]
fn a_mistake_in_the_rules_is_told_with_its_line() {
    let broken = RULES.replace("EnableKeyRotation == true", "EnableKeyRotation === true");
    let rules = rules(&broken).expect("they have names");
    let problems =
        judge(&rules, &[template(buckets(), Vec::new())], TODAY).expect_err("one is wrong");
    let problems: Vec<_> = problems.iter().map(one).collect();
    insta::assert_snapshot!(problems.join("\n"), @r#"
    infra/rules/own.guard:11:42: not a file of rules: expecting either a property access "engine.core" or value like "string" or ["this", "that"] (no hint)
    "#);
}

#[test]
fn a_name_belongs_to_one_rule() {
    let problems = rules(&format!("{RULES}\nrule keys_are_rotated {{ this exists }}\n"));
    let problems: Vec<_> = problems.expect_err("one is there twice").iter().map(one).collect();
    insta::assert_snapshot!(problems.join("\n"), @r"
    infra/rules/own.guard:14:6: there is another rule `keys_are_rotated` (it stands in `infra/rules/own.guard`: rename one of them)
    ");
}

#[test]
fn rules_about_declarations_are_not_asked_of_templates() {
    let desired = file("infra/rules/desired.guard", "rule nothing_is_right { this empty }\n");
    let rules = Rules::read(vec![desired]).expect("they are rules");
    let judgement = judge(&rules, &[template(buckets(), Vec::new())], TODAY).expect("it works");
    assert_eq!(judgement.count(Standing::NotApplicable), 1, "{:?}", judgement.rules);
}
