//! Objects, their versions, and the buckets around them.

use aws_sdk_s3::types::{
    BucketLocationConstraint, BucketVersioningStatus, CreateBucketConfiguration, Delete,
    ObjectIdentifier, ServerSideEncryption, VersioningConfiguration,
};

use crate::support::{BUCKET, REGION, body, refusal, s3, s3_in, sandbox, text};

#[tokio::test]
async fn what_was_put_is_given_back() {
    let sandbox = sandbox();
    let client = s3(&sandbox);
    let put = client
        .put_object()
        .bucket(BUCKET)
        .key("a b/ü+.json")
        .content_type("application/json")
        .metadata("commit", "abc")
        .body(body("hello"))
        .send()
        .await
        .expect("is put");
    assert_eq!(put.e_tag(), Some("\"5d41402abc4b2a76b9719d911017c592\""));
    assert_eq!(put.server_side_encryption(), Some(&ServerSideEncryption::Aes256));

    let head = client.head_object().bucket(BUCKET).key("a b/ü+.json").send().await;
    let head = head.expect("is there");
    assert_eq!((head.content_length(), head.version_id()), (Some(5), put.version_id()));
    assert_eq!(head.content_type(), Some("application/json"));
    assert_eq!(head.metadata().expect("has metadata")["commit"], "abc");
    assert_eq!(head.last_modified().expect("has a time").secs(), 1_767_225_600);

    let part = client.get_object().bucket(BUCKET).key("a b/ü+.json").range("bytes=1-3");
    let part = part.send().await.expect("is read");
    assert_eq!(part.content_range(), Some("bytes 1-3/5"));
    assert_eq!(text(part.body).await, "ell");

    let missing = client.head_object().bucket(BUCKET).key("none").send().await;
    assert!(missing.expect_err("is not there").into_service_error().is_not_found());
    let missing = client.get_object().bucket(BUCKET).key("none").send().await;
    assert!(missing.expect_err("is not there").into_service_error().is_no_such_key());
}

#[tokio::test]
async fn versions_stay_until_they_are_deleted_by_name() {
    let sandbox = sandbox();
    let client = s3(&sandbox);
    let mut ids = Vec::new();
    for text in ["1", "2"] {
        let put = client.put_object().bucket(BUCKET).key("k").body(body(text)).send().await;
        ids.push(put.expect("is put").version_id.expect("is versioned"));
    }
    client.delete_object().bucket(BUCKET).key("k").send().await.expect("leaves a marker");
    let gone = client.get_object().bucket(BUCKET).key("k").send().await.expect_err("is deleted");
    assert_eq!(refusal(&gone), ("NoSuchKey".to_owned(), 404));
    let first = client.get_object().bucket(BUCKET).key("k").version_id(&ids[0]).send().await;
    assert_eq!(text(first.expect("is kept").body).await, "1");

    let listed = client.list_object_versions().bucket(BUCKET).send().await.expect("lists");
    let versions: Vec<_> = listed.versions().iter().filter_map(|it| it.version_id()).collect();
    assert_eq!(versions, [&*ids[1], &*ids[0]], "newest first");
    let marker = &listed.delete_markers()[0];
    assert_eq!(marker.is_latest(), Some(true));

    let marker = marker.version_id().expect("has an ID");
    let undo = client.delete_object().bucket(BUCKET).key("k").version_id(marker).send().await;
    assert_eq!(undo.expect("is removed").delete_marker(), Some(true));
    let current = client.get_object().bucket(BUCKET).key("k").send().await.expect("is back");
    assert_eq!(text(current.body).await, "2");
}

#[tokio::test]
async fn a_suspended_bucket_replaces_the_null_version() {
    let sandbox = sandbox();
    let client = s3(&sandbox);
    let put = |text| client.put_object().bucket(BUCKET).key("k").body(body(text)).send();
    put("kept").await.expect("is put");
    let suspended =
        VersioningConfiguration::builder().status(BucketVersioningStatus::Suspended).build();
    client
        .put_bucket_versioning()
        .bucket(BUCKET)
        .versioning_configuration(suspended)
        .send()
        .await
        .expect("is suspended");
    for text in ["replaced", "latest"] {
        assert_eq!(put(text).await.expect("is put").version_id(), None);
    }
    let listed = client.list_object_versions().bucket(BUCKET).send().await.expect("lists");
    assert_eq!(listed.versions().len(), 2);
    assert_eq!(listed.versions()[0].version_id(), Some("null"));
}

#[tokio::test]
async fn listings_come_in_pages_and_roll_up() {
    let sandbox = sandbox();
    let client = s3(&sandbox);
    for key in ["a", "b/1", "b/2", "c/1", "d", "e/1"] {
        client.put_object().bucket(BUCKET).key(key).body(body("")).send().await.expect("is put");
    }
    let mut pages =
        client.list_objects_v2().bucket(BUCKET).delimiter("/").max_keys(2).into_paginator().send();
    let mut seen = Vec::new();
    while let Some(page) = pages.next().await {
        let page = page.expect("lists");
        let keys = page.contents().iter().filter_map(|object| object.key());
        let prefixes = page.common_prefixes().iter().filter_map(|prefix| prefix.prefix());
        seen.push(keys.chain(prefixes).map(str::to_owned).collect::<Vec<_>>());
    }
    let expected: [&[&str]; 3] = [&["a", "b/"], &["d", "c/"], &["e/"]];
    assert_eq!(seen, expected);
}

