//! A survey made by hand: one of everything that a page and a folder of evidence show.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use reconcile_core::address::Address;
use reconcile_core::calls::Calls;
use reconcile_core::check::CheckedPlan;
use reconcile_core::coverage::Coverage;
use reconcile_core::digest::Digest;
use reconcile_core::outcome::Outcome;
use reconcile_core::plan::{Plan, Planned, PlannedUnit};
use reconcile_core::report::{Report, Status};
use reconcile_core::status::{Running, UnitStatus};
use reconcile_core::verdict::{Action, Change, Verdict};
use reconcile_engine::state::history::History;
use reconcile_engine::state::record::{RunRecord, RunStatus, UnitRecord};
use reconcile_guard::{Judgement, Record, RuleRecord, Standing};

use super::{
    Authority, Declared, Enrolment, Exception, ExceptionKind, Function, Place, Sight, Signature,
    Signed, Survey, Surveyed,
};
use crate::views::fixtures;
use crate::views::terminals::{Certificate, Terminal};

const COMMIT: &str = "3f2a9c1d4e5f60718293a4b5c6d7e8f901234567";

/// Two environments, of which one could not be reached; the other has so many terminals.
pub(in crate::views) fn survey(terminals: usize) -> Survey {
    let unreachable =
        "failed to ask AWS who is calling: the security token included in the request is expired";
    Survey {
        version: "0.1.0",
        environments: vec![
            Surveyed { name: "production".to_owned(), sight: Ok(Box::new(sight(terminals))) },
            Surveyed { name: "staging".to_owned(), sight: Err(vec![unreachable.to_owned()]) },
        ],
    }
}

/// One environment with as many stacks, in each of which something changes.
pub(in crate::views) fn many_stacks(stacks: usize) -> Survey {
    let report = Report { commit: Some(COMMIT.to_owned()), ..fixtures::many(stacks) };
    let units = report.plan().units();
    let sight = Sight {
        running: units.iter().filter_map(running).collect(),
        declared: units.iter().map(|unit| (unit.address.clone(), declared(unit))).collect(),
        report,
        ..sight(0)
    };
    let name = "production".to_owned();
    Survey { version: "0.1.0", environments: vec![Surveyed { name, sight: Ok(Box::new(sight)) }] }
}

/// When it is looked at.
fn now() -> Timestamp {
    "2026-11-21T12:00:00Z".parse().unwrap()
}

fn days(days: i64) -> Timestamp {
    now() + SignedDuration::from_hours(24 * days)
}

fn address(written: &str) -> Address {
    written.parse().unwrap()
}

fn sight(terminals: usize) -> Sight {
    let terminals: Vec<_> = (0..terminals).map(enrolment).collect();
    let mut units = fixtures::plan().plan().units().to_vec();
    units.extend(terminals.iter().enumerate().map(|(number, one)| planned(number, one)));
    let plan = CheckedPlan::new(Plan::new(units)).unwrap();
    let report = Report { plan, ..fixtures::plan() };
    let declared = report.plan().units().iter();
    let declared = declared.filter(|unit| unit.address.name() != "old-reports");
    Sight {
        place: Place {
            account: "111122223333".to_owned(),
            region: "ap-northeast-1".to_owned(),
            sandbox: false,
            caller: "arn:aws:sts::111122223333:assumed-role/reconcile-plan/github".to_owned(),
            at: now(),
        },
        dirty: vec!["desired/stacks/kms.yaml".to_owned()],
        running: report.plan().units().iter().filter_map(running).collect(),
        declared: declared.map(|unit| (unit.address.clone(), self::declared(unit))).collect(),
        compared: BTreeMap::from([(address("stacks/logs"), days(-1))]),
        terminals,
        signatures: signatures(),
        authorities: vec![Authority {
            address: address("truststores/devices"),
            subject: "C=JP, O=Clinic Backup, CN=Issuing CA".to_owned(),
            fingerprint: Digest::of("ca").as_str().to_owned(),
            not_after: days(1700),
        }],
        history: Ok(history()),
        judgement: Ok(judgement()),
        exceptions: exceptions(),
        report,
    }
}

