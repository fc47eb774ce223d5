//! Compare and swap on S3, on which every lock and record of `reconcile` rests.

use crate::support::{BUCKET, body, refusal, s3, sandbox, text};

#[tokio::test]
async fn only_one_of_many_creators_wins() {
    let sandbox = sandbox();
    let attempts = (0..8).map(|_| {
        let put = s3(&sandbox).put_object().bucket(BUCKET).key("lock").if_none_match("*");
        tokio::spawn(put.body(body("mine")).send())
    });
    let (mut won, mut lost) = (0, 0);
    for attempt in attempts.collect::<Vec<_>>() {
        match attempt.await.expect("runs") {
            Ok(_) => won += 1,
            Err(error) => {
                assert_eq!(refusal(&error), ("PreconditionFailed".to_owned(), 412));
                lost += 1;
            }
        }
    }
    assert_eq!((won, lost), (1, 7));
}

#[tokio::test]
async fn a_swap_needs_the_etag_that_is_there() {
    let sandbox = sandbox();
    let client = s3(&sandbox);
    let put = |etag: &str, text: &'static str| {
        client.put_object().bucket(BUCKET).key("record").if_match(etag).body(body(text)).send()
    };
    let absent = put("\"0\"", "x").await.expect_err("nothing to match");
    assert_eq!(refusal(&absent), ("NoSuchKey".to_owned(), 404));

    let first = client.put_object().bucket(BUCKET).key("record").body(body("1")).send().await;
    let first = first.expect("is put").e_tag.expect("has an ETag");
    let second = put(&first, "2").await.expect("swaps").e_tag.expect("has an ETag");
    let late = put(&first, "3").await.expect_err("comes too late");
    assert_eq!(refusal(&late), ("PreconditionFailed".to_owned(), 412));
    assert_ne!(first, second);
    let got = client.get_object().bucket(BUCKET).key("record").send().await.expect("is read");
    assert_eq!(got.e_tag(), Some(&*second));
    assert_eq!(text(got.body).await, "2");
}

#[tokio::test]
async fn a_delete_marker_counts_as_absent() {
    let sandbox = sandbox();
    let client = s3(&sandbox);
    let put = || client.put_object().bucket(BUCKET).key("lock").body(body("x"));
    let etag = put().send().await.expect("is put").e_tag.expect("has an ETag");
    let delete = |etag: &str| client.delete_object().bucket(BUCKET).key("lock").if_match(etag);

    let other = delete("\"other\"").send().await.expect_err("is not that one");
    assert_eq!(refusal(&other), ("PreconditionFailed".to_owned(), 412));
    let released = delete(&etag).send().await.expect("is released");
    assert_eq!(released.delete_marker(), Some(true));
    let again = delete("*").send().await.expect_err("is gone");
    assert_eq!(refusal(&again), ("NoSuchKey".to_owned(), 404));
    let swap = put().if_match(&etag).send().await.expect_err("is gone");
    assert_eq!(refusal(&swap), ("NoSuchKey".to_owned(), 404));
    put().if_none_match("*").send().await.expect("the key is free again");
}

#[tokio::test]
async fn a_reader_may_ask_for_news_only() {
    let sandbox = sandbox();
    let client = s3(&sandbox);
    let put = client.put_object().bucket(BUCKET).key("ledger").body(body("x")).send().await;
    let etag = put.expect("is put").e_tag.expect("has an ETag");
    let get = || client.get_object().bucket(BUCKET).key("ledger");
    let same = get().if_none_match(&etag).send().await.expect_err("is not modified");
    assert_eq!(refusal(&same).1, 304);
    get().if_match(&etag).send().await.expect("is that one");
    let other = get().if_match("\"other\"").send().await.expect_err("is another one");
    assert_eq!(refusal(&other), ("PreconditionFailed".to_owned(), 412));
}

#[tokio::test]
async fn a_bucket_of_another_account_is_neither_read_nor_written() {
    let sandbox = sandbox();
    let client = s3(&sandbox);
    let put = |owner| {
        let put = client.put_object().bucket(BUCKET).key("record").body(body("x"));
        put.expected_bucket_owner(owner).send()
    };
    put("000000000000").await.expect("is that account's");
    let refused = put("999999999999").await.expect_err("is not");
    assert_eq!(refusal(&refused), ("AccessDenied".to_owned(), 403));
    let get = client.get_object().bucket(BUCKET).key("record");
    let refused = get.expected_bucket_owner("999999999999").send().await.expect_err("is not");
    assert_eq!(refusal(&refused), ("AccessDenied".to_owned(), 403));
}
