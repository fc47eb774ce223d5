//! Objects that are uploaded in parts.

use aws_sdk_s3::operation::upload_part::UploadPartOutput;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{ChecksumAlgorithm, ChecksumType, CompletedMultipartUpload, CompletedPart};

use crate::support::{BUCKET, refusal, s3, sandbox, text};

const MIB: usize = 1024 * 1024;

/// An upload with SHA-256, under way.
struct Upload {
    client: aws_sdk_s3::Client,
    id: String,
}

impl Upload {
    async fn begin(client: &aws_sdk_s3::Client) -> Self {
        let create = client.create_multipart_upload().bucket(BUCKET).key("backup");
        let create = create.checksum_algorithm(ChecksumAlgorithm::Sha256);
        let begun = create.metadata("clinic", "0001").send().await.expect("is begun");
        assert_eq!(begun.checksum_type(), Some(&ChecksumType::Composite));
        Self { client: client.clone(), id: begun.upload_id.expect("has an ID") }
    }

    async fn part(&self, number: i32, content: Vec<u8>) -> CompletedPart {
        let put = self.client.upload_part().bucket(BUCKET).key("backup").upload_id(&self.id);
        let put = put.part_number(number).checksum_algorithm(ChecksumAlgorithm::Sha256);
        let UploadPartOutput { e_tag, checksum_sha256, .. } =
            put.body(ByteStream::from(content)).send().await.expect("is taken");
        CompletedPart::builder()
            .part_number(number)
            .set_e_tag(e_tag)
            .set_checksum_sha256(checksum_sha256)
            .build()
    }

    fn complete(
        &self,
        parts: &[CompletedPart],
    ) -> aws_sdk_s3::operation::complete_multipart_upload::builders::CompleteMultipartUploadFluentBuilder
    {
        let parts = CompletedMultipartUpload::builder().set_parts(Some(parts.to_vec())).build();
        let complete = self.client.complete_multipart_upload().bucket(BUCKET).key("backup");
        complete.upload_id(&self.id).multipart_upload(parts)
    }

    async fn refused(&self, parts: &[CompletedPart]) -> (String, u16) {
        refusal(&self.complete(parts).send().await.expect_err("is refused"))
    }
}

#[tokio::test]
async fn the_parts_become_one_object() {
    let sandbox = sandbox();
    let client = s3(&sandbox);
    let upload = Upload::begin(&client).await;
    let second = upload.part(2, b"end".to_vec()).await;
    let first = upload.part(1, vec![b'a'; 5 * MIB]).await;

    let listed = client.list_parts().bucket(BUCKET).key("backup").upload_id(&upload.id);
    let page = listed.clone().max_parts(1).send().await.expect("lists");
    assert_eq!((page.is_truncated(), page.next_part_number_marker()), (Some(true), Some("1")));
    let page = listed.part_number_marker("1").send().await.expect("lists");
    assert_eq!(page.parts()[0].checksum_sha256(), second.checksum_sha256());
    let under_way = client.list_multipart_uploads().bucket(BUCKET).send().await.expect("lists");
    assert_eq!(under_way.uploads()[0].upload_id(), Some(&*upload.id));
    let missing = client.head_object().bucket(BUCKET).key("backup").send().await;
    assert!(missing.expect_err("is not there yet").into_service_error().is_not_found());

    let done = upload.complete(&[first, second]).if_none_match("*").send().await.expect("is done");
    // The MD5 of the parts' MD5s, as another program computed it.
    assert_eq!(done.e_tag(), Some("\"cc8f6f16b44b75adde6349ab98aee432-2\""));
    let checksum = done.checksum_sha256().expect("has a checksum");
    assert!(checksum.ends_with("-2"), "{checksum}");
    let got = client.get_object().bucket(BUCKET).key("backup").part_number(2);
    let got = got.send().await.expect("is there");
    assert_eq!(got.parts_count(), Some(2));
    assert_eq!(got.metadata().expect("has metadata")["clinic"], "0001");
    assert_eq!(got.content_range(), Some("bytes 5242880-5242882/5242883"));
    assert_eq!(text(got.body).await, "end");
    let gone = client.list_parts().bucket(BUCKET).key("backup").upload_id(&upload.id).send().await;
    assert_eq!(refusal(&gone.expect_err("is over")), ("NoSuchUpload".to_owned(), 404));
}

#[tokio::test]
async fn an_upload_is_completed_only_with_what_has_arrived() {
    let sandbox = sandbox();
    let upload = Upload::begin(&s3(&sandbox)).await;
    let first = upload.part(1, b"small".to_vec()).await;
    let second = upload.part(2, b"end".to_vec()).await;
    let code = |code: &str| (code.to_owned(), 400);
    let both = [first.clone(), second.clone()];
    assert_eq!(upload.refused(&both).await, code("EntityTooSmall"));
    assert_eq!(upload.refused(&[second.clone(), first.clone()]).await, code("InvalidPartOrder"));
    assert_eq!(upload.refused(&[]).await, code("MalformedXML"));
    let another = CompletedPart::builder().part_number(2).set_e_tag(first.e_tag.clone());
    assert_eq!(upload.refused(&[another.build()]).await, code("InvalidPart"));
    let unchecked = CompletedPart::builder().part_number(2).set_e_tag(second.e_tag.clone());
    let refused = upload.complete(&[unchecked.build()]).send().await.expect_err("is refused");
    assert_eq!(
        refused.into_service_error().meta().message(),
        Some(
            "The upload was created using a sha256 checksum. The complete request must include the checksum for each part. It was missing for part 2 in the request."
        )
    );
    // One part alone may be small, and parts that are not named are forgotten.
    upload.complete(&[second]).send().await.expect("is done");
}

#[tokio::test]
async fn a_lost_race_leaves_the_upload_and_an_aborted_one_is_gone() {
    let sandbox = sandbox();
    let client = s3(&sandbox);
    let upload = Upload::begin(&client).await;
    let part = upload.part(1, b"mine".to_vec()).await;
    let put = client.put_object().bucket(BUCKET).key("backup").body(ByteStream::from_static(b"x"));
    put.send().await.expect("is put");
    let lost = upload.complete(std::slice::from_ref(&part)).if_none_match("*").send().await;
    assert_eq!(refusal(&lost.expect_err("is refused")), ("PreconditionFailed".to_owned(), 412));
    let abort = client.abort_multipart_upload().bucket(BUCKET).key("backup");
    abort.upload_id(&upload.id).send().await.expect("is aborted");
    assert_eq!(upload.refused(&[part]).await, ("NoSuchUpload".to_owned(), 404));
}

#[tokio::test]
async fn the_parts_are_sent_with_the_checksum_that_the_upload_was_begun_with() {
    let sandbox = sandbox();
    let client = s3(&sandbox);
    let upload = Upload::begin(&client).await;
    let put = client.upload_part().bucket(BUCKET).key("backup").upload_id(&upload.id);
    let put = put.part_number(1).checksum_algorithm(ChecksumAlgorithm::Crc32);
    let refused = put.body(ByteStream::from_static(b"x")).send().await.expect_err("is refused");
    assert_eq!(
        refused.into_service_error().meta().message(),
        Some(
            "Checksum Type mismatch occurred, expected checksum Type: sha256, actual checksum Type: crc32"
        )
    );
}