fn declared(unit: &PlannedUnit) -> Declared {
    let after: &[&str] = match unit.address.name() {
        "iam" | "s3" => &["stacks/kms"],
        "api" => &["stacks/iam", "stacks/s3"],
        "logs" | "trail" => &["stacks/s3"],
        "dns" => &["stacks/api"],
        name if name.starts_with("clinic-") => &["stacks/iam"],
        _ => &[],
    };
    let kind = unit.address.kind();
    Declared {
        file: format!("desired/{kind}/{}.yaml", unit.address.name()),
        sha256: Digest::of(unit.address.to_string()).as_str().to_owned(),
        region: "ap-northeast-1".to_owned(),
        physical_name: format!("clinic-{}", unit.address.name()),
        after: after.iter().map(|before| address(before)).collect(),
    }
}

fn running(unit: &PlannedUnit) -> Option<UnitStatus> {
    let is_there =
        unit.planned.verdict.change().is_none_or(|change| change.action != Action::Create);
    let running = Running {
        state: "UPDATE_COMPLETE".to_owned(),
        commit: Some(COMMIT.to_owned()),
        since: Some(days(-30)),
        identity: format!(
            "arn:aws:cloudformation:ap-northeast-1:111122223333:stack/{}",
            unit.address.name()
        ),
    };
    (unit.address.kind() == "stacks").then(|| UnitStatus {
        address: unit.address.clone(),
        running: is_there.then_some(running),
        unreadable: None,
        declared: unit.address.name() != "old-reports",
    })
}

/// Terminals of several clinics. The first have one of every state; the others are as most are.
fn enrolment(number: usize) -> Enrolment {
    let clinic = format!("clinic-{:04}", 1 + number % 40 / 4 + number / 40 * 10);
    let name = format!("{clinic}-pc{number:05}");
    let ends = match number {
        0 => -2,
        1 => 3,
        2 => 21,
        _ => 31 + i64::try_from(number * 7 % 60).unwrap(),
    };
    let (declared, registered) = match number {
        4 => ("suspended", Some("suspended")),
        5 => ("suspended", Some("enrolled")),
        6 => ("revoked", Some("revoked")),
        7 => ("enrolled", None),
        _ => ("enrolled", Some("enrolled")),
    };
    let serial = Digest::of(&name).as_str()[..32].to_owned();
    let certificate = Certificate {
        serial: serial.clone(),
        issued: days(ends - 90),
        not_after: days(ends),
        revoked: (number == 6).then(|| days(-4)),
        commit: Some(COMMIT.to_owned()),
        arn: format!("arn:aws:acm-pca:ap-northeast-1:111122223333:certificate/{serial}"),
    };
    Enrolment {
        address: Address::new("devices", &name),
        terminal: Terminal {
            name,
            clinic,
            declared,
            registered,
            unreadable: None,
            allowed: if registered == Some("enrolled") { vec![serial] } else { Vec::new() },
            certificates: if number == 7 { Vec::new() } else { vec![certificate] },
        },
        renew_before: 30,
    }
}

fn planned(number: usize, enrolment: &Enrolment) -> PlannedUnit {
    let verdict = match number {
        0 => Verdict::Change(Change::new(Action::Update, "its certificate has ended")),
        2 => Verdict::Change(Change::new(Action::Update, "its certificate ends within 30 days")),
        5 => Verdict::Change(Change::new(Action::Update, "git says `suspended`")),
        7 => Verdict::Change(Change::new(Action::Create, "it has no certificate")),
        8 => Verdict::Blocked {
            why: "two certificates are in force that no record knows: </script><img src=x onerror=alert(1)>".to_owned(),
            unblock: "find out whose they are, or permit to revoke them: `allow: { revoke: […] }`".to_owned(),
            change: None,
        },
        9 => Verdict::Unknown { why: "its registration could not be read: AccessDenied".to_owned() },
        _ => Verdict::InSync,
    };
    let unreadable = u64::from(number == 9);
    PlannedUnit {
        address: enrolment.address.clone(),
        kind: "Device",
        after: Vec::new(),
        planned: Planned {
            verdict,
            outputs: BTreeMap::new(),
            desired: Digest::of("wanted"),
            observed: Digest::of("seen"),
            coverage: Coverage { checked: 1 - unreadable, unreadable, ..Coverage::default() },
        },
    }
}

