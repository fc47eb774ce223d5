//! What a person sees who works with the built program: each session is kept in `tests/transcripts/`.

use reconcile_tests::repository::{Repository, foundation};
use reconcile_tests::transcript::Transcript;

/// The foundation, in an environment that need not be named.
fn repository() -> Repository {
    foundation().append("desired/environments/test.yaml", "default: true\n")
}

#[test]
fn first_run() {
    let mut session = Transcript::begin("first-run", "The first run", &repository());
    session.say("Everything that git declares is right, as far as that can be told offline.");
    session.run("reconcile validate");
    session.run("reconcile graph");
    session.say("A dry run shows what would be done, and writes nothing.");
    session.run("reconcile --dry-run");
    session.say("Nobody is asked before the sandbox is changed.");
    session.run("reconcile");
    session.say("The second time there is nothing to do.");
    session.run("reconcile");
    session.run("reconcile status");
    session.end();
}

#[test]
fn drift() {
    let mut session = Transcript::begin("drift", "A change behind git's back", &repository());
    session.run("reconcile --no-progress");
    session.say("Somebody suspends the versioning of a bucket, and rewrites a key's description.");
    session.run(
        "reconcile sandbox tamper stacks/store Bucket /VersioningConfiguration/Status Suspended",
    );
    session.run("reconcile sandbox tamper stacks/keys Key /Description mine");
    session.run("reconcile drift --no-progress");
    session.say("The bucket's stack says `onDrift: revert`, the key's does not.");
    session.run("reconcile --no-progress");
    session.append("desired/stacks/keys.yaml", "onDrift: revert");
    session.run("reconcile --no-progress");
    session.run("reconcile drift --no-progress");
    session.end();
}

#[test]
fn consent() {
    let mut session =
        Transcript::begin("consent", "Destroying needs consent in git", &repository());
    session.run("reconcile --no-progress");
    session.edit("infra/store.yaml", "foundation-store", "other-store");
    session.run("reconcile --dry-run --no-progress");
    session.run("reconcile --no-progress");
    session.append("desired/stacks/store.yaml", "allow: { replace: [Bucket] }");
    session.run("reconcile --no-progress");
    session.end();
}

#[test]
fn rules() {
    let rule = "\
let buckets = Resources.*[ Type == 'AWS::S3::Bucket' ]

# Backup design 5.2; OWASP A02
rule buckets_are_versioned when %buckets !empty {
    %buckets.Properties.VersioningConfiguration.Status == 'Enabled' <<what is overwritten is lost>>
}
";
    let repository = repository().file("infra/rules/storage.guard", rule);
    let mut session = Transcript::begin("rules", "A rule that is broken", &repository);
    session.run("reconcile validate");
    session.edit("infra/store.yaml", "Status: Enabled", "Status: Suspended");
    session.run("reconcile validate");
    session.say("Nothing is planned before it is put right, but for what it does not concern.");
    session.run("reconcile --dry-run --no-progress");
    session.run("reconcile --dry-run --no-progress --only stacks/keys");
    session.say("An exception has a reason and an end, and every plan tells of it.");
    let until = "exceptions:\n  - rule: buckets_are_versioned\n    resource: Bucket\n    reason: it is emptied first\n    until: 2999-12-31";
    session.append("desired/stacks/store.yaml", until);
    session.run("reconcile validate");
    session.run("reconcile --dry-run --no-progress");
    session.say("When it ended it is none, and one that nothing needs is told as well.");
    session.edit("desired/stacks/store.yaml", "2999-12-31", "2020-12-31");
    session.run("reconcile validate");
    session.edit("desired/stacks/store.yaml", "2020-12-31", "2999-12-31");
    session.edit("infra/store.yaml", "Status: Suspended", "Status: Enabled");
    session.run("reconcile validate");
    session.end();
}

#[test]
fn reviewed_plans() {
    let mut session =
        Transcript::begin("reviewed-plans", "Only the plan that was reviewed", &repository());
    session.keep("reconcile plan --output json --no-progress", "plan.json");
    session.edit("infra/keys.yaml", "of the foundation", "of all");
    session.run("reconcile apply --expect plan.json --no-progress");
    session.run("reconcile apply --expect 0123456789ab --no-progress");
    session.keep("reconcile plan --output json --no-progress", "plan.json");
    session.run("reconcile apply --expect plan.json --no-progress");
    session.end();
}

#[test]
fn runs() {
    let mut session =
        Transcript::begin("runs", "Who applied what, and what was not", &repository());
    session.commit("Declare the foundation");
    session.run("reconcile status --no-progress");
    session.keep("reconcile apply --no-progress --only stacks/keys", "applied.txt");
    session.say("A part is not the whole.");
    session.run("reconcile status --no-progress");
    session.keep("reconcile apply --no-progress", "applied.txt");
    session.edit("infra/keys.yaml", "of the foundation", "of all");
    session.commit("Say what the key is for");
    session
        .write("desired/stacks/copy.yaml", b"kind: Stack\nname: copy\ntemplate: infra/copy.yaml\n");
    session.write(
        "infra/copy.yaml",
        b"Resources:\n  Bucket: { Type: AWS::S3::Bucket, Properties: { BucketName: foundation-store } }\n",
    );
    session.commit("Keep a copy, in a bucket whose name is taken");
    session.run("reconcile status --no-progress");
    session.keep("reconcile apply --no-progress", "applied.txt");
    session.run("reconcile status --no-progress --only stacks/copy");
    session.run("reconcile history");
    session.run("reconcile history last");
    session.run("reconcile history --only stacks/roles --output markdown");
    session.run("reconcile history nothing");
    session.end();
}

