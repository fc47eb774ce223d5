//! Reports made by hand, as the views' tests show them.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use reconcile_core::address::Address;
use reconcile_core::calls::Calls;
use reconcile_core::check::CheckedPlan;
use reconcile_core::comparison::{Compared, Comparison, Revision};
use reconcile_core::coverage::Coverage;
use reconcile_core::digest::Digest;
use reconcile_core::outcome::Outcome;
use reconcile_core::plan::{Plan, Planned, PlannedUnit};
use reconcile_core::problem::{Place, Problem, SourceFile};
use reconcile_core::report::Report;
use reconcile_core::verdict::{Action, Change, Danger, DangerLevel, Effect, FieldChange, Verdict};

/// One of everything.
pub(crate) fn plan() -> Report {
    let mut report = report(vec![
        unit("kms", Verdict::Change(create())),
        unit("iam", Verdict::Change(update())),
        unit("s3", blocked()),
        unit("api", Verdict::Change(replace())),
        unit("guardduty@us-east-1", Verdict::Change(recover())),
        unit("old-reports", Verdict::Change(delete())),
        unit(
            "trail",
            Verdict::Unknown {
                why: "its template could not be read: AccessDenied for cloudformation:GetTemplate"
                    .to_owned(),
            },
        ),
        unit("logs", Verdict::Change(revert())),
        unit("status", Verdict::Change(follow())),
        unit("dns", Verdict::InSync),
        unit("mail", Verdict::InSync),
    ]);
    report.notes.push("the ledger was lost: every template was read again".to_owned());
    report
}

/// One file in several regions, in one of which something else happens.
pub(super) fn in_regions() -> Report {
    let elsewhere = Verdict::Unknown { why: "the stacks could not be listed".to_owned() };
    report(vec![
        unit("config@ap-northeast-1", Verdict::Change(create())),
        unit("config@ap-northeast-2", Verdict::Change(create())),
        unit("config@eu-west-1", elsewhere),
        unit("config@us-east-1", Verdict::Change(create())),
        unit("config@us-east-2", Verdict::Change(create())),
        unit("config@us-west-2", Verdict::Change(create())),
        unit("kms", Verdict::Change(create())),
        unit("kms-copy", Verdict::Change(create())),
    ])
}

/// Nothing differs.
pub(crate) fn in_sync() -> Report {
    report(vec![unit("kms", Verdict::InSync), unit("iam", Verdict::InSync)])
}

/// One reverted, one reported, one that is not drift.
pub(crate) fn drift() -> Report {
    let reported = Verdict::Blocked {
        why: "2 properties were changed outside git, seen at 2026-11-20T09:00:00Z".to_owned(),
        unblock: "set `onDrift: revert` in desired/stacks/iam.yaml, or write the change into the template".to_owned(),
        change: Some(Change { fields: update().fields, ..Change::new(Action::Revert, "drift") }),
    };
    report(vec![
        unit("kms", Verdict::Change(create())),
        unit("iam", reported),
        unit("logs", Verdict::Change(revert())),
        unit("dns", Verdict::InSync),
    ])
}

/// All went well.
pub(crate) fn applied() -> Report {
    let plan = report(vec![
        unit("kms", Verdict::Change(create())),
        unit("iam", Verdict::Change(update())),
        unit("dns", Verdict::InSync),
    ]);
    let done = [("kms", Outcome::Applied), ("iam", Outcome::Applied), ("dns", Outcome::Unchanged)];
    with_outcomes(plan, done)
}

