//! What the program promises, each with a test that can fail.

use std::time::Duration;

use reconcile_core::report::{Report, Status};
use reconcile_core::verdict::{Action, Verdict};
use reconcile_engine::kind::Depth;
use reconcile_sandbox::{ResourceFailure, ResourceOperation};
use reconcile_tests::account::Account;
use reconcile_tests::operator::{COMMIT, DETECTING, Operator};
use reconcile_tests::repository::{Repository, foundation};
use serde_json::json;

use crate::blind_spots::guarded;

/// The account after the repository was applied.
fn after(repository: &Repository) -> Account {
    let account = Account::new();
    assert_eq!(apply(&account, repository).status(), Status::Applied);
    account
}

fn apply(account: &Account, repository: &Repository) -> Report {
    account.wait(Duration::from_mins(1));
    account.process(Operator::new(account, repository).apply()).expect("nobody else applies")
}

fn plan(account: &Account, repository: &Repository) -> Report {
    account.process(Operator::new(account, repository).plan())
}

fn verdict(report: &Report, address: &str) -> Verdict {
    let address = address.parse().expect("an address");
    report.plan().unit(&address).expect("it is planned").planned.verdict.clone()
}

#[track_caller]
fn blocked(report: &Report, address: &str) -> (String, String) {
    match verdict(report, address) {
        Verdict::Blocked { why, unblock, change: _ } => (why, unblock),
        other @ (Verdict::InSync | Verdict::Change(_) | Verdict::Unknown { .. }) => {
            panic!("it is not blocked: {other:?}")
        }
    }
}

mod looking_writes_nothing {
    use super::*;

    #[track_caller]
    fn check(account: &Account, repository: &Repository, depth: Depth) -> Report {
        let (calls, writes) = (account.calls(), account.writes());
        let look = account.process(Operator::new(account, repository).look(depth));
        assert!(account.calls() > calls, "it did not look");
        assert_eq!(account.writes(), writes, "{:?}", account.sandbox.call_log());
        let report = look.report();
        assert_eq!(report.calls.writes, 0);
        report
    }

    #[test]
    fn at_an_empty_account() {
        let account = Account::new();
        let report = check(&account, &foundation(), Depth::default());
        assert_eq!(report.summary().create, 4);
        check(&account, &foundation(), DETECTING);
        assert_eq!(account.process(account.stacks()), Vec::<String>::new());
    }

    #[test]
    fn at_changes_of_every_kind_and_at_drift() {
        let account = after(&foundation());
        account.tamper("store", "Bucket", "/VersioningConfiguration/Status", json!("Suspended"));
        let changed = foundation()
            .edit("infra/keys.yaml", "of the foundation", "of all")
            .stack("more", "", "Resources: { Topic: { Type: AWS::SNS::Topic } }\n")
            .without_stack("trail");
        for depth in [Depth::default(), DETECTING, Depth { full: true, detect: true }] {
            let report = check(&account, &changed, depth);
            assert_eq!(report.status(), Status::Blocked, "the trail has a log group");
            let summary = report.summary();
            assert_eq!((summary.create, summary.update), (1, 1));
            assert_eq!(summary.revert, u64::from(depth.detect));
        }
    }
}

mod applying_twice {
    use super::*;

    #[test]
    fn changes_and_writes_nothing_the_second_time() {
        let account = after(&foundation());
        let writes = account.writes();
        assert_eq!(apply(&account, &foundation()).status(), Status::InSync);
        assert_eq!(account.writes(), writes);
    }

    #[test]
    fn changes_nothing_when_the_ledger_was_lost() {
        let account = after(&foundation());
        account.process(account.lose("state-test", "ledger/test/stacks.json"));
        let writes = account.writes();
        assert_eq!(apply(&account, &foundation()).status(), Status::InSync);
        let log = account.sandbox.call_log();
        let written: Vec<_> =
            log.iter().filter(|call| call.write).skip(writes_of(writes)).collect();
        assert!(matches!(written.as_slice(), [ledger] if ledger.operation == "PutObject"));
        let writes = account.writes();
        assert_eq!(apply(&account, &foundation()).status(), Status::InSync);
        assert_eq!(account.writes(), writes);
    }

    fn writes_of(count: u64) -> usize {
        usize::try_from(count).expect("a count of calls")
    }
}

mod destroying_needs_consent {
    use super::*;

