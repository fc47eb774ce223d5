//! What kinds find while they interpret.

use super::{Raw, files, loaded, shown};
use crate::load::document::Document;
use crate::load::in_order;
use crate::load::scope::{Named, Scope};

fn interpreted(body: &str, interpret: impl Fn(&mut Scope<'_>, &Document)) -> String {
    let files = files()
        .with("desired/stacks/s3.yaml", format!("kind: Stack\nname: s3\n{body}"))
        .with("infra/kms.yaml", "Resources: {}\n")
        .with("infra/sjis.yaml", b"# ok\n# \x83\x6f\n".as_slice());
    let desired = loaded(&files).unwrap();
    let named = Named::new(&files);
    let mut problems = Vec::new();
    for _ in 0..2 {
        let mut scope = Scope::new(desired.environment(None).unwrap(), &named);
        interpret(&mut scope, &desired.documents[1]);
        problems.extend(scope.into_problems());
    }
    shown(&in_order(problems))
}

#[test]
fn problems_in_a_text_are_told_at_the_characters() {
    let texts = |body| {
        interpreted(body, |scope, document| {
            for (key, value) in document.read::<Raw>().unwrap().parameters {
                scope.text(document, &format!("/parameters/{key}"), &value);
            }
        })
    };
    insta::assert_snapshot!(texts("template: t.yaml\nparameters:\n  A: 鍵-${env.domian}-${env.x}\n  B: \"a\\t${stacks.kms}\"\n  C: 'it''s ${env.prefx}'\n  D: |\n    one\n    ${env.two\n  E: ${env.prefix} $${x} ${stacks.a.B}\n"), @r"
    desired/stacks/s3.yaml:5:8: the environment `sandbox` has no variable `domian`
      at: ${env.domian}
      hint: did you mean `domain`?
    desired/stacks/s3.yaml:5:22: the environment `sandbox` has no variable `x`
      at: ${env.x}
      hint: declare it under `variables` in `desired/environments/sandbox.yaml`
    desired/stacks/s3.yaml:6:10: `${stacks.kms}` is not a reference: write `${env.NAME}`, `${stacks.NAME.OUTPUT}`, or `$${` for a literal `${`
      at: ${stacks.kms}
    desired/stacks/s3.yaml:7:13: the environment `sandbox` has no variable `prefx`
      at: ${env.prefx}
      hint: did you mean `prefix`?
    desired/stacks/s3.yaml:10:5: `${` is never closed: write `$${` for a literal `${`
      at: ${env.two
    ");
}

#[test]
fn problems_with_named_files_are_told_at_the_name() {
    let file = |path: &str| {
        interpreted(&format!("template: {path}\n"), |scope, document| {
            let path = document.read::<Raw>().unwrap().template;
            scope.file(document, "/template", &path);
        })
    };
    assert_eq!(file("infra/kms.yaml"), "");
    insta::assert_snapshot!(file("infra/kmss.yaml"), @r"
    desired/stacks/s3.yaml:3:11: `infra/kmss.yaml` does not exist
      at: infra/kmss.yaml
      hint: did you mean `infra/kms.yaml`?
    ");
    insta::assert_snapshot!(file("../kms.yaml"), @r"
    desired/stacks/s3.yaml:3:11: `../kms.yaml` is not a path in this repository
      at: ../kms.yaml
      hint: write it from the repository's root, with `/`: `infra/kms.yaml`
    ");
    insta::assert_snapshot!(file("/etc/passwd"), @r"
    desired/stacks/s3.yaml:3:11: `/etc/passwd` is not a path in this repository
      at: /etc/passwd
      hint: write it from the repository's root, with `/`: `infra/kms.yaml`
    ");
    insta::assert_snapshot!(file("infra/sjis.yaml"), @r#"
    desired/stacks/s3.yaml:3:11: `infra/sjis.yaml` is not UTF-8: it looks like Shift_JIS (cp932), line 2
      at: infra/sjis.yaml
      hint: convert it with `iconv -f CP932 -t UTF-8 infra/sjis.yaml`, or in VS Code with "Reopen with Encoding" and then "Save with Encoding: UTF-8"
    "#);
}
