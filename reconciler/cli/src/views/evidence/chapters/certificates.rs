//! Which certificates and signatures are in force, and until when.

use serde_json::json;

use super::with;
use crate::views::evidence::Chapter;
use crate::views::evidence::markdown::{Table, or_dash, time};
use crate::views::survey::{Enrolment, Sight};

/// What is in force until when.
pub(super) fn certificates(sight: &Sight) -> Chapter {
    let terminals = sight.terminals.iter().flat_map(terminal_rows);
    let authorities = sight.authorities.iter().map(|authority| {
        vec![
            authority.subject.clone(),
            time(authority.not_after),
            authority.fingerprint.clone(),
            authority.address.to_string(),
        ]
    });
    let signatures = sight.signatures.iter().map(|signature| {
        let signed = signature.signed.as_ref();
        let state = match (&signature.revoked, signed) {
            (Some(why), _) => format!("revoked: {why}"),
            (None, Some(_)) => "signed".to_owned(),
            (None, None) => "not signed".to_owned(),
        };
        let runs =
            signature.is_running().map(|same| if same { "this package" } else { "something else" });
        vec![
            signature.address.to_string(),
            state,
            or_dash(signed.and_then(|signed| signed.expires).map(time)),
            or_dash(signed.map(|signed| signed.profile_version.clone())),
            or_dash(signed.and_then(|signed| signed.commit.clone())),
            or_dash(runs),
        ]
    });
    let terminal_json =
        |enrolment: &Enrolment| with(&json!({ "address": enrolment.address }), &enrolment.terminal);
    Chapter {
        name: "certificates",
        title: "Certificates and signatures",
        about: "Every certificate that was issued for a declared terminal, the CAs that terminals are known by, and the signatures of what the functions run. `Allowed` is whether the terminal is let in with it.",
        tables: vec![
            Table {
                title: Some("Terminals"),
                heads: &[
                    "Terminal",
                    "Clinic",
                    "In git",
                    "Serial number",
                    "Issued",
                    "Good until",
                    "Revoked",
                    "Allowed",
                    "Commit",
                ],
                rows: terminals.collect(),
                empty: "No terminal is declared.",
            },
            Table {
                title: Some("Certificate authorities"),
                heads: &["Subject", "Good until", "SHA-256", "Truststore"],
                rows: authorities.collect(),
                empty: "No truststore holds a CA.",
            },
            Table {
                title: Some("Signatures"),
                heads: &[
                    "Package",
                    "State",
                    "Good until",
                    "Signed by",
                    "Commit",
                    "The function runs",
                ],
                rows: signatures.collect(),
                empty: "No package is declared.",
            },
        ],
        json: json!({
            "terminals": sight.terminals.iter().map(terminal_json).collect::<Vec<_>>(),
            "authorities": sight.authorities,
            "signatures": sight.signatures,
        }),
    }
}

/// A line for each certificate; one without any for a terminal that has none.
fn terminal_rows(enrolment: &Enrolment) -> Vec<Vec<String>> {
    let terminal = &enrolment.terminal;
    let begin =
        || vec![terminal.name.clone(), terminal.clinic.clone(), terminal.declared.to_owned()];
    let dashes = |count| std::iter::repeat_n("-".to_owned(), count);
    if terminal.certificates.is_empty() {
        return vec![begin().into_iter().chain(dashes(6)).collect()];
    }
    let rows = terminal.certificates.iter().map(|certificate| {
        let allowed = terminal.registered == Some("enrolled")
            && terminal.allowed.contains(&certificate.serial);
        let mut row = begin();
        row.extend([
            certificate.serial.clone(),
            time(certificate.issued),
            time(certificate.not_after),
            or_dash(certificate.revoked.map(time)),
            if allowed { "yes" } else { "no" }.to_owned(),
            or_dash(certificate.commit.clone()),
        ]);
        row
    });
    rows.collect()
}
