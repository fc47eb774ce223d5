//! Terminals: what git says of them, and what their registrations and certificates say.

use jiff::Timestamp;
use serde::Serialize;

use super::sentences::time;
use super::{Format, View, table};

/// A terminal, as it was seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Terminal {
    /// Its name.
    pub(crate) name: String,
    /// Its clinic.
    pub(crate) clinic: String,
    /// What git says that it may do.
    pub(crate) declared: &'static str,
    /// What its registration says; none if it has none.
    pub(crate) registered: Option<&'static str>,
    /// Why it cannot be told.
    pub(crate) unreadable: Option<String>,
    /// The serial numbers with which it is let in.
    pub(crate) allowed: Vec<String>,
    /// Its certificates, the newest first.
    pub(crate) certificates: Vec<Certificate>,
}

/// A certificate that was issued for a terminal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Certificate {
    /// Its serial number.
    pub(crate) serial: String,
    /// When it was asked for.
    pub(crate) issued: Timestamp,
    /// Until when it is good.
    pub(crate) not_after: Timestamp,
    /// When it was revoked by us.
    pub(crate) revoked: Option<Timestamp>,
    /// The commit that it was issued for.
    pub(crate) commit: Option<String>,
    /// Its ARN.
    pub(crate) arn: String,
}

impl Terminal {
    /// The newest certificate.
    pub(crate) fn newest(&self) -> Option<&Certificate> {
        self.certificates.first()
    }

    /// When something last happened to one of its certificates.
    fn changed(&self) -> Option<Timestamp> {
        let times = self.certificates.iter();
        times
            .flat_map(|certificate| [Some(certificate.issued), certificate.revoked])
            .flatten()
            .max()
    }

    /// What it may do; where git and AWS differ, both.
    fn state(&self) -> String {
        match (self.registered, &self.unreadable) {
            (_, Some(why)) => format!("unreadable: {why}"),
            (None, None) if self.declared == "revoked" => self.declared.to_owned(),
            (None, None) => format!("not registered, to be {}", self.declared),
            (Some(registered), None) if registered == self.declared => registered.to_owned(),
            (Some(registered), None) => format!("{registered}, to be {}", self.declared),
        }
    }
}

/// One line a terminal.
pub(crate) fn list(terminals: &[Terminal], view: View) -> String {
    let View { format, width, .. } = view;
    let head = ["TERMINAL", "CLINIC", "STATE", "SERIAL", "EXPIRES", "CHANGED"];
    match format {
        Format::Json => json(&serde_json::json!({ "terminals": terminals })),
        Format::Text if terminals.is_empty() => "No terminal is declared that is meant.".to_owned(),
        Format::Text => table::text(head, &rows(terminals), width),
        Format::Markdown => table::markdown(head, &rows(terminals)),
    }
}

/// All that is known of one terminal.
pub(crate) fn show(terminal: &Terminal, format: Format) -> String {
    if format == Format::Json {
        return json(&serde_json::json!({ "terminal": terminal }));
    }
    let Terminal { name, clinic, allowed, certificates, .. } = terminal;
    let mut lines = vec![
        format!("{name} of {clinic}"),
        String::new(),
        format!("state    {}", terminal.state()),
        format!(
            "allowed  {}",
            if allowed.is_empty() { "none".to_owned() } else { allowed.join(", ") }
        ),
    ];
    for certificate in certificates {
        let Certificate { serial, issued, not_after, revoked, commit, arn } = certificate;
        lines.extend([
            String::new(),
            format!("serial   {serial}"),
            format!("issued   {}", time(*issued)),
            format!("expires  {}", time(*not_after)),
        ]);
        lines.extend(revoked.map(|at| format!("revoked  {}", time(at))));
        lines.extend(commit.as_ref().map(|commit| format!("commit   {commit}")));
        lines.push(format!("ARN      {arn}"));
    }
    let text = lines.join("\n");
    if format == Format::Markdown { format!("```\n{text}\n```") } else { text }
}

fn rows(terminals: &[Terminal]) -> Vec<[String; 6]> {
    let row = |terminal: &Terminal| {
        let newest = terminal.newest();
        let dash = || "-".to_owned();
        [
            terminal.name.clone(),
            terminal.clinic.clone(),
            terminal.state(),
            newest.map_or_else(dash, |certificate| short(&certificate.serial)),
            newest.map_or_else(dash, |certificate| day(certificate.not_after)),
            terminal.changed().map_or_else(dash, day),
        ]
    };
    terminals.iter().map(row).collect()
}

