use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_sts::error::SdkError;
use aws_sdk_sts::operation::get_caller_identity::GetCallerIdentityError;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::ConnectorError;
use reconcile_core::environment::Target;

use super::errors::{AwsError, Nature};
use super::naming::NameCalls;
use super::session::{ConnectError, RunIdentity, Session};
use super::testing::{Answer, FakeAws, identity, sandbox};

fn query_error(code: &str, message: &str) -> String {
    format!(
        "<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message>\
         </Error><RequestId>req-1</RequestId></ErrorResponse>"
    )
}

fn account(account: &str) -> Target {
    Target::Aws { account: account.to_owned(), region: "ap-northeast-1".to_owned() }
}

#[tokio::test(start_paused = true)]
async fn the_first_call_asks_who_is_calling() {
    let aws = FakeAws::new(|_| identity("111122223333"));
    let session = Session::connect(aws.connect(account("111122223333"))).await.unwrap();
    assert_eq!(session.account, "111122223333");
    assert_eq!(session.arn, "arn:aws:sts::111122223333:assumed-role/deploy/alice");
    assert_eq!(session.now().to_string(), "2026-11-21T12:00:00Z");
    assert_eq!(aws.lines(), ["POST https://sts.ap-northeast-1.amazonaws.com/"]);
    assert_eq!(session.calls().by_operation["sts:GetCallerIdentity"], 1);
    assert_eq!((session.calls().total, session.calls().writes), (1, 0));
    assert!(aws.requests()[0].headers["user-agent"].contains("app/reconcile"));
}

#[tokio::test(start_paused = true)]
async fn another_account_is_refused_before_anything_else_is_called() {
    let aws = FakeAws::new(|_| identity("444455556666"));
    let error = Session::connect(aws.connect(account("111122223333"))).await.unwrap_err();
    assert_eq!(
        error,
        ConnectError::OtherAccount {
            environment: "test".to_owned(),
            expected: "111122223333".to_owned(),
            got: "444455556666".to_owned(),
            arn: "arn:aws:sts::444455556666:assumed-role/deploy/alice".to_owned(),
        }
    );
    assert_eq!(aws.lines().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn expired_credentials_come_with_advice() {
    let aws = FakeAws::new(|_| {
        Answer::Body(403, query_error("ExpiredToken", "The security token has expired."))
    });
    let error = Session::connect(aws.connect(sandbox())).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "failed to ask AWS who is calling: The security token has expired (ExpiredToken, request req-1): \
         sign in again, for example with `aws sso login`"
    );
}

#[tokio::test(start_paused = true)]
async fn every_attempt_is_counted_and_throttling_is_noticed() {
    let mut attempts = 0;
    let aws = FakeAws::new(move |_| {
        attempts += 1;
        match attempts {
            1 => Answer::Body(400, query_error("Throttling", "Rate exceeded")),
            2 => Answer::Body(503, "Service Unavailable".to_owned()),
            _ => identity("000000000000"),
        }
    });
    let session = Session::connect(aws.connect(sandbox())).await.unwrap();
    let calls = session.calls();
    assert_eq!((calls.total, calls.throttled), (3, 2));
}

#[tokio::test(start_paused = true)]
async fn a_client_that_cannot_be_counted_cannot_call() {
    let aws = FakeAws::new(|_| identity("000000000000"));
    let session = Session::connect(aws.connect(sandbox())).await.unwrap();
    let error = aws_sdk_sts::Client::new(&session.sdk("us-east-1"))
        .get_caller_identity()
        .send()
        .await
        .unwrap_err();
    let error = AwsError::of(&error);
    assert_eq!(error.nature, Nature::NotSent);
    assert!(error.message.contains("NameCalls"), "{error}");
    assert_eq!(aws.lines().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_client_calls_in_its_region() {
    let aws = FakeAws::new(|_| identity("000000000000"));
    let session = Session::connect(aws.connect(sandbox())).await.unwrap();
    let config = aws_sdk_sts::config::Builder::from(&session.sdk("us-east-1"))
        .interceptor(NameCalls)
        .build();
    let client = aws_sdk_sts::Client::from_conf(config);
    client.get_caller_identity().send().await.unwrap();
    assert_eq!(aws.lines()[1], "POST https://sts.us-east-1.amazonaws.com/");
}

#[tokio::test(start_paused = true)]
async fn a_denied_action_is_named() {
    let aws = FakeAws::new(|_| {
        let message = "User: arn:aws:sts::1:assumed-role/x is not authorized to perform: \
                       sts:GetCallerIdentity on resource: *";
        Answer::Body(403, query_error("AccessDenied", message))
    });
    let Err(ConnectError::Unidentified(error)) = Session::connect(aws.connect(sandbox())).await
    else {
        panic!("connected");
    };
    assert_eq!(
        error.hint.as_deref(),
        Some("the role needs `sts:GetCallerIdentity`, and no policy may deny it")
    );
    assert_eq!(error.nature, Nature::Refused);
}

#[tokio::test(start_paused = true)]
async fn a_broken_connection_is_described_once() {
    let aws = FakeAws::new(|_| Answer::Broken);
    let Err(ConnectError::Unidentified(error)) = Session::connect(aws.connect(sandbox())).await
    else {
        panic!("connected");
    };
    assert_eq!(error.nature, Nature::Unanswered);
    assert_eq!(error.message, "connection reset by peer");
    assert_eq!(aws.lines().len(), 3);
}

#[test]
fn names_of_runs_sort_by_time_and_differ() {
    let at = |time: &str, process| {
        RunIdentity::new(time.parse().unwrap(), None, Some("alice".to_owned()), process).id
    };
    let first = at("2026-11-21T12:00:00.5Z", 1);
    assert!(first.starts_with("20261121T120000500Z-"), "{first}");
    assert!(first < at("2026-11-21T12:00:01Z", 1));
    assert_ne!(first, at("2026-11-21T12:00:00.5Z", 2));
    assert!(first.chars().all(|c| c.is_ascii_alphanumeric() || c == '-'));
}

#[test]
fn credentials_that_cannot_be_had_come_with_advice() {
    let failed = |error: CredentialsError| {
        let error = ConnectorError::other(error.into(), None);
        let error: SdkError<GetCallerIdentityError, HttpResponse> =
            SdkError::dispatch_failure(error);
        AwsError::of(&error)
    };
    let none = failed(CredentialsError::not_loaded("no providers. Attempted:\n- one\n- two"));
    assert_eq!(
        none.to_string(),
        "the credential provider was not enabled: no providers: \
         look at the name of the profile, or sign in, for example with `aws sso login`"
    );
    assert_eq!(none.nature, Nature::NotSent);
    let expired = failed(CredentialsError::provider_error("the SSO token has expired"));
    assert!(
        expired.to_string().ends_with("sign in again, for example with `aws sso login`"),
        "{expired}"
    );
}
