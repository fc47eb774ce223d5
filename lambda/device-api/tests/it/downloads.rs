//! What was uploaded is listed and downloaded, and only so much is asked of S3.

use serde_json::{Value, json};

use crate::clinic::{BUCKET, Clinic, PREFIX, Signed};

async fn get(clinic: &Clinic, path: &str) -> Signed {
    let query = format!("path={path}");
    let (status, reply) = clinic.ask("GET", "/v1/downloads", &query, &Value::Null).await;
    assert_eq!(status, 200, "{reply}");
    Signed::read(&reply["get"], b"")
}

#[tokio::test]
async fn a_download_is_of_what_was_uploaded() {
    let clinic = Clinic::open().await;
    assert_eq!(get(&clinic, "2026/a").await.send().await, (404, "NoSuchKey".to_owned()));
    clinic.put("2026/a", "hello").await.send().await;
    let response = get(&clinic, "2026/a").await.response().await;
    assert_eq!((response.status().as_u16(), response.body().as_ref()), (200, b"hello".as_slice()));
}

#[tokio::test]
async fn a_download_is_no_upload() {
    let clinic = Clinic::open().await;
    let download = get(&clinic, "a").await;
    for method in ["PUT", "DELETE"] {
        let other = Signed { method: method.to_owned(), ..download.clone() };
        assert_eq!(other.send().await, (403, "SignatureDoesNotMatch".to_owned()));
    }
}

#[tokio::test]
async fn a_listing_is_of_the_terminals_own() {
    let clinic = Clinic::open().await;
    for path in ["2026/a", "2026/b", "2027/c"] {
        clinic.put(path, "hello").await.send().await;
    }
    let other = clinic.s3().put_object().bucket(BUCKET).key("terminals/clinic-0001-pc02/2026/x");
    other.send().await.expect("is put");
    let list = async |query| clinic.ask("GET", "/v1/objects", query, &Value::Null).await.1;
    let paths = |reply: &Value| {
        let objects = reply["objects"].as_array().expect("a list").iter();
        objects.map(|object| object["path"].clone()).collect::<Vec<_>>()
    };
    let all = list("").await;
    assert_eq!(paths(&all), ["2026/a", "2026/b", "2027/c"]);
    assert_eq!(all["objects"][0]["size"], 5);
    let page = list("prefix=2026%2F&limit=1").await;
    assert_eq!((paths(&page), &page["next"]), (vec![json!("2026/a")], &json!("2026/a")));
    let page = list("prefix=2026%2F&limit=1&after=2026%2Fa").await;
    assert_eq!((paths(&page), &page["next"]), (vec![json!("2026/b")], &Value::Null));
}

#[tokio::test]
async fn a_registration_is_read_once_and_no_data_passes_through() {
    let clinic = Clinic::open().await;
    for _ in 0..5 {
        clinic.ask("GET", "/v1/me", "", &Value::Null).await;
    }
    let reads = clinic.sandbox.call_log();
    let reads = reads.iter().filter(|call| call.to_string().contains("GetObject")).count();
    assert_eq!(reads, 1);
    let stored = clinic.s3().list_objects_v2().bucket(BUCKET).prefix(PREFIX).send().await;
    assert_eq!(stored.expect("is listed").key_count(), Some(0), "nothing passes through");
}