/// One of every outcome.
pub(crate) fn partly_applied() -> Report {
    let plan = report(vec![
        unit("kms", Verdict::Change(create())),
        unit("iam", Verdict::Change(update())),
        unit("s3", Verdict::Change(create())),
        unit("trail", Verdict::Change(create())),
        unit("dns", Verdict::InSync),
    ]);
    let failed = "CodeBucket AWS::S3::Bucket CREATE_FAILED: clinic-code already exists (Service: S3, Status Code: 409, Request ID: 7TK8)\n  infra/s3.yaml:41  CodeBucket:\nthe stack was deleted again (OnStackFailure=DELETE)";
    let done = [
        ("kms", Outcome::Applied),
        (
            "iam",
            Outcome::Refused {
                why: "the change set replaces `Role`, which the plan did not".to_owned(),
                unblock: "look at the plan again with `reconcile plan --full`".to_owned(),
            },
        ),
        ("s3", Outcome::Failed { why: failed.to_owned() }),
        ("trail", Outcome::Skipped { why: "stacks/s3 failed".to_owned() }),
        ("dns", Outcome::Unchanged),
    ];
    with_outcomes(plan, done)
}

/// As many units, each with one changed property.
pub(crate) fn many(units: usize) -> Report {
    let unit = |number| unit(&format!("clinic-{number:04}"), Verdict::Change(update()));
    report((0..units).map(unit).collect())
}

/// As many stacks, in each of which something is replaced that holds data.
pub(crate) fn dangerous(units: usize) -> Report {
    let danger = Danger {
        level: DangerLevel::High,
        subject: "Bucket (AWS::S3::Bucket)".to_owned(),
        what: "is replaced and the old one deleted: its objects stay behind".to_owned(),
        allowed: true,
    };
    let change = Change { dangers: vec![danger], ..update() };
    let unit = |number| unit(&format!("clinic-{number:04}"), Verdict::Change(change.clone()));
    report((0..units).map(unit).collect())
}

/// Three stacks that are changed, the first of them in so many properties.
pub(crate) fn one_large(properties: usize) -> Report {
    let field = |number: usize| {
        let path = format!("Resources/Api/Properties/Environment/Variables/V{number}");
        let value = "a value that is not short ".repeat(8);
        field(&path, Some(&value), Some("another one"), Effect::InPlace)
    };
    let large = Change { fields: (0..properties).map(field).collect(), ..update() };
    report(vec![
        unit("large", Verdict::Change(large)),
        unit("small", Verdict::Change(update())),
        unit("smaller", Verdict::Change(update())),
    ])
}

/// Two revisions that differ so in each environment.
pub(crate) fn comparison(reports: Vec<Report>) -> Comparison {
    let revision = |name: &str, commit: Option<&str>| Revision {
        name: name.to_owned(),
        commit: commit.map(str::to_owned),
    };
    let compared = |report| Compared { report, renames: Vec::new() };
    Comparison {
        base: revision("main", Some("3f2a9c1d4e5f60718293a4b5c6d7e8f901234567")),
        head: revision("work tree", None),
        environments: reports.into_iter().map(compared).collect(),
        unread: problems().into_iter().take(1).collect(),
    }
}

/// Problems of all shapes.
pub(crate) fn problems() -> Vec<Problem> {
    let kms = Arc::new(SourceFile {
        path: "desired/stacks/kms.yaml".to_owned(),
        text: "kind: Stack\nname: kms  # 鍵\ntemplate: infra/kms.yaml\nterminationProtect: true\nparameters: { Prefix: \"バックアップ-${env.prefx}\" }\n".to_owned(),
    });
    let tabbed = Arc::new(SourceFile {
        path: "desired/stacks/s3.yaml".to_owned(),
        text: "kind: Stack\n\tname:\ts3\n".to_owned(),
    });
    let place = |file: &Arc<SourceFile>, part: &str| {
        let start = file.text.find(part).unwrap();
        Place { file: Arc::clone(file), range: start..start + part.len() }
    };
    vec![
        Problem::at(place(&kms, "terminationProtect"), "unknown key `terminationProtect`")
            .hint("did you mean `terminationProtection`?"),
        Problem::at(place(&kms, "${env.prefx}"), "no variable `prefx` in environment `production`")
            .hint("did you mean `prefix`?"),
        Problem::at(place(&tabbed, "\tname"), "a tab cannot indent YAML")
            .hint("indent with spaces"),
        Problem::whole("`desired/` declares no environment")
            .hint("write one, such as `desired/environments/sandbox.yaml`"),
    ]
}

