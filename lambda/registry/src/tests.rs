use serde_json::{Value, json};

use super::*;

fn document() -> Value {
    json!({
        "terminal": "clinic-0001-pc01",
        "clinic": "clinic-0001",
        "bucket": "clinic-backup-clinic-0001",
        "prefix": "terminals/clinic-0001-pc01/",
        "state": "enrolled",
        "serials": [{ "serial": "771a", "notAfter": "2026-04-01T00:00:00Z" }],
        "certificate": { "pem": "-----BEGIN CERTIFICATE-----", "chain": "" },
    })
}

fn read(document: &Value) -> Result<Registration, Malformed> {
    Registration::from_json(document.to_string().as_bytes())
}

#[test]
fn what_is_written_is_read_again() {
    let registration = read(&document()).expect("is a registration");
    let written = registration.to_json().expect("is written");
    let written: Value = serde_json::from_slice(&written).expect("is JSON");
    assert_eq!(written, document());
}

#[test]
fn a_document_that_is_not_understood_is_malformed() {
    for (member, value) in [
        ("readOnly", json!(true)),
        ("terminal", json!("../clinic-0002-pc01")),
        ("clinic", json!("")),
        ("bucket", json!("Clinic")),
        ("prefix", json!("")),
        ("prefix", json!("/")),
        ("prefix", json!("terminals")),
        ("prefix", json!("/terminals/")),
        ("prefix", json!("terminals//")),
        ("prefix", json!("terminals/../")),
        ("prefix", json!(["terminals/"])),
        ("state", json!("Enrolled")),
        ("state", json!("retired")),
        ("serials", json!({})),
        ("serials", json!(["771a"])),
        ("serials", json!([{ "serial": "xyz", "notAfter": "2026-04-01T00:00:00Z" }])),
        ("serials", json!([{ "serial": "771a", "notAfter": "soon" }])),
        ("certificate", json!("-----BEGIN CERTIFICATE-----")),
    ] {
        let mut document = document();
        document[member] = value.clone();
        assert!(read(&document).is_err(), "{member}: {value}");
    }
    for member in ["terminal", "clinic", "bucket", "prefix", "state", "serials"] {
        let mut document = document();
        document.as_object_mut().expect("an object").remove(member);
        assert!(read(&document).is_err(), "without {member}");
    }
}

#[test]
fn a_serial_number_is_a_number() {
    let serial = |text: &str| Serial::try_from(text.to_owned());
    for spelling in ["771a0c", "77:1A:0C", "00771a0C", "0:77:1a:0c"] {
        assert_eq!(serial(spelling).map(String::from), Ok("771a0c".to_owned()), "{spelling}");
    }
    assert_eq!(Serial::from_bytes(&[0x00, 0xf7, 0x1a]).map(String::from), Ok("f71a".to_owned()));
    for wrong in ["", "0", "00:00", "77 1a", "0x77", "-1", &"1".repeat(41)] {
        assert!(serial(wrong).is_err(), "{wrong}");
    }
    for wrong in [[].as_slice(), &[0], &[0x80], &[1; 21]] {
        assert!(Serial::from_bytes(wrong).is_err(), "{wrong:?}");
    }
}

#[test]
fn a_name_means_nothing_special_anywhere() {
    let name = |text: &str| Name::try_from(text.to_owned());
    for right in ["a", "clinic-0001-pc01", "PC_1.clinic", &"n".repeat(64)] {
        assert!(name(right).is_ok(), "{right}");
    }
    for wrong in ["", ".", "..", "a/b", "-a", "a.", "a b", "ＰＣ01", "a\0", "a%2e", &"n".repeat(65)]
    {
        assert!(name(wrong).is_err(), "{wrong}");
    }
    let name = name("clinic-0001-pc01").expect("is a name");
    assert_eq!(key(&name), "registry/clinic-0001-pc01.json");
}
