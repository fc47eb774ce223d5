//! Who am I.

use crate::support::{sandbox, sts};

#[tokio::test]
async fn the_caller_is_the_sandbox_role() {
    let sandbox = sandbox();
    let identity = sts(&sandbox).get_caller_identity().send().await.expect("is answered");
    assert_eq!(identity.account(), Some(sandbox.account_id()));
    assert_eq!(identity.arn(), Some("arn:aws:sts::000000000000:assumed-role/sandbox/reconcile"));
    let log = sandbox.call_log();
    assert_eq!(log.len(), 1);
    assert_eq!((&*log[0].service, &*log[0].operation), ("sts", "GetCallerIdentity"));
    assert_eq!((&*log[0].outcome, log[0].write, log[0].number), ("OK", false, 1));
}

#[tokio::test]
async fn an_operation_that_is_not_there_is_refused_as_aws_does() {
    let sandbox = sandbox();
    let refused = sts(&sandbox).get_session_token().send().await.expect_err("is refused");
    assert_eq!(crate::support::refusal(&refused), ("InvalidAction".to_owned(), 400));
    assert_eq!(sandbox.call_log()[0].outcome, "InvalidAction");
}