    /// Refused without writing, with this advice; then carried out with the advice taken.
    #[track_caller]
    fn check(wanted: &Repository, address: &str, (file, consent): (&str, &str)) -> Account {
        let account = after(&foundation());
        let writes = account.writes();
        let report = apply(&account, wanted);
        assert_eq!(report.status(), Status::Blocked);
        assert_eq!(account.writes(), writes);
        let (why, unblock) = blocked(&report, address);
        assert!(why.contains("destroy data or identity"), "{why}");
        assert_eq!(unblock, format!("if that is meant, add `{consent}` to {file}"));
        let permitted = wanted.clone().append(file, &format!("{consent}\n"));
        assert_eq!(apply(&account, &permitted).status(), Status::Applied);
        assert_eq!(apply(&account, &permitted).status(), Status::InSync);
        account
    }

    #[test]
    fn of_a_bucket_that_is_replaced() {
        let wanted = foundation().edit("infra/store.yaml", "foundation-store", "other-store");
        let consent = ("desired/stacks/store.yaml", "allow: { replace: [Bucket] }");
        let account = check(&wanted, "stacks/store", consent);
        assert_eq!(account.live("AWS::S3::Bucket"), ["other-store", "state-test"]);
    }

    #[test]
    fn of_a_log_group_that_leaves_its_stack() {
        let gone = "  Log:\n    Type: AWS::Logs::LogGroup\n    Properties: { LogGroupName: foundation-log, RetentionInDays: 30 }\n";
        let wanted = foundation().edit("infra/trail.yaml", gone, "");
        let consent = ("desired/stacks/trail.yaml", "allow: { delete: [Log] }");
        let account = check(&wanted, "stacks/trail", consent);
        assert!(account.live("AWS::Logs::LogGroup").is_empty());
    }

    #[test]
    fn of_a_stack_with_data_that_left_git() {
        let wanted = foundation().without_stack("trail");
        let consent = ("desired/environments/test.yaml", "allow: { delete: [stacks/trail] }");
        let account = check(&wanted, "stacks/trail", consent);
        assert_eq!(account.process(account.stacks()), ["keys", "roles", "store"]);
    }

    #[test]
    fn but_not_of_what_is_kept_by_its_deletion_policy() {
        let kept = foundation().edit(
            "infra/keys.yaml",
            "    Type: AWS::KMS::Key\n",
            "    Type: AWS::KMS::Key\n    DeletionPolicy: Retain\n",
        );
        let account = after(&kept);
        let wanted = kept
            .file("infra/keys.yaml", "Resources: { Topic: { Type: AWS::SNS::Topic } }\nOutputs: { KeyArn: { Value: none } }\n");
        let report = apply(&account, &wanted);
        assert_eq!(report.status(), Status::Applied, "{:?}", report.outcomes);
        assert_eq!(account.live("AWS::KMS::Key").len(), 1, "the key stays");
    }

    #[test]
    fn but_not_of_what_can_be_made_again() {
        let board = |name: &str| {
            let template = format!(
                "Resources:\n  Board:\n    Type: AWS::CloudWatch::Dashboard\n    Properties: {{ DashboardName: {name}, DashboardBody: x }}\n"
            );
            Repository::new().stack("board", "", &template)
        };
        let account = after(&board("one"));
        let report = apply(&account, &board("two"));
        assert_eq!(report.summary().replace, 1);
        assert_eq!(account.live("AWS::CloudWatch::Dashboard"), ["two"]);
    }
}

mod going_past_the_plan {
    use super::*;

    const TABLE: &str = "\
Resources:
  Database:
    Type: AWS::RDS::DBInstance
    Properties: { DBInstanceIdentifier: clinic, Engine: postgres, EngineVersion: '16', AllocatedStorage: '20' }
";

    #[test]
    fn a_change_set_that_would_replace_data_is_deleted() {
        let declared = Repository::new().stack("data", "", TABLE);
        let account = after(&declared);
        let wanted = declared.edit("infra/data.yaml", "Engine: postgres", "Engine: mysql");
        let report = apply(&account, &wanted);
        assert_eq!(report.status(), Status::Blocked, "{:?}", report.outcomes);
        let outcome = format!("{:?}", report.outcomes);
        assert!(outcome.contains("further than the plan"), "{outcome}");
        assert_eq!(account.calls_of("cloudformation:ExecuteChangeSet"), 1, "only the creation");
        assert_eq!(account.process(account.change_sets("data")), Vec::<String>::new());
        assert_eq!(account.process(account.stack_status("data")), "CREATE_COMPLETE");
    }

