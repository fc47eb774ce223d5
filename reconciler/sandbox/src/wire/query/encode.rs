//! From a handler's JSON to the XML of an awsQuery answer.

use quick_xml::escape::{escape, partial_escape};
use serde_json::{Value, json};

use crate::error::AwsError;

/// What surrounds every answer of one call.
pub(super) struct Envelope<'a> {
    pub(super) namespace: &'a str,
    pub(super) operation: &'a str,
    pub(super) request_id: &'a str,
}

impl Envelope<'_> {
    /// `<OpResponse><OpResult>...`; an operation without a result answers `null`.
    pub(super) fn success(&self, result: &Value) -> String {
        let mut document = serde_json::Map::new();
        document.insert(format!("{}Result", self.operation), result.clone());
        document.insert("ResponseMetadata".to_owned(), json!({ "RequestId": self.request_id }));
        self.document(&format!("{}Response", self.operation), &Value::Object(document))
    }

    /// `<ErrorResponse><Error>...`
    pub(super) fn failure(&self, error: &AwsError) -> String {
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

/// Writes an element; nothing at all for `null`.
fn element(xml: &mut String, name: &str, content: &Value) {
    if !content.is_null() {
        xml.extend(["<", name, ">"]);
        children(xml, content);
        close(xml, name);
    }
}

fn children(xml: &mut String, content: &Value) {
    match content {
        Value::Object(members) => {
            members.iter().for_each(|(name, member)| element(xml, name, member));
        }
        Value::Array(items) => items.iter().for_each(|item| element(xml, "member", item)),
        // A parser would take a bare carriage return for a line feed, and a template would change.
        Value::String(text) => xml.push_str(&partial_escape(text).replace('\r', "&#13;")),
        Value::Bool(_) | Value::Number(_) => xml.push_str(&content.to_string()),
        Value::Null => {}
    }
}

fn close(xml: &mut String, name: &str) {
    xml.extend(["</", name, ">"]);
}
