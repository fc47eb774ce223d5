//! The folder as a whole, and environments.

use reconcile_core::environment::Target;

use super::{Raw, SANDBOX, files, loaded, refused, shown};
use crate::load::files::{Files as _, MemoryFiles, WorkTree};

/// What is wrong with one environment beside the sandbox.
fn environment(body: &str) -> String {
    let text = format!("kind: Environment\nname: production\n{body}");
    refused(&files().with("desired/environments/production.yaml", text))
}

#[test]
fn reads_environments_and_documents() {
    let production = "kind: Environment\nname: production\ntarget: { aws: { account: \"012345678901\", \
        region: ap-northeast-1 } }\nstateBucket: clinic-state-production\nallow: { delete: [stacks/old] }\n";
    let files = files()
        .with("desired/environments/production.yaml", production)
        .with(
            "desired/stacks/net/vpc.yaml",
            "kind: Stack\nname: vpc\ntemplate: infra/vpc.yaml\nenvironments: [production]\n",
        )
        .with("desired/stacks/README.md", "nothing")
        .with("desired/.schemas/stack.yaml", "nothing")
        .with("desired/README.md", "nothing");
    let desired = loaded(&files).unwrap();
    let sandbox = desired.environment(None).unwrap();
    assert_eq!(sandbox.target, Target::Sandbox { region: "ap-northeast-1".to_owned() });
    let production = desired.environment(Some("production")).unwrap();
    assert_eq!(production.target.region(), "ap-northeast-1");
    assert_eq!(production.allow_delete.len(), 1);
    let names = |environment| -> Vec<_> {
        desired.documents("Stack", environment).map(|document| document.name.as_str()).collect()
    };
    assert_eq!(names(sandbox), ["kms"]);
    assert_eq!(names(production), ["kms", "vpc"]);
    let document = &desired.documents[0];
    assert_eq!(document.read::<Raw>().unwrap().template, "infra/kms.yaml");
}