fn json(value: &serde_json::Value) -> String {
    let mut value = value.clone();
    if let Some(map) = value.as_object_mut() {
        map.shift_insert(0, "formatVersion".to_owned(), "1.0".into());
    }
    serde_json::to_string_pretty(&value).unwrap_or_default()
}

/// Enough of a serial number to know it again; [`show`] has all of it.
fn short(serial: &str) -> String {
    serial.get(..12).map_or_else(|| serial.to_owned(), |start| format!("{start}…"))
}

fn day(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terminal(name: &str, registered: Option<&'static str>, declared: &'static str) -> Terminal {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let certificate = |serial: &str, issued: &str, not_after: &str| Certificate {
            serial: serial.to_owned(),
            issued: at(issued),
            not_after: at(not_after),
            revoked: None,
            commit: Some("0123456789abcdef".to_owned()),
            arn: format!("arn:aws:acm-pca:::certificate/{serial}"),
        };
        let certificates = match registered {
            Some(_) => vec![
                certificate("771a0c9fe3b2d451", "2026-11-01T00:00:00Z", "2027-01-30T00:00:00Z"),
                certificate("5b0f9c", "2026-08-03T00:00:00Z", "2026-11-01T00:00:00Z"),
            ],
            None => Vec::new(),
        };
        Terminal {
            name: name.to_owned(),
            clinic: "clinic-0001".to_owned(),
            declared,
            registered,
            unreadable: None,
            allowed: registered.map(|_| "771a0c9fe3b2d451".to_owned()).into_iter().collect(),
            certificates,
        }
    }

    fn view(format: Format) -> View {
        View { format, width: 100, budget: 0 }
    }

    #[test]
    fn where_git_and_aws_differ_both_are_said() {
        let unreadable = Terminal {
            unreadable: Some("access denied".to_owned()),
            ..terminal("pc05", None, "enrolled")
        };
        let mut revoked = terminal("pc04", Some("revoked"), "revoked");
        revoked.certificates[0].revoked = Some("2026-11-20T09:00:00Z".parse().unwrap());
        let terminals = [
            terminal("pc01", Some("enrolled"), "enrolled"),
            terminal("pc02", Some("enrolled"), "suspended"),
            terminal("pc03", None, "enrolled"),
            revoked,
            unreadable,
        ];
        insta::assert_snapshot!(list(&terminals, view(Format::Text)), @r"
        TERMINAL  CLINIC       STATE                           SERIAL         EXPIRES     CHANGED
        pc01      clinic-0001  enrolled                        771a0c9fe3b2…  2027-01-30  2026-11-01
        pc02      clinic-0001  enrolled, to be suspended       771a0c9fe3b2…  2027-01-30  2026-11-01
        pc03      clinic-0001  not registered, to be enrolled  -              -           -
        pc04      clinic-0001  revoked                         771a0c9fe3b2…  2027-01-30  2026-11-20
        pc05      clinic-0001  unreadable: access denied       -              -           -
        ");
        insta::assert_snapshot!(list(&terminals[1..2], view(Format::Markdown)), @r"
        | TERMINAL | CLINIC | STATE | SERIAL | EXPIRES | CHANGED |
        |---|---|---|---|---|---|
        | pc02 | clinic-0001 | enrolled, to be suspended | 771a0c9fe3b2… | 2027-01-30 | 2026-11-01 |
        ");
    }

    #[test]
    fn one_is_shown_with_all_its_certificates() {
        let terminal = terminal("pc01", Some("enrolled"), "enrolled");
        insta::assert_snapshot!(show(&terminal, Format::Text), @r"
        pc01 of clinic-0001

        state    enrolled
        allowed  771a0c9fe3b2d451

        serial   771a0c9fe3b2d451
        issued   2026-11-01 00:00:00Z
        expires  2027-01-30 00:00:00Z
        commit   0123456789abcdef
        ARN      arn:aws:acm-pca:::certificate/771a0c9fe3b2d451

        serial   5b0f9c
        issued   2026-08-03 00:00:00Z
        expires  2026-11-01 00:00:00Z
        commit   0123456789abcdef
        ARN      arn:aws:acm-pca:::certificate/5b0f9c
        ");
    }
}
