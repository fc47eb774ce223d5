//! Audit reports: all that a CA has issued and revoked, as an object in a bucket.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::arns;
use super::authority::{self, Status};
use super::bucket;
use super::certificate::IssuedCertificate;
use super::refusal::{in_progress, not_found, validation};
use crate::call::{Answer, Call};
use crate::cloudformation::names::uuid;
use crate::s3::{self, Location};
use crate::world::{ACCOUNT, World};

/// The name under which the laboratory sets how long a report is being written.
const DURATION: &str = "AWS::ACMPCA::AuditReport";

/// How long a CA makes no second report.
const PAUSE: SignedDuration = SignedDuration::from_mins(30);

/// The columns of a report, in their order.
const COLUMNS: [&str; 11] = [
    "awsAccountId",
    "requestedByServicePrincipal",
    "certificateArn",
    "serial",
    "subject",
    "notBefore",
    "notAfter",
    "issuedAt",
    "revokedAt",
    "revocationReason",
    "templateArn",
];

/// A report. Its row key is the CA's ARN and its ID.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct AuditReport {
    authority: String,
    region: String,
    bucket: String,
    key: String,
    format: Format,
    created: Timestamp,
    due: Timestamp,
    outcome: Option<Outcome>,
}

/// How a report is written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum Format {
    Json,
    Csv,
}

/// What became of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
enum Outcome {
    Success,
    Failed,
}

/// Answers `CreateCertificateAuthorityAuditReport`.
pub(super) fn create_audit_report(world: &mut World, call: &Call) -> Answer {
    let authority = authority::find(world, call)?;
    let present = [Status::Active, Status::Disabled, Status::Expired];
    authority.check(call.now, &present)?;
    let arn = authority.arn.clone();
    let (format, extension) = match call.required("AuditReportResponseFormat")? {
        "JSON" => (Format::Json, "json"),
        "CSV" => (Format::Csv, "csv"),
        other => return Err(validation(format!("{other} is no format of audit reports"))),
    };
    let bucket = call.required("S3BucketName")?.to_owned();
    bucket::check(world, &call.region, &arn, &bucket)?;
    let others = world.audit_reports.with_prefix(format!("{arn}/"));
    let latest = others.map(|(_, report)| report.created).max();
    if latest.is_some_and(|latest| call.now < latest + PAUSE) {
        return Err(in_progress(format!(
            "An audit report of {arn} was requested less than 30 minutes ago"
        )));
    }
    let count = world.next("private-ca-audit-reports").to_string();
    let id = uuid(&["audit report", &arn, &count]);
    let key = format!("audit-report/{}/{id}.{extension}", arns::id(&arn));
    let report = AuditReport {
        authority: arn.clone(),
        region: call.region.clone(),
        bucket,
        key: key.clone(),
        format,
        created: call.now,
        due: call.now + world.duration(DURATION),
        outcome: None,
    };
    world.audit_reports.insert(format!("{arn}/{id}"), report);
    Ok(json!({ "AuditReportId": id, "S3Key": key }))
}

/// Answers `DescribeCertificateAuthorityAuditReport`.
pub(super) fn describe_audit_report(world: &World, call: &Call) -> Answer {
    let arn = &authority::find(world, call)?.arn;
    let id = call.required("AuditReportId")?;
    let report = world.audit_reports.get(&format!("{arn}/{id}"));
    let report = report.ok_or_else(|| not_found(format!("Could not find audit report {id}")))?;
    Ok(json!({
        "AuditReportStatus": match report.outcome {
            None => "CREATING",
            Some(Outcome::Success) => "SUCCESS",
            Some(Outcome::Failed) => "FAILED",
        },
        "S3BucketName": report.bucket,
        "S3Key": report.key,
        "CreatedAt": report.created.as_second(),
    }))
}

/// Writes every report that is due.
pub(super) fn write_due(world: &mut World, now: Timestamp) {
    let is_due = |report: &AuditReport| report.outcome.is_none() && report.due <= now;
    let due = world.audit_reports.iter().filter(|(_, report)| is_due(report));
    let due: Vec<_> = due.map(|(key, report)| (key.to_owned(), report.clone())).collect();
    for (key, report) in due {
        let location = Location {
            region: &report.region,
            bucket: &report.bucket,
            key: &report.key,
            version: None,
        };
        let written = s3::store(world, location, contents(world, &report).into(), report.due);
        let outcome = if written.is_ok() { Outcome::Success } else { Outcome::Failed };
        if let Some(report) = world.audit_reports.get_mut(&key) {
            report.outcome = Some(outcome);
        }
    }
}

/// What stands in a report, in the order of issuance.
fn contents(world: &World, report: &AuditReport) -> Vec<u8> {
    let issued = world.certificates.with_prefix(arns::certificates(&report.authority));
    let issued = issued.map(|(_, issued)| issued).filter(|issued| issued.issued <= report.due);
    let mut issued: Vec<&IssuedCertificate> = issued.collect();
    issued.sort_by_key(|issued| issued.issued);
    let entries = issued.into_iter().map(entry);
    match report.format {
        Format::Json => Value::Array(entries.map(Value::Object).collect()).to_string().into_bytes(),
        Format::Csv => {
            let rows = entries.map(|entry| row(&entry));
            std::iter::once(COLUMNS.join(",")).chain(rows).map(|row| row + "\n").collect::<String>()
        }
        .into_bytes(),
    }
}

/// What a report says of a certificate. Nothing here is requested by a service.
fn entry(issued: &IssuedCertificate) -> Map<String, Value> {
    let certificate = &issued.certificate;
    let revocation = issued.revocation.as_ref();
    let members = [
        Some(ACCOUNT.to_owned()),
        None,
        Some(issued.arn()),
        Some(colons(&issued.serial)),
        Some(certificate.subject.clone()),
        Some(time(certificate.not_before)),
        Some(time(certificate.not_after)),
        Some(time(issued.issued)),
        revocation.map(|revocation| time(revocation.at)),
        revocation.map(|revocation| revocation.reason.clone()),
        Some(issued.template.clone()),
    ];
    let named = COLUMNS.iter().zip(members);
    named.filter_map(|(name, member)| Some(((*name).to_owned(), Value::String(member?)))).collect()
}

/// A row of a report in CSV.
fn row(entry: &Map<String, Value>) -> String {
    let cells = COLUMNS.iter().map(|name| {
        let text = entry.get(*name).and_then(Value::as_str).unwrap_or_default();
        if text.contains([',', '"']) {
            format!("\"{}\"", text.replace('"', "\"\""))
        } else {
            text.to_owned()
        }
    });
    cells.collect::<Vec<_>>().join(",")
}

/// `0a:1b`
fn colons(serial: &str) -> String {
    serial.chars().enumerate().fold(String::new(), |mut text, (at, digit)| {
        if at > 0 && at % 2 == 0 {
            text.push(':');
        }
        text.push(digit);
        text
    })
}

/// `2026-01-01T00:00:00+0000`
fn time(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S+0000").to_string()
}