fn report(units: Vec<PlannedUnit>) -> Report {
    let mut calls = Calls::default();
    for _ in 0..3 {
        calls.count("cloudformation", "DescribeStacks");
    }
    calls.count("sts", "GetCallerIdentity");
    Report {
        environment: "production".to_owned(),
        commit: Some("3f2a9c1d4e5f60718293a4b5c6d7e8f901234567".to_owned()),
        plan: CheckedPlan::new(Plan::new(units)).unwrap(),
        outcomes: None,
        took: BTreeMap::new(),
        calls,
        notes: Vec::new(),
    }
}

fn with_outcomes<'a>(
    mut report: Report,
    outcomes: impl IntoIterator<Item = (&'a str, Outcome)>,
) -> Report {
    let outcomes = outcomes.into_iter().map(|(name, outcome)| (address(name), outcome));
    let outcomes: BTreeMap<_, _> = outcomes.collect();
    report.took = outcomes.keys().map(|at| (at.clone(), Duration::from_millis(4_100))).collect();
    report.outcomes = Some(outcomes);
    report.calls.count("cloudformation", "CreateChangeSet");
    report.calls.count("cloudformation", "ExecuteChangeSet");
    report
}

fn address(name: &str) -> Address {
    format!("stacks/{name}").parse().unwrap()
}

fn unit(name: &str, verdict: Verdict) -> PlannedUnit {
    let unseen = u64::from(matches!(verdict, Verdict::Unknown { .. }));
    PlannedUnit {
        address: address(name),
        kind: "Stack",
        after: Vec::new(),
        planned: Planned {
            verdict,
            outputs: BTreeMap::new(),
            desired: Digest::of(name),
            observed: Digest::of("seen"),
            coverage: Coverage {
                checked: 4,
                unsupported: 1,
                ignored: 0,
                unreadable: unseen,
                notes: Vec::new(),
            },
        },
    }
}

fn field(path: &str, before: Option<&str>, after: Option<&str>, effect: Effect) -> FieldChange {
    FieldChange {
        path: path.to_owned(),
        before: before.map(str::to_owned),
        after: after.map(str::to_owned),
        effect,
    }
}

fn create() -> Change {
    Change {
        fields: vec![
            field("Resources/Key", None, Some("AWS::KMS::Key"), Effect::Create),
            field("Resources/Alias", None, Some("AWS::KMS::Alias"), Effect::Create),
            field("Parameters/BoundaryArn", None, Some("(known after stacks/iam)"), Effect::Create),
        ],
        ..Change::new(Action::Create, "it does not exist")
    }
}

fn update() -> Change {
    let policy = |action: &str, more: &str| {
        format!(
            r#"{{"Version":"2012-10-17","Statement":[{{"Sid":"Write","Effect":"Allow","Action":["s3:GetObject","{action}"],"Resource":"*"}}{more}]}}"#
        )
    };
    Change {
        fields: vec![
            field("Tags/reconcile:commit", Some("11aa22bb"), Some("3f2a9c1d"), Effect::Record),
            field(
                "Resources/Role/Properties/MaxSessionDuration",
                Some("3600"),
                Some("7200"),
                Effect::InPlace,
            ),
            field(
                "Resources/Role/Properties/Description",
                Some(
                    "バックアップ端末のアップロードを受け付ける Lambda 関数のための実行ロール(本番環境)。変更は監査の対象になる。",
                ),
                Some(
                    "バックアップ端末のアップロードを受け付ける Lambda 関数のための実行ロール(検証環境)。変更は監査の対象になる。",
                ),
                Effect::InPlace,
            ),
            field(
                "Resources/Role/Properties/Policies/0/PolicyDocument",
                Some(&policy("s3:PutObject", "")),
                Some(&policy(
                    "s3:PutObjectTagging",
                    r#",{"Sid":"List","Effect":"Allow","Action":"s3:ListBucket","Resource":"*"}"#,
                )),
                Effect::InPlace,
            ),
            field(
                "Resources/Role/Properties/PermissionsBoundary",
                None,
                Some("arn:aws:iam::111122223333:policy/clinic-boundary"),
                Effect::InPlace,
            ),
            field(
                "Resources/Function/Properties/Environment/Variables/NOTE",
                Some(""),
                None,
                Effect::InPlace,
            ),
        ],
        ..Change::new(Action::Update, "the template changed in git")
    }
}

