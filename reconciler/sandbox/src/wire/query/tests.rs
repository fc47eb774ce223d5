//! What is decoded from a form and what XML comes back.

use serde_json::{Value, json};

use super::decode::form;
use super::encode::Envelope;
use crate::error::AwsError;

const ENVELOPE: Envelope<'static> =
    Envelope { namespace: "urn:test", operation: "DescribeThings", request_id: "1" };

#[test]
fn lists_and_maps_are_nested() {
    let body = b"Action=Do&Version=1&StackName=a%2Fb&Tags.member.2.Key=y&Tags.member.1.Key=x\
        &Tags.member.1.Value=&Map.entry.1.key=k&Map.entry.1.value=v&Empty=&Config.Mode=FAST";
    let (operation, parameters) = form(body);
    assert_eq!(operation, "Do");
    let expected = json!({
        "StackName": "a/b",
        "Tags": [{ "Key": "x", "Value": "" }, { "Key": "y" }],
        "Map": { "k": "v" },
        "Empty": "",
        "Config": { "Mode": "FAST" },
    });
    assert_eq!(parameters, expected);
}

#[test]
fn more_than_nine_members_keep_their_order() {
    let names: Vec<String> = (1..=12).map(|number| format!("L.member.{number}={number}")).collect();
    let (_, parameters) = form(names.join("&").as_bytes());
    let numbers: Vec<Value> = (1..=12).map(|number| json!(number.to_string())).collect();
    assert_eq!(parameters["L"], Value::Array(numbers));
}

#[test]
fn a_result_becomes_elements_and_members() {
    let result = json!({ "Things": [{ "Name": "a<b\r\n", "Gone": null, "On": true, "Size": 3 }] });
    assert_eq!(
        ENVELOPE.success(&result),
        "<?xml version=\"1.0\"?><DescribeThingsResponse xmlns=\"urn:test\"><DescribeThingsResult>\
         <Things><member><Name>a&lt;b&#13;\n</Name><On>true</On><Size>3</Size></member></Things>\
         </DescribeThingsResult><ResponseMetadata><RequestId>1</RequestId></ResponseMetadata>\
         </DescribeThingsResponse>"
    );
}

#[test]
fn an_operation_without_a_result_has_no_result_element() {
    assert!(!ENVELOPE.success(&Value::Null).contains("Result>"));
    assert!(ENVELOPE.success(&json!({})).contains("<DescribeThingsResult>"));
}

#[test]
fn an_error_says_who_is_to_blame() {
    let refusal = ENVELOPE.failure(&AwsError::validation("no & no"));
    assert!(refusal.contains("<Type>Sender</Type><Code>ValidationError</Code>"), "{refusal}");
    assert!(refusal.contains("<Message>no &amp; no</Message>"), "{refusal}");
}