    #[test]
    fn a_unit_that_would_lose_more_than_its_reader_saw_is_refused() {
        let declared = Repository::new().stack(
            "board",
            "",
            "Resources:\n  Board:\n    Type: AWS::CloudWatch::Dashboard\n    Properties: { DashboardName: one, DashboardBody: x }\n",
        );
        let account = after(&declared);
        let wanted =
            declared.clone().edit("infra/board.yaml", "DashboardBody: x", "DashboardBody: y");
        let reader = Operator::new(&account, &wanted);
        let meanwhile =
            Operator::new(&account, &declared.edit("infra/board.yaml", "one", "two")).actor("bob");
        let report = account.process(async {
            let look = reader.look(Depth::default()).await;
            meanwhile.apply().await.expect("nobody else applies");
            reader.carry_out(look).await.expect("nobody else applies")
        });
        assert_eq!(report.status(), Status::Blocked, "{:?}", report.outcomes);
        assert_eq!(account.live("AWS::CloudWatch::Dashboard"), ["two"]);
    }
}

mod ownership {
    use super::*;

    const TOPIC: &str = "Resources: { Topic: { Type: AWS::SNS::Topic } }\n";

    #[test]
    fn a_stack_that_is_somebody_elses_is_not_touched() {
        let account = Account::new();
        account.process(async {
            for name in ["board", "unrelated"] {
                let stack = account.cloudformation().create_stack().stack_name(name);
                stack.template_body(TOPIC).send().await.expect("the stack is begun");
            }
        });
        let declared = Repository::new().stack(
            "board",
            "tags: { owner: us }\n",
            "Resources: { Other: { Type: AWS::SNS::Topic } }\n",
        );
        let writes = account.writes();
        let report = apply(&account, &declared);
        assert_eq!(report.status(), Status::Blocked);
        let (why, _) = blocked(&report, "stacks/board");
        assert_eq!(why, "the stack `board` exists and was not made by reconcile");
        assert_eq!(report.plan().units().len(), 1, "what is not declared is not ours to plan");
        assert_eq!(account.writes(), writes);
        let adopted = declared.append("desired/stacks/board.yaml", "allow: { adopt: true }\n");
        assert_eq!(apply(&account, &adopted).status(), Status::Applied);
        assert_eq!(account.process(account.stacks()), ["board", "unrelated"]);
    }

    #[test]
    fn two_environments_in_one_account_leave_each_other_alone() {
        let both = Repository::new()
            .environment("other", "")
            .stack("one", "stackName: one-${env.suffix}\n", TOPIC)
            .append("desired/environments/test.yaml", "variables: { suffix: test }\n")
            .append("desired/environments/other.yaml", "variables: { suffix: other }\n");
        let account = after(&both);
        let other = Operator::new(&account, &both).environment("other");
        let report = account.process(other.apply()).expect("nobody else applies");
        assert_eq!(report.status(), Status::Applied);
        assert_eq!(report.plan().units().len(), 1);
        let moved = both.without_stack("one").stack("two", "stackName: two-${env.suffix}\n", TOPIC);
        let report = apply(&account, &moved);
        assert_eq!((report.summary().create, report.summary().delete), (1, 1));
        assert_eq!(account.process(account.stacks()), ["one-other", "two-test"]);
        // The same name from another environment is somebody else's, too.
        let clash = moved
            .edit("desired/environments/test.yaml", "suffix: test", "suffix: other")
            .edit("desired/stacks/two.yaml", "two-", "one-");
        let (why, _) = blocked(&plan(&account, &clash), "stacks/two");
        assert!(why.ends_with("belongs to `stacks/one` of the environment `other`"), "{why}");
    }

    #[test]
    fn what_moved_to_another_region_is_deleted_where_it_was() {
        let regions = ("desired/environments/test.yaml", "regions: [us-east-1]\n");
        let away = Repository::new().append(regions.0, regions.1);
        let account = after(&away.clone().stack("one", "region: us-east-1\n", TOPIC));
        let wanted = away.stack("one", "", TOPIC);
        // Where to look does not hang on a note.
        account.process(account.lose("state-test", "ledger/test/stacks.json"));
        let report = apply(&account, &wanted);
        assert_eq!((report.summary().create, report.summary().delete), (1, 1));
        assert!(matches!(verdict(&report, "stacks/one@us-east-1"), Verdict::Change(_)));
        assert_eq!(account.live("AWS::SNS::Topic").len(), 1, "the other one is gone");
        assert_eq!(apply(&account, &wanted).status(), Status::InSync);
    }

