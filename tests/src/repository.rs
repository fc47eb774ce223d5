//! What git would hold, in memory.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use reconcile_engine::load::files::MemoryFiles;
use reconcile_engine::load::{Files as _, WorkTree};

/// Where this repository is.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("..")
        .canonicalize()
        .expect("the repository is there")
}

/// The files of a repository. Every change makes another one, as a commit would.
#[derive(Debug, Clone, Default)]
pub struct Repository(BTreeMap<String, String>);

impl Repository {
    /// Nothing but an environment `test` in the sandbox.
    pub fn new() -> Self {
        Self::default().environment("test", "")
    }

    /// What this repository itself declares, and what its functions are compiled from.
    pub fn of_work_tree() -> Self {
        let files = WorkTree::new(root()).expect("the repository is there");
        let list = |folder: &str| files.list(folder).expect("it is listed");
        let mut paths: Vec<String> =
            ["Cargo.toml", "Cargo.lock", ".cargo/config.toml"].map(str::to_owned).into();
        // Cargo does not build one crate of a workspace unless all its members are there.
        let folders = ["desired", "infra", "lambda", "reconciler", "tests"];
        paths.extend(folders.into_iter().flat_map(list));
        let text = |path: String| {
            let bytes = files.read(&path).expect("it is read").unwrap_or_default();
            Some((path, String::from_utf8(bytes).ok()?))
        };
        Self(paths.into_iter().filter_map(text).collect())
    }

    /// With one more environment in the sandbox, and more lines in its file.
    #[must_use]
    pub fn environment(self, name: &str, more: &str) -> Self {
        let text = format!(
            "kind: Environment\nname: {name}\ntarget: sandbox\nstateBucket: state-{name}\n{more}"
        );
        self.file(&format!("desired/environments/{name}.yaml"), text)
    }

    /// With a stack, more lines in its file, and its template.
    #[must_use]
    pub fn stack(self, name: &str, more: &str, template: &str) -> Self {
        let text = format!("kind: Stack\nname: {name}\ntemplate: infra/{name}.yaml\n{more}");
        self.file(&format!("desired/stacks/{name}.yaml"), text)
            .file(&format!("infra/{name}.yaml"), template)
    }

    /// Without a stack's file; its template stays.
    #[must_use]
    pub fn without_stack(self, name: &str) -> Self {
        self.without(&format!("desired/stacks/{name}.yaml"))
    }

    /// Without a file.
    #[must_use]
    pub fn without(mut self, path: &str) -> Self {
        assert!(self.0.remove(path).is_some(), "there is no `{path}` to remove");
        self
    }

    /// With a file, new or instead of what it was.
    #[must_use]
    pub fn file(mut self, path: &str, text: impl Into<String>) -> Self {
        self.0.insert(path.to_owned(), text.into());
        self
    }

    /// With something in a file replaced.
    #[must_use]
    pub fn edit(mut self, path: &str, from: &str, to: &str) -> Self {
        let text = self.0.get_mut(path).expect("the file is there");
        assert!(text.contains(from), "`{path}` does not have `{from}`");
        *text = text.replace(from, to);
        self
    }

    /// With more lines at the end of a file.
    #[must_use]
    pub fn append(mut self, path: &str, lines: &str) -> Self {
        self.0.get_mut(path).expect("the file is there").push_str(lines);
        self
    }

    /// The text of a file.
    pub fn text(&self, path: &str) -> &str {
        self.0.get(path).expect("the file is there")
    }

    /// Writes its files under a folder.
    pub fn write_to(&self, root: &Path) {
        for (path, text) in &self.0 {
            let file = root.join(path);
            fs::create_dir_all(file.parent().expect("it has a folder")).expect("a folder is made");
            fs::write(file, text).expect("the file is written");
        }
    }

    /// As the program reads it.
    pub fn files(&self) -> MemoryFiles {
        let files = self.0.iter();
        files.fold(MemoryFiles::default(), |files, (path, text)| files.with(path, text.as_bytes()))
    }
}

/// Four stacks that need one another: `keys`, then `store` and `roles`, then `trail`.
pub fn foundation() -> Repository {
    Repository::new()
        .stack("keys", "", KEYS)
        .stack("store", "parameters: { KeyArn: \"${stacks.keys.KeyArn}\" }\nonDrift: revert\n", STORE)
        .stack("roles", "dependsOn: [stacks/keys]\ncapabilities: [CAPABILITY_NAMED_IAM]\n", ROLES)
        .stack(
            "trail",
            "parameters: { Bucket: \"${stacks.store.BucketName}\", Writer: \"${stacks.roles.WriterArn}\" }\nterminationProtection: true\npolicy: infra/policy.json\n",
            TRAIL,
        )
        .file("infra/policy.json", POLICY)
}

const KEYS: &str = "\
Resources:
  Key:
    Type: AWS::KMS::Key
    Properties:
      Description: of the foundation
      KeyPolicy:
        Statement: [{ Effect: Allow, Principal: '*', Action: 'kms:*', Resource: '*' }]
Outputs:
  KeyArn: { Value: !GetAtt Key.Arn }
";

const STORE: &str = "\
Parameters:
  KeyArn: { Type: String }
Resources:
  Bucket:
    Type: AWS::S3::Bucket
    Properties:
      BucketName: foundation-store
      VersioningConfiguration: { Status: Enabled }
      BucketEncryption:
        ServerSideEncryptionConfiguration:
          - ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: !Ref KeyArn }
Outputs:
  BucketName: { Value: !Ref Bucket }
";

const ROLES: &str = "\
Resources:
  Writer:
    Type: AWS::IAM::Role
    Properties:
      RoleName: foundation-writer
      AssumeRolePolicyDocument:
        Statement: [{ Effect: Allow, Principal: { Service: lambda.amazonaws.com }, Action: 'sts:AssumeRole' }]
Outputs:
  WriterArn: { Value: !GetAtt Writer.Arn }
";

const TRAIL: &str = "\
Parameters:
  Bucket: { Type: String }
  Writer: { Type: String }
Resources:
  Log:
    Type: AWS::Logs::LogGroup
    Properties: { LogGroupName: foundation-log, RetentionInDays: 30 }
  Where:
    Type: AWS::SSM::Parameter
    Properties: { Type: String, Name: foundation-where, Value: !Sub '${Bucket} ${Writer}' }
";

const POLICY: &str = r#"{ "Statement": [{ "Effect": "Allow", "Principal": "*", "Action": "Update:*", "Resource": "*" }] }"#;
