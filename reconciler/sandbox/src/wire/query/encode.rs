//! From a handler's JSON to the XML of an awsQuery answer.

use quick_xml::escape::escape;
use serde_json::{Value, json};

use crate::error::AwsError;
use crate::wire::xml::{children, close};

/// What surrounds every answer of one call.
pub(in crate::wire) struct Envelope<'a> {
    pub(in crate::wire) namespace: &'a str,
    pub(in crate::wire) operation: &'a str,
    pub(in crate::wire) request_id: &'a str,
}

impl Envelope<'_> {
    /// `<OpResponse><OpResult>...`; an operation without a result answers `null`.
    pub(in crate::wire) fn success(&self, result: &Value) -> String {
        let mut document = serde_json::Map::new();
        document.insert(format!("{}Result", self.operation), result.clone());
        document.insert("ResponseMetadata".to_owned(), json!({ "RequestId": self.request_id }));
        self.document(&format!("{}Response", self.operation), &Value::Object(document))
    }

    /// `<ErrorResponse><Error>...`
    pub(in crate::wire) fn failure(&self, error: &AwsError) -> String {
        let document = json!({
            "Error": {
                "Type": if error.status < 500 { "Sender" } else { "Receiver" },
                "Code": error.code,
                "Message": error.message,
            },
            "RequestId": self.request_id,
        });
        self.document("ErrorResponse", &document)
    }

    fn document(&self, name: &str, content: &Value) -> String {
        let namespace = escape(self.namespace);
        let mut xml = format!("<?xml version=\"1.0\"?><{name} xmlns=\"{namespace}\">");
        children(&mut xml, content);
        close(&mut xml, name);
        xml
    }
}
