//! JSON values as XML elements.

use quick_xml::escape::partial_escape;
use serde_json::Value;

/// Writes an element; nothing at all for `null`.
pub(super) fn element(xml: &mut String, name: &str, content: &Value) {
    if !content.is_null() {
        xml.extend(["<", name, ">"]);
        children(xml, content);
        close(xml, name);
    }
}

/// Writes what stands inside an element.
pub(super) fn children(xml: &mut String, content: &Value) {
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

/// Ends an element.
pub(super) fn close(xml: &mut String, name: &str) {
    xml.extend(["</", name, ">"]);
}
