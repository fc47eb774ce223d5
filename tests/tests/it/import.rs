//! What was made without the program is declared as it is, and taken over without being changed.

use std::fs;
use std::process::{Command, Output};
use std::time::Duration;

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_acmpca::types::{
    ApiPassthrough, Asn1Subject, SigningAlgorithm, Validity, ValidityPeriodType,
};
use aws_sdk_cloudformation::types::{Capability, Parameter, StackStatus, Tag};
use aws_smithy_async::rt::sleep::TokioSleep;
use aws_smithy_async::time::{SharedTimeSource, SystemTimeSource};
use aws_smithy_types::Blob;
use reconcile_sandbox::Sandbox;
use reconcile_tests::account::REGION;
use reconcile_tests::binary::reconcile;
use reconcile_tests::functions::{ARTIFACT, signed_function};
use reconcile_tests::repository::Repository;
use reconcile_tests::terminals::{clinic, signing_request};
use tempfile::TempDir;

/// A repository on disk, and the account of its sandbox.
struct Place {
    folder: TempDir,
    sandbox: Sandbox,
    runtime: tokio::runtime::Runtime,
}

impl Place {
    fn of(repository: &Repository) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        repository
            .clone()
            .append("desired/environments/test.yaml", "default: true\n")
            .write_to(folder.path());
        let state = folder.path().join(".reconcile/sandbox");
        let clock = SharedTimeSource::new(SystemTimeSource::new());
        let sandbox = Sandbox::open(&state, clock).expect("the account opens");
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        Self { folder, sandbox, runtime: runtime.expect("a runtime starts") }
    }

    fn sdk(&self) -> SdkConfig {
        SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(REGION))
            .sleep_impl(aws_smithy_async::rt::sleep::SharedAsyncSleep::new(TokioSleep::new()))
            .http_client(self.sandbox.http_client())
            .credentials_provider(SharedCredentialsProvider::new(self.sandbox.credentials()))
            .build()
    }

    fn cloudformation(&self) -> aws_sdk_cloudformation::Client {
        aws_sdk_cloudformation::Client::new(&self.sdk())
    }

    /// Makes a stack as somebody with a console would.
    fn make(&self, template: &str, more: &[(&str, &str)], tags: &[(&str, &str)]) {
        self.runtime.block_on(async {
            let client = self.cloudformation();
            let parameter = |(key, value): &(&str, &str)| {
                Parameter::builder().parameter_key(*key).parameter_value(*value).build()
            };
            let tag = |(key, value): &(&str, &str)| Tag::builder().key(*key).value(*value).build();
            client
                .create_stack()
                .stack_name("Legacy")
                .template_body(template)
                .set_parameters(Some(more.iter().map(parameter).collect()))
                .set_tags(Some(tags.iter().map(tag).collect()))
                .capabilities(Capability::CapabilityNamedIam)
                .enable_termination_protection(true)
                .stack_policy_body(POLICY)
                .send()
                .await
                .expect("the stack is begun");
            loop {
                let stacks = client.describe_stacks().stack_name("Legacy").send().await;
                let stacks = stacks.expect("it is there").stacks.unwrap_or_default();
                if stacks[0].stack_status == Some(StackStatus::CreateComplete) {
                    break;
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        });
    }

    fn run(&self, line: &str) -> Output {
        Command::new(reconcile())
            .args(line.split(' '))
            .current_dir(self.folder.path())
            .env_clear()
            .envs([("CI", "true"), ("GITHUB_ACTOR", "alice"), ("HOME", "/nonexistent")])
            // For the compiler, which a package's digest is of.
            .envs(std::env::vars_os().filter(|(name, _)| {
                ["PATH", "CARGO_HOME", "RUSTUP_HOME"].iter().any(|known| name == *known)
            }))
            .output()
            .expect("the program runs")
    }

    /// What a command says that ends so.
    #[track_caller]
    fn says(&self, line: &str, code: i32) -> String {
        let output = self.run(line);
        let said = [output.stdout, output.stderr].concat();
        let said = String::from_utf8(said).expect("it is text");
        assert_eq!(output.status.code(), Some(code), "{line}: {said}");
        said
    }

    fn read(&self, path: &str) -> String {
        fs::read_to_string(self.folder.path().join(path)).expect("the file is there")
    }

    fn write(&self, path: &str, text: &str) {
        fs::write(self.folder.path().join(path), text).expect("the file is written");
    }

    fn has(&self, path: &str) -> bool {
        self.folder.path().join(path).exists()
    }
}

const POLICY: &str =
    r#"{"Statement":[{"Effect":"Allow","Action":"Update:*","Principal":"*","Resource":"*"}]}"#;

/// No line break at its end, as a console leaves it.
const TEMPLATE: &str = "\
# made by hand
Parameters:
  Retention: { Type: String, Default: '30' }
  Prefix: { Type: String }
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      RoleName: !Sub '${Prefix}-legacy'
      AssumeRolePolicyDocument: { Statement: [] }
  Logs:
    Type: AWS::Logs::LogGroup
    Properties: { LogGroupName: !Sub '/${Prefix}/legacy', RetentionInDays: !Ref Retention }";

#[test]
fn a_stack_that_was_made_by_hand_is_taken_over_as_it_is() {
    let place = Place::of(&Repository::new());
    place.make(TEMPLATE, &[("Prefix", "clinic${x}"), ("Retention", "30")], &[("owner", "院長")]);
    let said = place.says("import stack Legacy", 0);
    assert!(said.contains("`stacks/legacy` is declared as it is in AWS."), "{said}");
    insta::assert_snapshot!(place.read("desired/stacks/legacy.yaml"), @r##"
# yaml-language-server: $schema=../.schemas/stack.schema.json
kind: Stack
name: legacy
environments: [test]
stackName: Legacy
template: infra/legacy.yaml
parameters:
  Prefix: "clinic$${x}"
policy: infra/legacy.policy.json
terminationProtection: true
capabilities: [CAPABILITY_NAMED_IAM]
tags:
  owner: "院長"
# It was not made by reconcile: this is the consent to take it over.
allow: { adopt: true }
"##);
    assert_eq!(place.read("infra/legacy.yaml"), TEMPLATE, "byte for byte");
    assert_eq!(place.read("infra/legacy.policy.json"), POLICY);

    let again = place.says("import stack Legacy", 0);
    assert!(again.contains("is declared as it is in AWS already"), "{again}");
    let plan = place.says("plan --no-progress", 0);
    assert!(plan.contains("its tags changed"), "{plan}");
    assert!(plan.contains("0 to create, 1 to update, 0 to replace, 0 to delete"), "{plan}");
    place.says("apply --no-progress", 0);
    place.says("plan --no-progress --detailed-exitcode", 0);
    place.says("drift --no-progress", 0);
    let ours = place.says("import stack Legacy --name other", 4);
    assert!(ours.contains("belongs to `stacks/legacy` of the environment `test`"), "{ours}");
}

#[test]
fn no_file_is_written_over_unless_that_is_meant() {
    let place = Place::of(&Repository::new());
    place.make(TEMPLATE, &[("Prefix", "clinic")], &[]);
    fs::create_dir_all(place.folder.path().join("infra")).expect("a folder");
    place.write("infra/legacy.yaml", "mine");
    let refused = place.says("import stack Legacy", 4);
    assert!(refused.contains("`infra/legacy.yaml` is there and says something else"), "{refused}");
    assert!(!place.has("desired/stacks/legacy.yaml") && !place.has("infra/legacy.policy.json"));
    assert_eq!(place.read("infra/legacy.yaml"), "mine");
    place.says("import stack Legacy --force", 0);
    assert_eq!(place.read("infra/legacy.yaml"), TEMPLATE);
    // A file that has these bytes is taken, whatever it is called.
    fs::rename(
        place.folder.path().join("infra/legacy.yaml"),
        place.folder.path().join("infra/shared.yaml"),
    )
    .expect("it is renamed");
    place.says("import stack Legacy --force", 0);
    assert!(place.read("desired/stacks/legacy.yaml").contains("template: infra/shared.yaml\n"));
}

#[test]
fn a_secret_is_not_written_and_the_file_says_what_to_do() {
    const SECRET: &str = "Parameters: { Password: { Type: String, NoEcho: true, Default: x } }\nResources: { Topic: { Type: AWS::SNS::Topic } }\n";
    let place = Place::of(&Repository::new());
    place.make(SECRET, &[("Password", "hunter2")], &[]);
    let said = place.says("import stack Legacy", 0);
    assert!(
        said.contains("AWS does not show the values of NoEcho parameters (Password)"),
        "{said}"
    );
    let refused = place.says("validate", 1);
    assert!(
        refused.contains("AWS does not show the value of the NoEcho parameter `Password`")
            && refused.contains("{{resolve:secretsmanager:NAME}}"),
        "{refused}"
    );
    let declared = place.read("desired/stacks/legacy.yaml");
    assert!(!declared.contains("hunter2"));
    let kept = declared.replace("\"****\"", "\"{{resolve:secretsmanager:legacy}}\"");
    place.write("desired/stacks/legacy.yaml", &kept);
    place.says("validate", 0);
}

#[test]
fn what_another_environment_owns_or_nobody_has_is_refused() {
    let place = Place::of(&Repository::new());
    let tags = [("reconcile:environment", "production"), ("reconcile:address", "stacks/legacy")];
    place.make(TEMPLATE, &[("Prefix", "clinic")], &tags);
    let refused = place.says("import stack Legacy", 4);
    assert!(refused.contains("belongs to `stacks/legacy` of the environment `production`"));
    let missing = place.says("import stack Nothing", 1);
    assert!(missing.contains("there is no stack `Nothing` in ap-northeast-1"), "{missing}");
    assert!(!place.has("desired/stacks"));
}

const NAME: &str = "clinic-0001-pc01";

/// Has the CA issue a certificate for a request, as somebody without the program would; gives its ARN.
fn issue(place: &Place, request: &str) -> String {
    let resources = place.sandbox.resources().expect("the account can be read").into_iter();
    let mut authorities =
        resources.filter(|one| one.type_name == "AWS::ACMPCA::CertificateAuthority");
    let authority = authorities.next().expect("there is a CA").identifier;
    place.runtime.block_on(async {
        let client = aws_sdk_acmpca::Client::new(&place.sdk());
        let template =
            "arn:aws:acm-pca:::template/EndEntityClientAuthCertificate_APIPassthrough/V1";
        let days = Validity::builder().r#type(ValidityPeriodType::Days).value(90).build();
        let subject = Asn1Subject::builder().common_name(NAME).build();
        let call = client
            .issue_certificate()
            .certificate_authority_arn(authority)
            .csr(Blob::new(request.as_bytes()))
            .signing_algorithm(SigningAlgorithm::Sha256Withecdsa)
            .template_arn(template)
            .validity(days.expect("it is a validity"))
            .api_passthrough(ApiPassthrough::builder().subject(subject).build());
        call.send().await.expect("it is issued").certificate_arn.expect("it has an ARN")
    })
}

#[test]
fn a_terminal_keeps_the_certificate_that_it_has() {
    let place = Place::of(&clinic());
    place.says("apply --no-progress", 0);
    let request = signing_request(NAME);
    let arn = issue(&place, &request);
    place.write("pc01.csr.pem", &request);
    place.write("other.csr.pem", &signing_request(NAME));
    let import = format!(
        "import device {NAME} --clinic clinic-0001 --authority ${{stacks.pki.Authority}} --bucket clinic-0001-backup --certificate {arn}"
    );
    let other = place.says(&format!("{import} --csr other.csr.pem"), 4);
    assert!(other.contains("for another key"), "{other}");
    assert!(!place.has("desired/devices"));
    let said = place.says(&format!("{import} --csr pc01.csr.pem"), 0);
    assert!(said.contains("is not on record any more"), "{said}");
    let applied = place.says("apply --no-progress", 0);
    assert!(applied.contains(&format!("devices/{NAME}")), "{applied}");
    place.says("plan --no-progress --detailed-exitcode", 0);
    let shown = place.says(&format!("device show {NAME}"), 0);
    assert_eq!(shown.matches("ARN      ").count(), 1, "no other one was issued: {shown}");
    assert!(shown.replace(['\n', ' '], "").contains(&arn), "{shown}");
    let again = place.says(&format!("{import} --csr pc01.csr.pem"), 4);
    assert!(again.contains("is declared already"), "{again}");
}

/// A repository whose function `hello` runs, and is signed.
fn deployed() -> Place {
    let architecture = "variables: { architecture: host }\n";
    let place =
        Place::of(&signed_function().append("desired/environments/test.yaml", architecture));
    place.says("apply --no-progress", 0);
    place
}

#[test]
fn a_function_is_declared_as_it_runs_and_planned_to_nothing() {
    let place = deployed();
    fs::remove_file(place.folder.path().join(ARTIFACT)).expect("it was declared");
    let said = place.says("import function hello", 0);
    assert!(said.contains("`artifacts/hello` is declared as it is in AWS."), "{said}");
    assert!(said.contains("Nothing differs:"), "{said}");
    insta::assert_snapshot!(place.read(ARTIFACT), @r#"
    # yaml-language-server: $schema=../.schemas/artifact.schema.json
    kind: Artifact
    name: hello
    environments: [test]
    crate: hello
    architecture: "${env.architecture}"
    bucket: "${stacks.code.Bucket}"
    signingProfile: "${stacks.code.Profile}"
    function: "${stacks.hello.FunctionName}"
    codeSigningConfig: "${stacks.code.Trust}"
    "#);
    place.says("plan --no-progress --detailed-exitcode", 0);
    place.says("drift --no-progress", 0);
    let again = place.says("import function hello", 0);
    assert!(again.contains("is declared as it is in AWS already"), "{again}");
    let other = place.says("import function hello --name other --crate hello", 4);
    assert!(other.contains("`hello` is the code of `artifacts/hello` already"), "{other}");
    let missing = place.says("import function nothing", 1);
    assert!(missing.contains("there is no function `nothing` in ap-northeast-1"), "{missing}");
}

#[test]
fn a_function_that_somebody_else_built_is_declared_and_it_is_said_what_an_apply_makes_of_it() {
    let place = deployed();
    copy_unsigned(&place, "plain");
    let refused = place.says("import function plain --crate hello", 4);
    assert!(refused.contains("where packages of `plain` are kept is not known: nobody signed it"));
    assert!(refused.contains("`--signing-profile`"), "{refused}");
    assert!(!place.has("desired/artifacts/plain.yaml"));
    let (bucket, profile) = ("${stacks.code.Bucket}", "${stacks.code.Profile}");
    let import = format!("import function plain --bucket {bucket} --signing-profile {profile}");
    let unknown = place.says(&import, 1);
    assert!(
        unknown.contains("desired/artifacts/plain.yaml:5:"),
        "no crate is called so: {unknown}"
    );
    let said = place.says(&format!("{import} --crate hello --no-progress"), 0);
    insta::assert_snapshot!(said, @r#"
    `artifacts/plain` is declared as it is in AWS.

    --- /dev/null
    +++ desired/artifacts/plain.yaml
    @@ -0,0 +1,9 @@
    +# yaml-language-server: $schema=../.schemas/artifact.schema.json
    +kind: Artifact
    +name: plain
    +environments: [test]
    +crate: hello
    +architecture: "${env.architecture}"
    +bucket: "${stacks.code.Bucket}"
    +signingProfile: "${stacks.code.Profile}"
    +function: plain

    An apply will do this to `artifacts/plain` (create):

        it was never built for this environment

    An apply will do this to `artifacts/plain@live` (follow):

        it is to run what `artifacts/plain` becomes

    No stack takes the package. If a stack makes the function, give these to its parameters, or its next
    update puts the old code back:

        ${artifacts.plain.bucket}
        ${artifacts.plain.key}
        ${artifacts.plain.version}

    Commit it:

        git add desired/artifacts/plain.yaml
        git commit -m "Import artifacts/plain"

    Apply it, so that it is known as ours:

        reconcile apply --only artifacts/plain --only artifacts/plain@live -e test
    "#);
    place.says("apply --no-progress --only artifacts/plain --only artifacts/plain@live", 0);
    place.says("plan --no-progress --detailed-exitcode", 0);
}

#[test]
fn what_is_not_compiled_from_a_crate_is_no_artifact() {
    const SCRIPT: &str = "\
Resources:
  Role: { Type: AWS::IAM::Role, Properties: { AssumeRolePolicyDocument: { Statement: [] } } }
  Function:
    Type: AWS::Lambda::Function
    Properties:
      FunctionName: script
      Runtime: python3.13
      Handler: index.handler
      Role: !GetAtt Role.Arn
      Code: { ZipFile: \"def handler(event, context): pass\" }
";
    let place = Place::of(&Repository::new());
    place.make(SCRIPT, &[], &[]);
    let refused = place.says("import function script", 4);
    assert!(refused.contains("`script` runs on python3.13"), "{refused}");
    assert!(refused.contains("import the function's stack"), "{refused}");
}

/// Makes a function of the package of `hello` that nobody signed, as somebody with a console would.
fn copy_unsigned(place: &Place, name: &str) {
    let packages = place.folder.path().join("target/lambda/packages");
    let mut packages =
        fs::read_dir(packages).expect("it was built").map(|one| one.expect("it is listed").path());
    let package = packages.find(|path| path.extension().is_some_and(|end| end == "zip"));
    let package = fs::read(package.expect("there is one")).expect("it can be read");
    place.runtime.block_on(async {
        let client = aws_sdk_lambda::Client::new(&place.sdk());
        let hello = client.get_function_configuration().function_name("hello").send().await;
        let hello = hello.expect("it is there");
        let code = aws_sdk_lambda::types::FunctionCode::builder().zip_file(Blob::new(package));
        let call = client
            .create_function()
            .function_name(name)
            .role(hello.role().expect("it has one"))
            .runtime(aws_sdk_lambda::types::Runtime::Providedal2023)
            .handler("bootstrap")
            .set_architectures(hello.architectures)
            .code(code.build());
        call.send().await.expect("it is made");
    });
}