    #[test]
    fn what_left_git_is_deleted_from_its_end() {
        let publisher = "Resources: { Topic: { Type: AWS::SNS::Topic } }\nOutputs: { Arn: { Value: !Ref Topic, Export: { Name: topic } } }\n";
        let reader = "Resources:\n  Board:\n    Type: AWS::CloudWatch::Dashboard\n    Properties: { DashboardName: b, DashboardBody: !ImportValue topic }\n";
        let declared = Repository::new()
            .stack("a-publisher", "", publisher)
            .stack("b-reader", "", reader)
            .stack("c-other", "", TOPIC);
        let account = after(&declared);
        let wanted = declared.without_stack("a-publisher").without_stack("b-reader");
        let report = apply(&account, &wanted);
        assert_eq!(report.status(), Status::Applied, "{:?}", report.outcomes);
        let log = account.sandbox.call_log();
        let deleted = log.iter().filter(|call| call.operation == "DeleteStack");
        let deleted: Vec<_> = deleted.filter_map(|call| call.resource.as_deref()).collect();
        assert!(
            matches!(deleted.as_slice(), [first, second] if first.contains("b-reader") && second.contains("a-publisher")),
            "{deleted:?}"
        );
    }
}

mod a_partial_answer {
    use super::*;

    #[test]
    fn a_listing_that_failed_is_not_an_absence() {
        let account = after(&foundation());
        let wanted = foundation().without_stack("trail");
        let writes = account.writes();
        let operator = Operator::new(&account, &wanted).denied(&["DescribeStacks"]);
        let report = account.process(operator.apply()).expect("nobody else applies");
        assert_eq!(report.status(), Status::Error);
        assert_eq!(account.writes(), writes);
        assert!(report.coverage().unreadable > 0);
        assert!(
            report.plan().units().iter().all(|unit| matches!(&unit.planned.verdict, Verdict::Unknown { why } if why.contains("AccessDenied"))),
            "{:?}",
            report.plan().units()
        );
        assert!(report.plan().units().iter().any(|unit| unit.address.name() == "undeclared"));
    }

    #[test]
    fn a_template_that_cannot_be_read_is_not_a_difference() {
        let account = after(&foundation());
        let wanted = foundation().edit("infra/keys.yaml", "of the foundation", "of all");
        let operator = Operator::new(&account, &wanted).denied(&["GetTemplate"]);
        let report = account.process(operator.plan());
        assert_eq!(report.status(), Status::Error);
        assert!(matches!(verdict(&report, "stacks/keys"), Verdict::Unknown { .. }));
        assert_eq!(verdict(&report, "stacks/roles"), Verdict::InSync, "the ledger vouches for it");
    }

    #[test]
    fn drift_that_cannot_be_read_is_not_in_sync() {
        let account = after(&foundation());
        for denied in [&["DetectStackDrift"][..], &["DescribeStackResourceDrifts"][..]] {
            let operator = Operator::new(&account, &foundation()).denied(denied);
            let report = account.process(operator.drift());
            assert_eq!(report.status(), Status::Error, "{denied:?}");
            assert!(report.coverage().unreadable > 0, "{denied:?}");
        }
    }

    #[test]
    fn drift_is_not_known_of_what_changed_while_it_was_detected() {
        let account = after(&foundation());
        account.wait(Duration::from_mins(1));
        let (old, new) = (foundation(), "of all of us");
        let wanted = old.clone().edit("infra/keys.yaml", "of the foundation", new);
        let operator = Operator::new(&account, &wanted);
        let rival = async {
            tokio::time::sleep(Duration::from_secs(1)).await;
            let update = account.cloudformation().update_stack().stack_name("keys");
            update.template_body(wanted.text("infra/keys.yaml")).send().await
        };
        let (report, updated) = account.process(async { tokio::join!(operator.drift(), rival) });
        updated.expect("the update is begun");
        let Verdict::Unknown { why } = verdict(&report, "stacks/keys") else {
            panic!("{report:?}")
        };
        assert!(why.ends_with("it was changed while its drift was detected"), "{why}");
        assert_eq!(verdict(&report, "stacks/roles"), Verdict::InSync, "nobody touched it");
    }