#[test]
fn diff() {
    let mut session = Transcript::begin("diff", "What a branch changes", &repository());
    session.commit("Declare the foundation");
    session.run("reconcile diff");
    session.branch("longer");
    session.edit("infra/trail.yaml", "RetentionInDays: 30", "RetentionInDays: 90");
    session.say("What is not committed yet:");
    session.run("reconcile diff");
    session.commit("Keep the log for longer");
    session.edit("infra/store.yaml", "foundation-store", "other-store");
    session.rename("desired/stacks/roles.yaml", "desired/stacks/writers.yaml");
    session.edit("desired/stacks/writers.yaml", "name: roles", "name: writers");
    session.append("desired/stacks/writers.yaml", "stackName: roles");
    session.edit("desired/stacks/trail.yaml", "stacks.roles.WriterArn", "stacks.writers.WriterArn");
    session.commit("Call the bucket and the roles something else");
    session.run("reconcile diff main..longer");
    session.switch("main");
    session.edit("infra/keys.yaml", "of the foundation", "of all");
    session.commit("Say what the key is for");
    session.say("With two points, what `main` got meanwhile is taken back; with three, the branch is compared with where it began.");
    session.run("reconcile diff main..longer --only stacks/keys");
    session.run("reconcile diff main...longer --only stacks/keys");
    session.run("reconcile diff main...longer --output json --only stacks/trail");
    session.run("reconcile diff main...longer --output markdown --only stacks/store");
    session.run("reconcile diff nothing..main");
    session.end();
}

#[test]
fn programs() {
    let alone = Repository::new().stack(
        "board",
        "",
        "Resources:\n  Board:\n    Type: AWS::CloudWatch::Dashboard\n    Properties: { DashboardName: one, DashboardBody: x }\n",
    );
    let mut session = Transcript::begin("programs", "For programs and pull requests", &alone);
    session.run("reconcile plan --output json --no-progress");
    session.run("reconcile plan --output markdown --no-progress");
    session.run("reconcile apply --output json --no-progress");
    session.run("reconcile plan --environment prod --output json");
    session.end();
}

/// As `certreq` on a terminal wrote it.
const REQUEST: &[u8] = include_bytes!("clinic-0001-pc02.csr.pem");

/// A terminal's file as a person keeps it.
const TERMINAL: &str = "\
# 受付のPC
kind: Device
name: clinic-0001-pc01
clinic: clinic-0001
csr: clinic-0001-pc01.csr.pem
authority: \"${stacks.pca.IssuingCaArn}\"
bucket: \"${stacks.clinic-0001.BucketName}\"
validity: 60d
state: enrolled # 2026-11-22
";

#[test]
fn terminals() {
    let repository =
        Repository::new().file("desired/devices/clinic-0001/clinic-0001-pc01.yaml", TERMINAL);
    let mut session = Transcript::begin("terminals", "A terminal's life, in files", &repository);
    session.say("A new terminal of a clinic is declared as the others are.");
    session.run("reconcile device new clinic-0001 clinic-0001-pc02");
    session.say("Its signing request is checked before it is taken.");
    session.write("pc02.csr.pem", REQUEST);
    session.run("reconcile device add clinic-0001-pc01 --csr pc02.csr.pem");
    session.run("reconcile device add clinic-0001-pc02 --csr pc02.csr.pem -e production");
    session.say("A terminal was lost. One word of its file changes.");
    session.run("reconcile device suspend clinic-0001-pc01");
    session.run("reconcile device suspend clinic-0001-pc01");
    session.say("It was found; or it was not.");
    session.run("reconcile device resume clinic-0001-pc01");
    session.run("reconcile device revoke clinic-0001-pc01 --reason key-compromise --output json");
    session.say("That is final.");
    session.run("reconcile device resume clinic-0001-pc01");
    session.run("reconcile device suspend clinic-0001-pc2");
    session.end();
}

#[test]
fn mistakes() {
    let mut session = Transcript::begin("mistakes", "Mistakes, all told at once", &repository());
    session.say("A misspelt key, a parameter that does not exist, and a file that an editor saved as Shift_JIS.");
    session.edit("desired/stacks/trail.yaml", "terminationProtection", "terminationProtecton");
    session.edit("desired/stacks/store.yaml", "{ KeyArn:", "{ KeyAnr:");
    // "# 監査" in cp932.
    session.write(
        "desired/stacks/roles.yaml",
        b"kind: Stack\nname: roles # \x8a\xc4\x8d\xb8\ntemplate: infra/roles.yaml\n",
    );
    session.run("reconcile validate");
    session.run("reconcile plan --enviroment test");
    session.end();
}
