use crate::aws::session::Session;
use crate::aws::testing::{Answer, FakeAws, Request, identity, sandbox};
use crate::state::store::StoreError;

/// A session whose S3 answers by `script`.
async fn connect(
    mut script: impl FnMut(&Request) -> Answer + Send + 'static,
) -> (Session, FakeAws) {
    let aws = FakeAws::new(move |request| {
        if request.line.contains("//sts.") {
            return identity("000000000000");
        }
        script(request)
    });
    let session = Session::connect(aws.connect(sandbox())).await.unwrap();
    (session, aws)
}

fn refused(status: u16, code: &str) -> Answer {
    Answer::Body(status, format!("<Error><Code>{code}</Code><Message>No.</Message></Error>"))
}

fn stored(body: &str) -> Answer {
    Answer::Tagged(200, "\"tag\"", body.to_owned())
}

fn is_put(request: &Request) -> bool {
    request.line.starts_with("PUT")
}

fn lost() -> Result<String, StoreError> {
    Err(StoreError::Lost { key: "a/b".to_owned() })
}

async fn create(session: &Session) -> Result<String, StoreError> {
    session.state.create("a/b", b"ours".to_vec()).await
}

#[tokio::test(start_paused = true)]
async fn writes_are_conditional_and_only_into_our_own_bucket() {
    let (session, aws) = connect(|_| stored("")).await;
    assert_eq!(create(&session).await.unwrap(), "\"tag\"");
    let written = session.state.replace("a/b", b"x".to_vec(), "\"old\"").await;
    assert_eq!(written.unwrap(), "\"tag\"");
    session.state.delete("a/b", "\"tag\"").await.unwrap();
    let requests = aws.requests();
    assert!(
        requests[1]
            .line
            .starts_with("PUT https://clinic-state.s3.ap-northeast-1.amazonaws.com/a/b"),
        "{}",
        requests[1].line
    );
    assert_eq!(requests[1].headers["if-none-match"], "*");
    assert_eq!(requests[2].headers["if-match"], "\"old\"");
    assert_eq!(requests[3].headers["if-match"], "\"tag\"");
    for request in &requests[1..] {
        assert_eq!(request.headers["x-amz-expected-bucket-owner"], "000000000000");
    }
    let calls = session.calls();
    assert_eq!((calls.total, calls.writes), (4, 3));
}

#[tokio::test(start_paused = true)]
async fn objects_and_buckets_that_are_missing_are_told_apart() {
    let (session, _) = connect(|_| refused(404, "NoSuchKey")).await;
    assert_eq!(session.state.get("a/b").await, Ok(None));
    assert_eq!(session.state.delete("a/b", "\"tag\"").await, Ok(()));
    let (session, _) = connect(|_| refused(404, "NoSuchBucket")).await;
    let error = session.state.get("a/b").await.unwrap_err();
    assert_eq!(error.to_string(), "the state bucket `clinic-state` does not exist");
}

#[tokio::test(start_paused = true)]
async fn a_conflict_is_lost() {
    for (status, code) in [(412, "PreconditionFailed"), (409, "ConditionalRequestConflict")] {
        let (session, _) =
            connect(
                move |request| {
                    if is_put(request) { refused(status, code) } else { stored("theirs") }
                },
            )
            .await;
        assert_eq!(create(&session).await, lost());
    }
}

#[tokio::test(start_paused = true)]
async fn a_replaced_object_that_is_gone_is_lost() {
    let (session, _) = connect(|_| refused(404, "NoSuchKey")).await;
    let written = session.state.replace("a/b", b"ours".to_vec(), "\"tag\"");
    assert_eq!(written.await, lost());
}

#[tokio::test(start_paused = true)]
async fn a_write_whose_answer_was_lost_is_found_done() {
    let mut puts = 0;
    let (session, _) = connect(move |request| {
        if !is_put(request) {
            return stored("ours");
        }
        puts += 1;
        match puts {
            1 => Answer::Broken,
            _ => refused(412, "PreconditionFailed"),
        }
    })
    .await;
    assert_eq!(create(&session).await.unwrap(), "\"tag\"");
}

#[tokio::test(start_paused = true)]
async fn a_write_that_never_got_an_answer_is_looked_for() {
    let answers = |body: &'static str| {
        move |request: &Request| {
            if is_put(request) { Answer::Broken } else { stored(body) }
        }
    };
    let (session, _) = connect(answers("ours")).await;
    assert_eq!(create(&session).await.unwrap(), "\"tag\"");
    let (session, _) = connect(answers("theirs")).await;
    let error = create(&session).await.unwrap_err();
    assert_eq!(error.to_string(), "failed to write `a/b`: connection reset by peer");
}

#[tokio::test(start_paused = true)]
async fn a_denied_write_is_not_looked_for() {
    let (session, aws) = connect(|_| refused(403, "AccessDenied")).await;
    let error = create(&session).await.unwrap_err();
    assert_eq!(error.to_string(), "failed to write `a/b`: No (AccessDenied, request req-1)");
    assert_eq!(aws.lines().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn templates_are_fetched_by_url() {
    let (session, _) = connect(|_| stored("")).await;
    assert_eq!(
        session.state.url("templates/x.yaml"),
        "https://clinic-state.s3.ap-northeast-1.amazonaws.com/templates/x.yaml"
    );
}