fn signatures() -> Vec<Signature> {
    let signed = |name: &str, ends: i64| Signed {
        object: format!("s3://clinic-code/signed/{name}.zip"),
        version: "3sL4kqtJlcpXroDTDmJ+rmSpXd3dIbrHY".to_owned(),
        code_sha256: format!("{name}="),
        job: format!("arn:aws:signer:ap-northeast-1:111122223333:/signing-jobs/{name}"),
        profile_version:
            "arn:aws:signer:ap-northeast-1:111122223333:/signing-profiles/clinic/7dx3BPyuNq"
                .to_owned(),
        expires: Some(days(ends)),
        commit: Some(COMMIT.to_owned()),
    };
    let function = |name: &str, code: &str| Function {
        arn: format!("arn:aws:lambda:ap-northeast-1:111122223333:function:{name}"),
        code_sha256: format!("{code}="),
        job: None,
    };
    let of = |name: &str, signed, function| Signature {
        address: Address::new("artifacts", name),
        signed,
        revoked: None,
        function,
    };
    vec![
        of(
            "device-api",
            Some(signed("device-api", 4000)),
            Some(function("device-api", "device-api")),
        ),
        of("health", Some(signed("health", 40)), Some(function("health", "other"))),
        of("mailer", None, None),
    ]
}

fn history() -> History {
    let unit = |name: &str, outcome| UnitRecord {
        address: Address::new("stacks", name),
        action: Some(Action::Update),
        outcome,
        steps: vec!["execute the change set".to_owned()],
        took_ms: Some(41_000),
    };
    let failed = Outcome::Failed {
        why: "CodeBucket AWS::S3::Bucket UPDATE_FAILED: Access Denied".to_owned(),
    };
    let run = |number: i64, status, units| RunRecord {
        format_version: "1.0".to_owned(),
        run: format!("20261120T0{number}0000000Z-3f2a9c4b11d0"),
        environment: "production".to_owned(),
        account: "111122223333".to_owned(),
        caller: "arn:aws:sts::111122223333:assumed-role/reconcile-apply/github".to_owned(),
        actor: Some("sato".to_owned()),
        url: Some("https://github.com/example/backup/actions/runs/17".to_owned()),
        commit: Some(COMMIT.to_owned()),
        plan_digest: Digest::of("plan"),
        uncommitted: 0,
        planned: Some(2),
        left_out: 0,
        started_at: days(number - 12),
        finished_at: Some(days(number - 12) + SignedDuration::from_secs(94)),
        status,
        units,
        calls: Calls { total: 61, writes: 7, ..Calls::default() },
    };
    let partial = vec![unit("iam", Outcome::Applied), unit("s3", failed)];
    let applied = vec![unit("kms", Outcome::Applied), unit("logs", Outcome::Applied)];
    History {
        runs: vec![
            run(9, RunStatus::Ended(Status::Partial), partial),
            run(5, RunStatus::Running, Vec::new()),
            run(2, RunStatus::Ended(Status::Applied), applied),
        ],
        unread: 14,
        remarks: vec![
            "the record of run `20261101T000000000Z-5b0f9c` : it has format 9.0, not 1.0"
                .to_owned(),
        ],
    }
}

fn judgement() -> Judgement {
    let rule = |name: &str, keeps: &str, standing, findings| RuleRecord {
        rule: name.to_owned(),
        keeps: keeps.to_owned(),
        file: "infra/rules/storage.guard".to_owned(),
        standing,
        checked: vec!["infra/s3.yaml".to_owned()],
        findings,
    };
    let found = |excepted| {
        vec![Record {
            file: "infra/s3.yaml".to_owned(),
            line: 41,
            resource: Some("CodeBucket".to_owned()),
            message: "objects can be read without TLS".to_owned(),
            excepted,
        }]
    };
    Judgement {
        rules: vec![
            rule(
                "buckets_are_encrypted",
                "Portfolio, layer 1; OWASP A02",
                Standing::Kept,
                Vec::new(),
            ),
            rule(
                "buckets_want_tls",
                "Backup design 5.2; OWASP A02, SOC 2 CC6.1",
                Standing::Broken,
                found(false),
            ),
            rule(
                "buckets_keep_versions",
                "Backup design 5.2; Well-Architected, reliability",
                Standing::Excepted,
                found(true),
            ),
            rule("tables_are_backed_up", "Portfolio, layer 4", Standing::NotApplicable, Vec::new()),
        ],
        ..Judgement::default()
    }
}

fn exceptions() -> Vec<Exception> {
    let exception = |kind, subject: &str, until: &str| Exception {
        unit: "stacks/s3".to_owned(),
        kind,
        subject: subject.to_owned(),
        reason: "the old terminals upload without versions until they are replaced".to_owned(),
        until: until.to_owned(),
    };
    vec![
        exception(ExceptionKind::Rule, "buckets_keep_versions (CodeBucket)", "2027-03-31"),
        exception(ExceptionKind::Drift, "CodeBucket/Tags", "2026-10-31"),
    ]
}
