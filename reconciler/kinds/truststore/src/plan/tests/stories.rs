//! A truststore from its first day, through new CAs and old ones that leave, to what others do to it.

use super::story::{Ca, Story, params};
use rcgen::date_time_ymd;

#[test]
fn its_stack_does_not_exist_yet() {
    let mut story = Story::new().without_stack();
    story.seen = reconcile_core::observation::Observation::Absent;
    insta::assert_snapshot!(story.told(), @r"
    create: its bucket or a CA does not exist yet
      output uri: (known after stacks/pca)
      output version: (known after truststores/terminals)
    ");
}

#[test]
fn it_is_put_where_nothing_is() {
    insta::assert_snapshot!(Story::new().told(), @r"
    create: it does not exist
      CN=Issuing: - -> <Issuing>
      CN=Root: - -> <Root>
      step: put `s3://trust/truststores/terminals.pem` over Nothing
      output uri: s3://trust/truststores/terminals.pem
      output version: (known after truststores/terminals)
    ");
}

#[test]
fn it_is_what_the_cas_make() {
    insta::assert_snapshot!(Story::stored().told(), @r"
    in sync
      output uri: s3://trust/truststores/terminals.pem
      output version: v1
    ");
}

#[test]
fn the_bucket_keeps_no_versions() {
    let story = Story::stored().shows(|seen| seen.is_versioned = false);
    insta::assert_snapshot!(story.told(), @r"
    blocked: the bucket `trust` keeps no versions, so none can be pinned
      unblock: switch versioning on in its stack
      output uri: s3://trust/truststores/terminals.pem
      output version: v1
    ");
}

#[test]
fn a_ca_has_no_certificate_yet() {
    let story = Story::new().shows(|seen| {
        seen.authorities[0].certificate = Err("it is in the state PENDING_CERTIFICATE".to_owned());
    });
    insta::assert_snapshot!(story.told(), @r"
    blocked: the CA `arn:0` has no certificate: it is in the state PENDING_CERTIFICATE
      unblock: activate it in its stack
      output uri: s3://trust/truststores/terminals.pem
      output version: (known after truststores/terminals)
    ");
}

#[test]
fn a_new_ca_comes_before_the_old_one_leaves() {
    let story = Story::stored();
    let next = story.root.issues("Next");
    let cas = [&story.issuing, &next, &story.root].map(|ca| ca.certificate.clone());
    insta::assert_snapshot!(story.of(&cas).told(), @r#"
    update: its CAs have other certificates
      CN=Next: - -> <Next>
      step: put `s3://trust/truststores/terminals.pem` over Tag("\"e1\"")
      output uri: s3://trust/truststores/terminals.pem
      output version: (known after truststores/terminals)
    "#);
}

#[test]
fn a_ca_that_leaves_needs_consent() {
    let story = Story::stored();
    let next = story.root.issues("Next");
    let cas = [&next, &story.root].map(|ca| ca.certificate.clone());
    let story = story.of(&cas);
    insta::assert_snapshot!(story.told(), @r"
    blocked: it would lock out terminals without consent
      unblock: once no terminal has a certificate of theirs, add `allow: { remove: [<Issuing>] }` to desired/truststores/terminals.yaml
    update: its CAs have other certificates
      CN=Next: - -> <Next>
      CN=Issuing: <Issuing> -> -
      danger (not allowed): CN=Issuing (<Issuing>) leaves the truststore: terminals whose certificates it issued are locked out
      output uri: s3://trust/truststores/terminals.pem
      output version: v1
    ");
    let leaving = story.issuing.certificate.clone();
    insta::assert_snapshot!(story.allowing(&[&leaving]).told(), @r#"
    update: its CAs have other certificates
      CN=Next: - -> <Next>
      CN=Issuing: <Issuing> -> -
      danger (allowed): CN=Issuing (<Issuing>) leaves the truststore: terminals whose certificates it issued are locked out
      step: put `s3://trust/truststores/terminals.pem` over Tag("\"e1\"")
      output uri: s3://trust/truststores/terminals.pem
      output version: (known after truststores/terminals)
    "#);
}

#[test]
fn a_ca_whose_key_stays_does_not_leave() {
    let story = Story::stored();
    let renewed = story.issuing.renewed(&story.root);
    let cas = [&renewed, &story.root].map(|ca| ca.certificate.clone());
    insta::assert_snapshot!(story.of(&cas).told(), @r#"
    update: its CAs have other certificates
      CN=Issuing: <Issuing> -> <Issuing>
      step: put `s3://trust/truststores/terminals.pem` over Tag("\"e1\"")
      output uri: s3://trust/truststores/terminals.pem
      output version: (known after truststores/terminals)
    "#);
}

#[test]
fn a_ca_that_expired_opens_nothing_and_may_leave() {
    let story = Story::new();
    let mut params = params("Expired");
    params.not_after = date_time_ymd(2026, 11, 1);
    let expired = Ca::self_signed(params);
    let held = [&story.issuing, &story.root, &expired].map(|ca| ca.certificate.clone());
    insta::assert_snapshot!(story.holding(&held).told(), @r#"
    update: its CAs have other certificates
      CN=Expired: <Expired> -> -
      step: put `s3://trust/truststores/terminals.pem` over Tag("\"e1\"")
      output uri: s3://trust/truststores/terminals.pem
      output version: (known after truststores/terminals)
    "#);
}

#[test]
fn a_ca_that_ends_soon_is_spoken_of() {
    let story = Story::new();
    let mut params = params("Issuing");
    params.not_after = date_time_ymd(2027, 1, 1);
    let issuing = story.root.certifies(params, rcgen::KeyPair::generate().unwrap());
    let cas = [&issuing, &story.root].map(|ca| ca.certificate.clone());
    insta::assert_snapshot!(story.of(&cas).holding(&cas).told(), @r"
    in sync
      output uri: s3://trust/truststores/terminals.pem
      output version: v1
      note: the CA `CN=Issuing` expires on 2027-01-01: its successor has to be here well before
    ");
}

#[test]
fn what_somebody_put_in_is_taken_out_without_consent() {
    let story = Story::stored();
    let rogue = Ca::root("Rogue");
    let held = [&story.issuing, &story.root, &rogue].map(|ca| ca.certificate.clone());
    insta::assert_snapshot!(story.tampered(&held).told(), @r#"
    revert: its object was changed outside git
      CN=Rogue: <Rogue> -> -
      step: put `s3://trust/truststores/terminals.pem` over Tag("\"e1\"")
      output uri: s3://trust/truststores/terminals.pem
      output version: (known after truststores/terminals)
    "#);
}

#[test]
fn what_somebody_deleted_is_put_back() {
    let story = Story::stored().shows(|seen| seen.object = None);
    insta::assert_snapshot!(story.told(), @r"
    revert: its object was deleted
      CN=Issuing: - -> <Issuing>
      CN=Root: - -> <Root>
      step: put `s3://trust/truststores/terminals.pem` over Nothing
      output uri: s3://trust/truststores/terminals.pem
      output version: (known after truststores/terminals)
    ");
}

#[test]
fn no_version_is_handed_out_that_nobody_reviewed() {
    let story = Story::stored();
    let (rogue, next) = (Ca::root("Rogue"), Ca::root("Next"));
    let held = [&story.issuing, &story.root, &rogue].map(|ca| ca.certificate.clone());
    // Git changes at the same time, so that what is there cannot be told from what was.
    let cas = [next.certificate];
    insta::assert_snapshot!(story.tampered(&held).of(&cas).told(), @r"
    blocked: it would lock out terminals without consent
      unblock: once no terminal has a certificate of theirs, add `allow: { remove: [<Issuing>, <Root>, <Rogue>] }` to desired/truststores/terminals.yaml
    update: its CAs have other certificates
      CN=Next: - -> <Next>
      CN=Issuing: <Issuing> -> -
      CN=Root: <Root> -> -
      CN=Rogue: <Rogue> -> -
      danger (not allowed): CN=Issuing (<Issuing>) leaves the truststore: terminals whose certificates it issued are locked out
      danger (not allowed): CN=Root (<Root>) leaves the truststore: terminals whose certificates it issued are locked out
      danger (not allowed): CN=Rogue (<Rogue>) leaves the truststore: terminals whose certificates it issued are locked out
      output uri: s3://trust/truststores/terminals.pem
      output version: (known after truststores/terminals)
    ");
}