fn replace() -> Change {
    Change {
        dangers: vec![
            Danger { level: DangerLevel::Low, subject: "Api".to_owned(), what: "is replaced: its address changes, and callers that kept the old one fail until they are told the new one".to_owned(), allowed: false },
            Danger { level: DangerLevel::High, subject: "Table".to_owned(), what: "is replaced: its data stays behind".to_owned(), allowed: true },
        ],
        fields: vec![
            field("Resources/Api/Properties/ProtocolType", Some("HTTP"), Some("WEBSOCKET"), Effect::Replace),
            field("Resources/Table/Properties/KeySchema/0/AttributeName", Some("terminal"), Some("clinic"), Effect::Replace),
            field("Resources/Stage/Properties/ApiId", Some("a1b2c3d4"), Some("(known after stacks/api)"), Effect::MayReplace),
        ],
        ..Change::new(Action::Replace, "`ProtocolType` cannot be changed in place")
    }
}

fn blocked() -> Verdict {
    let change = Change {
        dangers: vec![Danger {
            level: DangerLevel::High,
            subject: "TrailBucket".to_owned(),
            what: "is replaced: its objects stay behind in the old bucket".to_owned(),
            allowed: false,
        }],
        fields: vec![field(
            "Resources/TrailBucket/Properties/BucketName",
            Some("clinic-trail"),
            Some("clinic-cloudtrail"),
            Effect::Replace,
        )],
        ..Change::new(Action::Replace, "`BucketName` cannot be changed in place")
    };
    Verdict::Blocked {
        why: "it would replace `TrailBucket`, which holds data".to_owned(),
        unblock: "write `allow: { replace: [TrailBucket] }` in desired/stacks/s3.yaml, or take the new name back".to_owned(),
        change: Some(change),
    }
}

fn delete() -> Change {
    Change {
        dangers: vec![Danger {
            level: DangerLevel::Low,
            subject: "Queue".to_owned(),
            what: "is deleted".to_owned(),
            allowed: false,
        }],
        fields: vec![
            field("Resources/Queue", Some("AWS::SQS::Queue"), None, Effect::Delete),
            field("Resources/ReportBucket", Some("AWS::S3::Bucket"), None, Effect::Record),
        ],
        ..Change::new(Action::Delete, "`desired/` does not declare it any more")
    }
}

fn revert() -> Change {
    Change {
        fields: vec![
            field(
                "Resources/LogBucket/Properties/VersioningConfiguration/Status",
                Some("Suspended"),
                Some("Enabled"),
                Effect::InPlace,
            ),
            field(
                "Resources/LogBucket/Properties/Tags/0/Value",
                None,
                Some("clinic-backup"),
                Effect::InPlace,
            ),
        ],
        ..Change::new(Action::Revert, "changed outside git, seen at 2026-11-20T09:00:00Z")
    }
}

fn follow() -> Change {
    Change::new(Action::Follow, "its function comes with `stacks/api`")
}

fn recover() -> Change {
    Change::new(
        Action::Recover,
        "the last update could not be rolled back (UPDATE_ROLLBACK_FAILED): the rollback is continued",
    )
}
