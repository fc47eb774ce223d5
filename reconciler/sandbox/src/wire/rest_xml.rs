//! The errors of restXml as S3 writes them. Its calls and answers are the `s3s` crate's.

use serde_json::json;

use super::xml::element;
use crate::error::AwsError;

/// `<Error><Code>...`, without an envelope.
pub(super) fn failure(error: &AwsError, request_id: &str) -> String {
    let mut xml = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_owned();
    let content = json!({
        "Code": error.code,
        "Message": error.message,
        "RequestId": request_id,
        "HostId": "sandbox",
    });
    element(&mut xml, "Error", &content);
    xml
}