    #[test]
    fn what_cannot_be_compared_is_counted() {
        let account = after(&guarded());
        let coverage = account.process(Operator::new(&account, &guarded()).drift()).coverage();
        let counts = (coverage.checked, coverage.unsupported, coverage.unreadable);
        assert_eq!(counts, (5, 1, 0), "nothing reads the inline policy");
    }
}

mod no_secret_passes_through_us {
    use std::process::Command;

    use super::*;

    /// What somebody put by hand where the template has a `NoEcho` parameter.
    const SECRET: &str = "hunter2";

    /// A topic with a token that only AWS knows.
    fn keeping_a_token() -> Repository {
        Repository::new().stack("api", "onDrift: revert\n", TEMPLATE)
    }

    const TEMPLATE: &str = "\
Parameters: { Token: { Type: String, NoEcho: true, Default: none } }
Resources:
  Topic:
    Type: AWS::SNS::Topic
    Properties: { TopicName: api, DisplayName: !Ref Token }
";

    #[test]
    fn into_a_plan_a_record_or_the_ledger() {
        let account = after(&keeping_a_token());
        account.tamper("api", "Topic", "/DisplayName", json!(SECRET));
        let repository = keeping_a_token();
        let operator = Operator::new(&account, &repository);
        let drift = account.process(operator.drift());
        assert_eq!(drift.summary().revert, 1, "{:?}", drift.plan().units());
        assert!(!format!("{drift:?}").contains(SECRET));
        account.wait(Duration::from_mins(1));
        let healed = account.process(operator.apply_detecting()).expect("nobody else applies");
        assert_eq!(healed.status(), Status::Applied);
        let kept = account.process(account.objects("state-test", ""));
        assert!(kept.len() > 2, "{kept:?}");
        assert!(!format!("{kept:?}{healed:?}").contains(SECRET));
    }

    /// A job whose arguments have a token.
    const JOB: &str = "\
Resources:
  Job:
    Type: AWS::Glue::Job
    Properties:
      Name: api
      Role: 'arn:aws:iam::000000000000:role/api'
      Command: { Name: pythonshell }
      DefaultArguments: { api-token: none }
";

    #[test]
    fn but_whether_it_is_still_the_same_one_is_seen() {
        let repository = Repository::new().stack("api", "onDrift: revert\n", JOB);
        let account = after(&repository);
        let shown = |value: &str| {
            account.tamper("api", "Job", "/DefaultArguments/api-token", json!(value));
            let drift = account.process(Operator::new(&account, &repository).drift());
            assert!(!format!("{drift:?}").contains(value), "{drift:?}");
            let changes = drift.plan().changes().flat_map(|(_, change)| &change.fields);
            let mut before = changes.filter_map(|field| field.before.clone());
            before.next().expect("it drifted")
        };
        let first = shown(SECRET);
        let hash = first.strip_prefix("(hidden ").and_then(|rest| rest.strip_suffix(')'));
        let hash = hash.unwrap_or_else(|| panic!("{first}"));
        assert_eq!(hash.len(), 8, "{hash}");
        assert_eq!(shown(SECRET), first, "it is the same one");
        assert_ne!(shown("hunter3"), first, "it is another one");
        // The key is where only those read who may look at the account, and nobody prints it.
        let ledger = account.process(account.objects("state-test", "ledger/test/stacks"));
        let key = ledger[0]["key"].as_str().expect("an apply made it").to_owned();
        assert_eq!(key.len(), 64);
        let drift = account.process(Operator::new(&account, &repository).drift());
        assert!(!format!("{drift:?}").contains(&key));
        // It is lost with the ledger, and nothing else is.
        account.process(account.lose("state-test", "ledger/test/stacks.json"));
        assert_eq!(shown("hunter3"), "(hidden)");
    }

