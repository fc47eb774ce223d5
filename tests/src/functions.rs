//! A repository with a function: its sources, its package, and the stacks around it.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::{fs, io};

use crate::binary::reconcile;
use crate::repository::Repository;

/// Where its package is declared.
pub const ARTIFACT: &str = "desired/artifacts/hello.yaml";

/// Its program.
pub const PROGRAM: &str = "hello/src/main.rs";

/// The stack `code` with a bucket, a signing profile and a code-signing configuration; the package `hello`; the
/// stack `hello` with the function that runs it.
pub fn signed_function() -> Repository {
    Repository::new()
        .stack("code", "", CODE)
        .stack("hello", HELLO_PARAMETERS, HELLO)
        .file(ARTIFACT, PACKAGE)
        .file("Cargo.toml", WORKSPACE)
        .file("Cargo.lock", LOCK)
        .file("hello/Cargo.toml", MANIFEST)
        .file(PROGRAM, "fn main() { std::process::exit(0) }\n")
}

/// The repository in a folder of its own, in which what was built stays from one run of the tests to the next.
pub fn checked_out(repository: &Repository, name: &str) -> PathBuf {
    let folder = folder_of(name);
    repository.write_to(&folder);
    folder
}

/// What this repository declares, in a folder of its own, with its functions built as they are for AWS. That
/// takes minutes, once for all tests, and nothing while their sources stay as they are.
pub fn this_repository() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| {
        let folder = folder_of("repository");
        clear(&folder).expect("what was there is taken away");
        Repository::of_work_tree().write_to(&folder);
        let output = Command::new(reconcile()).arg("build").current_dir(&folder).output();
        let output = output.expect("the program runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        folder
    })
}

fn folder_of(name: &str) -> PathBuf {
    reconcile().with_file_name("functions").join(name)
}

/// Takes everything away but what was built.
fn clear(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_name() == "target" {
            continue;
        }
        if entry.file_type()?.is_dir() {
            fs::remove_dir_all(entry.path())?;
        } else {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

const CODE: &str = "\
Resources:
  Bucket:
    Type: AWS::S3::Bucket
    Properties: { BucketName: clinic-code, VersioningConfiguration: { Status: Enabled } }
  Profile:
    Type: AWS::Signer::SigningProfile
    Properties: { PlatformId: AWSLambda-SHA384-ECDSA }
  Trust:
    Type: AWS::Lambda::CodeSigningConfig
    Properties:
      AllowedPublishers: { SigningProfileVersionArns: [!GetAtt Profile.ProfileVersionArn] }
      CodeSigningPolicies: { UntrustedArtifactOnDeployment: Enforce }
Outputs:
  Bucket: { Value: !Ref Bucket }
  Profile: { Value: !GetAtt Profile.ProfileName }
  Trust: { Value: !Ref Trust }
";

const HELLO_PARAMETERS: &str = "\
capabilities: [CAPABILITY_IAM]
parameters:
  Bucket: ${artifacts.hello.bucket}
  Key: ${artifacts.hello.key}
  ObjectVersion: ${artifacts.hello.version}
  Architecture: ${artifacts.hello.architecture}
  Trust: ${stacks.code.Trust}
";

const HELLO: &str = "\
Parameters:
  Bucket: { Type: String }
  Key: { Type: String }
  ObjectVersion: { Type: String }
  Architecture: { Type: String }
  Trust: { Type: String }
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: '2012-10-17'
        Statement: [{ Effect: Allow, Principal: { Service: lambda.amazonaws.com }, Action: 'sts:AssumeRole' }]
  Function:
    Type: AWS::Lambda::Function
    Properties:
      FunctionName: hello
      Runtime: provided.al2023
      Handler: bootstrap
      Role: !GetAtt Role.Arn
      Architectures: [!Ref Architecture]
      CodeSigningConfigArn: !Ref Trust
      Code: { S3Bucket: !Ref Bucket, S3Key: !Ref Key, S3ObjectVersion: !Ref ObjectVersion }
Outputs:
  FunctionName: { Value: !Ref Function }
";

const PACKAGE: &str = "\
kind: Artifact
name: hello
crate: hello
architecture: host
bucket: ${stacks.code.Bucket}
signingProfile: ${stacks.code.Profile}
function: ${stacks.hello.FunctionName}
codeSigningConfig: ${stacks.code.Trust}
";

const WORKSPACE: &str = "\
[workspace]
resolver = \"3\"
members = [\"hello\"]

[profile.lambda]
inherits = \"release\"
";

const MANIFEST: &str = "[package]\nname = \"hello\"\nversion = \"0.1.0\"\nedition = \"2024\"\n";

const LOCK: &str = "version = 4\n\n[[package]]\nname = \"hello\"\nversion = \"0.1.0\"\n";