#[tokio::test]
async fn versions_come_in_pages_too() {
    let sandbox = sandbox();
    let client = s3(&sandbox);
    for key in ["a", "a", "a", "b", "c/1", "c/2"] {
        client.put_object().bucket(BUCKET).key(key).body(body("")).send().await.expect("is put");
    }
    let (mut marker, mut version, mut seen) = (None, None, Vec::new());
    loop {
        let list = client.list_object_versions().bucket(BUCKET).delimiter("/").max_keys(2);
        let page = list.set_key_marker(marker).set_version_id_marker(version);
        let page = page.send().await.expect("lists");
        let keys = page.versions().iter().filter_map(|version| version.key());
        let prefixes = page.common_prefixes().iter().filter_map(|prefix| prefix.prefix());
        seen.push(keys.chain(prefixes).map(str::to_owned).collect::<Vec<_>>());
        if page.is_truncated() != Some(true) {
            break;
        }
        (marker, version) = (page.next_key_marker, page.next_version_id_marker);
    }
    let expected: [&[&str]; 3] = [&["a", "a"], &["a", "b"], &["c/"]];
    assert_eq!(seen, expected);
}

#[tokio::test]
async fn a_copy_is_a_version_of_its_own() {
    let sandbox = sandbox();
    let client = s3(&sandbox);
    let put = client.put_object().bucket(BUCKET).key("from").metadata("commit", "abc");
    let put = put.body(body("x")).send().await.expect("is put");
    let source = format!("{BUCKET}/from?versionId={}", put.version_id().expect("has an ID"));
    let copy = client.copy_object().bucket(BUCKET).key("to").copy_source(source);
    let copied = copy.send().await.expect("is copied");
    assert_eq!(copied.copy_object_result().and_then(|result| result.e_tag()), put.e_tag());
    let got = client.get_object().bucket(BUCKET).key("to").send().await.expect("is there");
    assert_eq!(got.metadata().expect("has metadata")["commit"], "abc");
    assert_eq!(got.version_id(), copied.version_id());
    assert_eq!(text(got.body).await, "x");
}

#[tokio::test]
async fn a_bucket_goes_only_when_it_is_empty() {
    let sandbox = sandbox();
    let client = s3(&sandbox);
    client.put_object().bucket(BUCKET).key("k").body(body("")).send().await.expect("is put");
    client.delete_object().bucket(BUCKET).key("k").send().await.expect("leaves a marker");
    let kept = client.delete_bucket().bucket(BUCKET).send().await.expect_err("holds versions");
    assert_eq!(refusal(&kept), ("BucketNotEmpty".to_owned(), 409));

    let listed = client.list_object_versions().bucket(BUCKET).send().await.expect("lists");
    let versions = listed.versions().iter().map(|it| (it.key(), it.version_id()));
    let markers = listed.delete_markers().iter().map(|it| (it.key(), it.version_id()));
    let all = versions.chain(markers).map(|(key, id)| {
        ObjectIdentifier::builder()
            .key(key.expect("has a key"))
            .version_id(id.expect("has an ID"))
            .build()
            .expect("is complete")
    });
    let delete = Delete::builder().set_objects(Some(all.collect())).build().expect("is complete");
    let deleted = client.delete_objects().bucket(BUCKET).delete(delete).send().await;
    assert_eq!(deleted.expect("are deleted").deleted().len(), 2);
    client.delete_bucket().bucket(BUCKET).send().await.expect("is empty");
    let gone = client.list_objects_v2().bucket(BUCKET).send().await.expect_err("is gone");
    assert_eq!(refusal(&gone), ("NoSuchBucket".to_owned(), 404));
}

#[tokio::test]
async fn bucket_settings_are_read_and_written() {
    let sandbox = sandbox();
    let client = s3(&sandbox);
    let region = BucketLocationConstraint::from(REGION);
    let place = CreateBucketConfiguration::builder().location_constraint(region).build();
    let create = || {
        let place = place.clone();
        client.create_bucket().bucket("other").create_bucket_configuration(place).send()
    };
    create().await.expect("is made");
    let twice = create().await.expect_err("is there already");
    assert_eq!(refusal(&twice), ("BucketAlreadyOwnedByYou".to_owned(), 409));
    let names = client.list_buckets().send().await.expect("lists");
    let names: Vec<_> = names.buckets().iter().filter_map(|bucket| bucket.name()).collect();
    assert_eq!(names, ["other", BUCKET]);
    let versioning = client.get_bucket_versioning().bucket("other").send().await.expect("is read");
    assert_eq!(versioning.status(), None);

    let none = client.get_bucket_policy().bucket("other").send().await.expect_err("has none");
    assert_eq!(refusal(&none), ("NoSuchBucketPolicy".to_owned(), 404));
    let policy = r#"{"Version":"2012-10-17","Statement":[]}"#;
    client.put_bucket_policy().bucket("other").policy(policy).send().await.expect("is set");
    let read = client.get_bucket_policy().bucket("other").send().await.expect("is read");
    assert_eq!(read.policy(), Some(policy));
    let location = client.get_bucket_location().bucket("other").send().await.expect("is read");
    assert_eq!(location.location_constraint(), Some(&BucketLocationConstraint::from(REGION)));
}

#[tokio::test]
async fn another_region_redirects() {
    let sandbox = sandbox();
    let far = s3_in(&sandbox, "us-east-1").head_bucket().bucket(BUCKET).send().await;
    let far = far.expect_err("is elsewhere");
    let response = far.raw_response().expect("is answered");
    assert_eq!(response.status().as_u16(), 301);
    assert_eq!(response.headers().get("x-amz-bucket-region"), Some(REGION));
}

#[tokio::test]
async fn bytes_that_are_not_those_that_were_meant_are_refused() {
    let sandbox = sandbox();
    let put = s3(&sandbox).put_object().bucket(BUCKET).key("k").body(body("x"));
    let wrong = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
    let refused = put.checksum_sha256(wrong).send().await.expect_err("is refused");
    assert_eq!(refusal(&refused), ("BadDigest".to_owned(), 400));
}
