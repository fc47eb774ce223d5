//! Distinguished names: as the API writes them, as a request has them, and as a report shows them.

use rcgen::string::{BmpString, Ia5String, PrintableString, TeletexString, UniversalString};
use rcgen::{DistinguishedName, DnType, DnValue};
use serde_json::Value;
use x509_parser::der_parser::asn1_rs::{Any, Tag, ToDer as _};
use x509_parser::x509::{AttributeTypeAndValue, X509Name};

use super::refusal::{invalid_args, malformed_csr};
use crate::error::AwsError;

/// The members of `ASN1Subject`, in the order in which they stand in a certificate, with their OIDs.
const MEMBERS: [(&str, &[u64]); 14] = [
    ("Country", &[2, 5, 4, 6]),
    ("Organization", &[2, 5, 4, 10]),
    ("OrganizationalUnit", &[2, 5, 4, 11]),
    ("DistinguishedNameQualifier", &[2, 5, 4, 46]),
    ("State", &[2, 5, 4, 8]),
    ("CommonName", &[2, 5, 4, 3]),
    ("SerialNumber", &[2, 5, 4, 5]),
    ("Locality", &[2, 5, 4, 7]),
    ("Title", &[2, 5, 4, 12]),
    ("Surname", &[2, 5, 4, 4]),
    ("GivenName", &[2, 5, 4, 42]),
    ("Initials", &[2, 5, 4, 43]),
    ("Pseudonym", &[2, 5, 4, 65]),
    ("GenerationQualifier", &[2, 5, 4, 44]),
];

/// Members that X.520 wants as printable text; all others are UTF-8.
const PRINTABLE: [&str; 3] = ["Country", "DistinguishedNameQualifier", "SerialNumber"];

/// The attributes that are shown by name (RFC 4514, section 3); all others by their OIDs.
const SHOWN: [(&str, &str); 6] = [
    ("2.5.4.3", "CN"),
    ("2.5.4.6", "C"),
    ("2.5.4.7", "L"),
    ("2.5.4.8", "ST"),
    ("2.5.4.10", "O"),
    ("2.5.4.11", "OU"),
];

/// The longest common name (X.520, `ub-common-name`).
const COMMON_NAME: usize = 64;

/// The name that an `ASN1Subject` is.
pub(super) fn of_parameters(subject: &Value) -> Result<DistinguishedName, AwsError> {
    let mut name = DistinguishedName::new();
    for (member, oid) in MEMBERS {
        let Some(text) = subject.get(member).and_then(Value::as_str) else { continue };
        if member == "CommonName" && text.chars().count() > COMMON_NAME {
            return Err(invalid_args(format!(
                "The common name is longer than {COMMON_NAME} characters"
            )));
        }
        let value = if PRINTABLE.contains(&member) {
            let text = PrintableString::try_from(text);
            DnValue::PrintableString(text.map_err(|_| not_encoded(member))?)
        } else {
            DnValue::Utf8String(text.to_owned())
        };
        name.push(DnType::from_oid(oid), value);
    }
    for custom in subject.get("CustomAttributes").and_then(Value::as_array).into_iter().flatten() {
        let text = |member: &str| custom.get(member).and_then(Value::as_str).unwrap_or_default();
        let oid = oid(text("ObjectIdentifier")).ok_or_else(|| not_encoded("CustomAttributes"))?;
        name.push(DnType::from_oid(&oid), text("Value"));
    }
    Ok(name)
}

fn not_encoded(member: &str) -> AwsError {
    invalid_args(format!("The subject's {member} cannot be written down"))
}

/// The numbers of an OID.
pub(super) fn oid(dotted: &str) -> Option<Vec<u64>> {
    let numbers: Option<Vec<u64>> = dotted.split('.').map(|number| number.parse().ok()).collect();
    numbers.filter(|numbers| numbers.len() > 1)
}

/// The name that a request asks for. One with two values of one attribute cannot be written down here.
pub(super) fn of_request(requested: &X509Name<'_>) -> Result<DistinguishedName, AwsError> {
    let mut name = DistinguishedName::new();
    for rdn in requested.iter() {
        let mut attributes = rdn.iter();
        let (Some(attribute), None) = (attributes.next(), attributes.next()) else {
            return Err(malformed_csr("A relative distinguished name has several attributes"));
        };
        let oid = attribute.attr_type().iter().map(Iterator::collect::<Vec<u64>>);
        let oid =
            oid.ok_or_else(|| malformed_csr("The subject has an attribute without a type"))?;
        let kind = DnType::from_oid(&oid);
        if name.get(&kind).is_some() {
            let attribute = attribute.attr_type();
            return Err(malformed_csr(format!(
                "The sandbox issues no certificate whose subject has the attribute {attribute} twice"
            )));
        }
        let value = value(attribute);
        let value = value.ok_or_else(|| malformed_csr("The subject is not text"))?;
        name.push(kind, value);
    }
    Ok(name)
}

/// The value of an attribute, of the same type as in the request.
fn value(attribute: &AttributeTypeAndValue<'_>) -> Option<DnValue> {
    let value: &Any<'_> = attribute.attr_value();
    let text = || std::str::from_utf8(value.data).ok();
    Some(match value.header.tag() {
        Tag::BmpString => DnValue::BmpString(BmpString::from_utf16be(value.data.to_vec()).ok()?),
        Tag::Ia5String => DnValue::Ia5String(Ia5String::try_from(text()?).ok()?),
        Tag::PrintableString => DnValue::PrintableString(PrintableString::try_from(text()?).ok()?),
        Tag::T61String => DnValue::TeletexString(TeletexString::try_from(text()?).ok()?),
        Tag::UniversalString => {
            DnValue::UniversalString(UniversalString::from_utf32be(value.data.to_vec()).ok()?)
        }
        Tag::Utf8String => DnValue::Utf8String(text()?.to_owned()),
        _ => return None,
    })
}

/// The name as audit reports show it (RFC 4514): the last attribute first.
pub(super) fn shown(name: &X509Name<'_>) -> String {
    let attributes: Vec<_> = name.iter_attributes().collect();
    let shown = attributes.into_iter().rev().map(|attribute| {
        let oid = attribute.attr_type().to_id_string();
        let known = SHOWN.iter().find(|(known, _)| *known == oid);
        if let (Some((_, short)), Ok(text)) = (known, attribute.as_str()) {
            format!("{short}={}", escaped(text))
        } else {
            let encoded = attribute.attr_value().to_der_vec().unwrap_or_default();
            format!("{oid}=#{}", hex::encode(encoded))
        }
    });
    shown.collect::<Vec<_>>().join(",")
}

/// A value with what would end or bend it escaped.
fn escaped(text: &str) -> String {
    let last = text.chars().count().saturating_sub(1);
    text.chars().enumerate().fold(String::new(), |mut escaped, (at, character)| {
        let is_special = matches!(character, ',' | '+' | '"' | '\\' | '<' | '>' | ';');
        let is_edge =
            (at == 0 && matches!(character, ' ' | '#')) || (at == last && character == ' ');
        if is_special || is_edge {
            escaped.push('\\');
        }
        escaped.push(character);
        escaped
    })
}
