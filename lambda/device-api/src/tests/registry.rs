//! How long what is on record is remembered.

use super::{Api, event, now, pem, registration_with, seconds};
use crate::storage::StorageError;

const READ: &str = "read registry/registry/clinic-0001-pc01.json unless";

/// The status of a request so many seconds later.
async fn status_after(api: &Api, after: i64) -> u16 {
    let event = event("GET", "/v1/me", "", None, Some(&pem()));
    api.answer_at(&event, now() + seconds(after)).await.reply.status_code
}

#[tokio::test]
async fn a_registration_is_read_once_in_its_time() {
    let api = Api::new();
    for after in [0, 1, 29] {
        assert_eq!(status_after(&api, after).await, 200);
    }
    assert_eq!(api.shelf.calls(), [format!("{READ} None")]);
}

#[tokio::test]
async fn then_it_is_asked_whether_it_still_stands() {
    let api = Api::new();
    for after in [0, 30, 31, 59, 60] {
        assert_eq!(status_after(&api, after).await, 200);
    }
    let calls = api.shelf.calls();
    assert_eq!(calls.len(), 3, "{calls:?}");
    assert!(calls[1..].iter().all(|call| call.starts_with(&format!("{READ} Some("))), "{calls:?}");
}

#[tokio::test]
async fn a_suspension_is_noticed() {
    let api = Api::new();
    assert_eq!(status_after(&api, 0).await, 200);
    let suspended = registration_with("state", "suspended".into());
    api.shelf.store("registry", "registry/clinic-0001-pc01.json", &suspended);
    assert_eq!(status_after(&api, 29).await, 200);
    assert_eq!(status_after(&api, 30).await, 403);
}

#[tokio::test]
async fn what_is_remembered_is_no_substitute() {
    let api = Api::new();
    assert_eq!(status_after(&api, 0).await, 200);
    api.shelf.fail(Some(StorageError::Failed("Timeout".to_owned())));
    assert_eq!(status_after(&api, 30).await, 503);
    api.shelf.fail(None);
    assert_eq!(status_after(&api, 31).await, 200);
    api.shelf.drop_all();
    assert_eq!(status_after(&api, 90).await, 403);
}

#[tokio::test]
async fn a_clock_that_is_put_back_makes_nothing_fresh() {
    let api = Api::new();
    assert_eq!(status_after(&api, 3600).await, 200);
    api.shelf.drop_all();
    assert_eq!(status_after(&api, 0).await, 403);
}