    #[test]
    fn onto_the_terminal_or_into_its_log() {
        let folder = tempfile::tempdir().expect("a folder");
        keeping_a_token().write_to(folder.path());
        let run = |line: &str| {
            let mut program = Command::new(reconcile_tests::binary::reconcile());
            program.args(line.split(' ')).current_dir(folder.path()).env_clear().env("CI", "true");
            let output = program.output().expect("the program runs");
            format!(
                "{:?}\n{}{}",
                output.status.code(),
                String::from_utf8_lossy(&output.stdout),
                String::from_utf8_lossy(&output.stderr)
            )
        };
        assert!(run("apply").starts_with("Some(0)"));
        let tampered = run(&format!("sandbox tamper stacks/api Topic /DisplayName {SECRET}"));
        assert!(tampered.starts_with("Some(0)"), "{tampered}");
        for line in [
            "drift -vvv",
            "drift --output json",
            "drift --output markdown",
            "plan --detect",
            "apply --detect -vvv",
            "status",
        ] {
            let said = run(line);
            assert!(said.contains("stacks/api"), "{line}: {said}");
            assert!(!said.contains(SECRET), "{line}: {said}");
        }
    }
}

mod run_records {
    use super::*;

    #[test]
    fn say_who_changed_what_from_which_commit() {
        let account = Account::new();
        let report = apply(&account, &foundation());
        let records = account.process(account.objects("state-test", "runs/"));
        let [record] = records.as_slice() else { panic!("{records:?}") };
        assert_eq!(record["actor"], "alice");
        assert_eq!(record["commit"], COMMIT);
        assert_eq!(record["account"], account.sandbox.account_id());
        assert!(record["caller"].as_str().is_some_and(|arn| arn.starts_with("arn:aws:sts::")));
        assert_eq!(record["planDigest"], report.digest().as_str());
        assert_eq!(record["status"], "applied");
        let units = record["units"].as_array().expect("units").iter();
        let units: Vec<_> = units
            .map(|unit| {
                (unit["address"].as_str(), unit["outcome"].as_str(), unit["steps"].to_string())
            })
            .collect();
        assert_eq!(units.len(), 4, "{units:?}");
        let (address, outcome, steps) = &units[0];
        assert_eq!((*address, *outcome), (Some("stacks/keys"), Some("applied")));
        assert!(steps.contains("executed the change set `reconcile-"), "{steps}");
    }

    #[test]
    fn are_not_written_for_nothing() {
        let account = after(&foundation());
        apply(&account, &foundation());
        assert_eq!(account.process(account.objects("state-test", "runs/")).len(), 1);
    }

    #[test]
    fn say_what_an_update_left_behind() {
        let two =
            "Resources:\n  Old: { Type: AWS::SNS::Topic }\n  Kept: { Type: AWS::SNS::Topic }\n";
        let account = after(&Repository::new().stack("board", "", two));
        let (target, message) = ("Old".to_owned(), "it is in use".to_owned());
        let operation = ResourceOperation::Delete;
        let failure = ResourceFailure { target, operation, message, times: 99 };
        account.sandbox.fail_resource(failure).expect("the failure is laid out");
        let one = "Resources:\n  Kept: { Type: AWS::SNS::Topic }\n";
        let report = apply(&account, &Repository::new().stack("board", "", one));
        assert_eq!(account.live("AWS::SNS::Topic").len(), 2, "it is still there");
        assert_eq!(report.status(), Status::Error);
        let records = account.process(account.objects("state-test", "runs/"));
        let told = serde_json::Value::from(records).to_string();
        assert!(told.contains("left behind") && told.contains("Old (AWS::SNS::Topic)"), "{told}");
    }

    #[test]
    fn of_a_failure_say_the_cause() {
        let account = Account::new();
        let broken = Repository::new().stack(
            "board",
            "",
            "Resources:\n  Log:\n    Type: AWS::Logs::LogGroup\n    Properties: { LogGroupName: taken }\n  Again:\n    Type: AWS::Logs::LogGroup\n    DependsOn: Log\n    Properties: { LogGroupName: taken }\n",
        );
        let report = apply(&account, &broken);
        assert_eq!(report.status(), Status::Error);
        let records = account.process(account.objects("state-test", "runs/"));
        let why = records[0]["units"][0]["why"].as_str().unwrap_or_default();
        assert!(why.contains("Again") && why.contains("already exists"), "{why}");
        assert!(why.ends_with("(see infra/board.yaml:5)"), "{why}");
        assert_eq!(account.process(account.stacks()), Vec::<String>::new(), "nothing is left");
        assert_eq!(
            verdict(&plan(&account, &broken), "stacks/board").change().map(|change| change.action),
            Some(Action::Create)
        );
    }
}