#[test]
fn an_unknown_environment_is_told_with_those_that_there_are() {
    let desired = loaded(&files()).unwrap();
    let problem = |name| shown(&[desired.environment(Some(name)).unwrap_err()]);
    insta::assert_snapshot!(problem("sandbx"), @r"
    there is no environment `sandbx`
      hint: did you mean `sandbox`?
    ");
    insta::assert_snapshot!(problem("x"), @r"
    there is no environment `x`
      hint: there are `sandbox`
    ");
}

#[test]
fn header_and_folder_must_agree() {
    let files = files()
        .with("desired/stacks/a.yaml", "kind: Artifact\nname: a\n")
        .with("desired/stacks/b.yaml", "kind: stack\nname: b\ntemplate: t.yaml\n")
        .with("desired/stacks/c.yaml", "kind: Stack\nname: d\ntemplate: t.yaml\n")
        .with("desired/stacks/e e.yaml", "kind: Stack\nname: e e\ntemplate: t.yaml\n")
        .with("desired/stacks/f.yml", "kind: Stack\nname: f\ntemplate: t.yaml\n")
        .with("desired/stack/g.yaml", "kind: Stack\nname: g\ntemplate: t.yaml\n")
        .with("desired/h.yaml", "kind: Stack\nname: h\ntemplate: t.yaml\n")
        .with("desired/stacks/i.yaml", "- kind: Stack\n")
        .with("desired/stacks/j.yaml", "# nothing\n")
        .with("desired/stacks/k/kms.yaml", "kind: Stack\nname: kms\ntemplate: t.yaml\n")
        .with(
            "desired/stacks/l.yaml",
            "kind: Stack\nname: l\ntemplate: t.yaml\nenvironments: [sandbox, sandbx]\n",
        );
    insta::assert_snapshot!(refused(&files), @r"
    desired/h.yaml:1:1: `desired/h.yaml` is not in the folder of any kind
      hint: files stand in `desired/environments/`, `desired/stacks/`, `desired/artifacts/`
    desired/stack/g.yaml:1:1: `desired/stack/g.yaml` is not in the folder of any kind
      hint: did you mean `stacks`?
    desired/stacks/a.yaml:1:7: `kind: Artifact` cannot stand in `desired/stacks/`
      at: Artifact
      hint: move the file to `desired/artifacts/`
    desired/stacks/b.yaml:1:7: `kind: stack` cannot stand in `desired/stacks/`
      at: stack
      hint: did you mean `Stack`?
    desired/stacks/c.yaml:2:7: the name `d` is not that of the file, `c`
      at: d
      hint: write `name: c`, or rename the file to `d.yaml`
    desired/stacks/e e.yaml:2:7: `name` must be letters, digits, `-` and `_`, beginning with a letter or digit, not the text `e e`
      at: e e
    desired/stacks/f.yml:1:1: `f.yml` does not end in `.yaml`
      hint: rename it to `desired/stacks/f.yaml`
    desired/stacks/i.yaml:1:3: a file of `desired/` is a map of keys and values
      at: kind
      hint: begin with `kind: Stack`
    desired/stacks/j.yaml:1:1: the file declares nothing
    desired/stacks/kms.yaml:2:7: there is another Stack `kms`
      at: kms
      hint: `desired/stacks/k/kms.yaml` declares it: rename one of them
    desired/stacks/l.yaml:4:25: there is no environment `sandbx`
      at: sandbx
      hint: did you mean `sandbox`?
    ");
}

#[test]
fn an_empty_folder_is_refused() {
    insta::assert_snapshot!(refused(&MemoryFiles::default()), @r"
    `desired/` declares no environment
      hint: add one as `desired/environments/NAME.yaml`, with `kind: Environment`
    ");
    insta::assert_snapshot!(refused(&MemoryFiles::default().with("desired/environments/sandbox.yaml", SANDBOX)), @r"
    `desired/` declares nothing but environments
      hint: add a unit, such as `desired/stacks/NAME.yaml` with `kind: Stack`
    ");
}

#[test]
fn environments_are_checked() {
    insta::assert_snapshot!(environment("target: sandbx\nstateBucket: clinic-state\n"), @r"
    desired/environments/production.yaml:3:9: `target` must be `sandbox` or a map, not the text `sandbx`
      at: sandbx
      hint: did you mean `sandbox`?
    ");
    insta::assert_snapshot!(environment("target: { awz: { account: \"1\" } }\nstateBucket: clinic-state\n"), @r"
    desired/environments/production.yaml:3:11: unknown key `target.awz`
      at: awz
      hint: did you mean `aws`?
    ");
    insta::assert_snapshot!(environment("target: {}\nstateBucket: clinic-state\n"), @r"
    desired/environments/production.yaml:3:9: `target` must have `aws` or `sandbox`
      at: {}
    ");
    insta::assert_snapshot!(environment("target: [aws]\nstateBucket: clinic-state\n"), @r"
    desired/environments/production.yaml:3:9: `target` must be `sandbox` or a map, not a list
      at: [aws]
    ");
    insta::assert_snapshot!(environment("target:\n  aws:\n    account: 111122223333\n    region: tokyo\nstateBucket: Clinic_State\n"), @r#"
    desired/environments/production.yaml:5:14: `target.aws.account` must be text, not the number 111122223333
      at: 111122223333
      hint: put it in quotes: `"111122223333"`
    desired/environments/production.yaml:6:13: `target.aws.region` must be a region such as `ap-northeast-1`, not the text `tokyo`
      at: tokyo
    desired/environments/production.yaml:7:14: `stateBucket` must be a bucket name: 3 to 63 lower-case letters, digits and hyphens, not the text `Clinic_State`
      at: Clinic_State
    "#);
    insta::assert_snapshot!(environment("target:\n  aws:\n    account: \"1234\"\n    regon: ap-northeast-1\nstateBucket: x\n"), @r#"
    desired/environments/production.yaml:4:3: `target.aws.region` is missing
      at: aws
    desired/environments/production.yaml:5:14: `target.aws.account` must be an account id: twelve digits, not the text `1234`
      at: "1234"
    desired/environments/production.yaml:6:5: unknown key `target.aws.regon`
      at: regon
      hint: did you mean `region`?
    desired/environments/production.yaml:7:14: `stateBucket` must be a bucket name: 3 to 63 lower-case letters, digits and hyphens, not the text `x`
      at: x
    "#);
    insta::assert_snapshot!(environment("target: { sandbox: { region: us-gov-west-1 } }\nstateBucket: sthree-x\ndefault: true\n\
        variables: { a.b: c }\ntags: { \"aws:x\": y, \"Reconcile:address\": z, \"a\\tb\": \"!\" }\nallow: { delete: [kms] }\n"), @r#"
    desired/environments/production.yaml:4:14: `stateBucket` contains `sthree-`, which S3 keeps for itself
      at: sthree-
    desired/environments/production.yaml:6:14: `a.b` cannot be used in `${env.a.b}`
      at: a.b
      hint: name a variable with letters, digits, `_` and `-`
    desired/environments/production.yaml:7:9: tags that begin with `aws:` are reserved
      at: "aws:x"
    desired/environments/production.yaml:7:21: tags that begin with `reconcile:` are reserved
      at: "Reconcile:address"
    desired/environments/production.yaml:7:45: `a	b` cannot be a tag's key
      at: "a\tb"
      hint: use letters, digits, spaces and `+ - = . _ : / @`, at most 128
    desired/environments/production.yaml:7:53: the tag `a	b` cannot have this value
      at: "!"
      hint: use letters, digits, spaces and `+ - = . _ : / @`, at most 256
    desired/environments/production.yaml:8:19: `kms` is not an address: write `kind/name`, such as `stacks/kms`
      at: kms
    desired/environments/sandbox.yaml:3:10: `production` is the default environment already
      at: true
      hint: say `default: true` in one of them
    "#);
}

#[test]
fn the_work_tree_does_not_lead_out_of_itself() {
    let outside = tempfile::tempdir().unwrap();
    let root = tempfile::tempdir().unwrap();
    std::fs::write(outside.path().join("secret"), "x").unwrap();
    std::fs::create_dir_all(root.path().join("desired/stacks")).unwrap();
    std::fs::write(root.path().join("desired/stacks/b.yaml"), "b").unwrap();
    std::fs::write(root.path().join("desired/a.yaml"), "a").unwrap();
    std::os::unix::fs::symlink(outside.path().join("secret"), root.path().join("link")).unwrap();
    let files = WorkTree::new(root.path()).unwrap();
    assert_eq!(files.list("desired").unwrap(), ["desired/a.yaml", "desired/stacks/b.yaml"]);
    assert!(files.list("nothing").unwrap().is_empty());
    assert_eq!(files.read("desired/a.yaml").unwrap().unwrap(), b"a");
    assert_eq!(files.read("desired/c.yaml").unwrap(), None);
    assert!(files.read("link").is_err());
}

#[test]
fn a_private_key_is_refused_wherever_it_stands() {
    const KEY: &str = "-----BEGIN EC PRIVATE KEY-----\nMHcC\n-----END EC PRIVATE KEY-----\n";
    const CSR: &str = "-----BEGIN CERTIFICATE REQUEST-----\nMIIB\n";
    let files = files()
        .with("desired/devices/pc01.csr.pem", CSR)
        .with("desired/devices/pc01.key", format!("{CSR}{KEY}"))
        .with("desired/devices/pc02", KEY.replace("EC ", ""))
        .with("desired/notes.bin", b"\xff\xfe\x00".as_slice())
        .with(
            "desired/stacks/kms.yaml",
            format!("kind: Stack\nname: kms\ntemplate: |\n  {}", KEY.replace('\n', "\n  ")),
        );
    insta::assert_snapshot!(refused(&files), @r"
    desired/devices/pc01.key:3:1: a private key stands in `desired/devices/pc01.key`
      at: -----BEGIN EC PRIVATE KEY-----
      hint: take it out of git and replace the key: whoever could read the repository has it. A terminal keeps its key, and gives only a signing request (CSR)
    desired/devices/pc02:1:1: a private key stands in `desired/devices/pc02`
      at: -----BEGIN PRIVATE KEY-----
      hint: take it out of git and replace the key: whoever could read the repository has it. A terminal keeps its key, and gives only a signing request (CSR)
    desired/stacks/kms.yaml:4:3: a private key stands in `desired/stacks/kms.yaml`
      at: -----BEGIN EC PRIVATE KEY-----
      hint: take it out of git and replace the key: whoever could read the repository has it. A terminal keeps its key, and gives only a signing request (CSR)
    ");
}
