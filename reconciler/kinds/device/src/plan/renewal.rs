//! When a certificate is renewed: each terminal at a time of its own, the same in every run.

use jiff::{SignedDuration, Timestamp};
use reconcile_core::digest::Digest;

use crate::journal::Issued;
use crate::spec::Spec;

/// The part of `renewBefore` over which terminals are spread: the other two thirds are left for runs that fail.
const SPREAD: i64 = 3;

/// When a terminal's certificate is renewed.
pub fn renewal_of(spec: &Spec, issued: &Issued) -> Timestamp {
    let from = spec.renew_before.before(issued.not_after);
    let spread = spec.renew_before.duration().as_secs() / SPREAD;
    let lot = lot(spec.name.as_str(), issued.serial.as_str()) % spread.max(1);
    from.saturating_add(SignedDuration::from_secs(lot)).unwrap_or(issued.not_after)
}

/// A number that is drawn by name and serial number.
fn lot(name: &str, serial: &str) -> i64 {
    let digest = Digest::of_parts([name.as_bytes(), serial.as_bytes()]);
    // Fifteen digits are below the largest number there is.
    digest
        .as_str()
        .get(..15)
        .and_then(|digits| i64::from_str_radix(digits, 16).ok())
        .unwrap_or_default()
}
