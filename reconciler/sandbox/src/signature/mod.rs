//! Signature Version 4, as a service verifies it: in the header, and in the query of a presigned URL.
//!
//! Owns what a signature covers and when it is refused. The arithmetic is `aws-sigv4`'s; its canonical
//! request is not taken, because a signer chooses what it signs, while a verifier takes what was signed.
//! Knows no protocol: how a [`Refusal`] is worded is the protocol's.

mod canonical;
mod claim;
mod payload;
mod refusal;
#[cfg(test)]
mod tests;

use std::time::SystemTime;

use bytes::Bytes;
use http::Request;
use jiff::{SignedDuration, Timestamp};
use sha2::{Digest as _, Sha256};

use crate::credentials::{Caller, Key};
use crate::world::World;

pub(crate) use claim::{Claim, Place, unsigned_uri};
pub(crate) use refusal::Refusal;

const ALGORITHM: &str = "AWS4-HMAC-SHA256";

/// The one service that has rules of its own: the payload's digest travels in a header, paths are not
/// encoded twice, and it is patient with clocks.
const S3: &str = "s3";

/// The longest that a presigned URL may live: seven days.
const LONGEST: i64 = 604_800;

/// What a signature is judged by.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Clocks {
    /// The account's clock.
    pub(crate) account: Timestamp,
    /// The clock that the account's was put forward from: other programs sign by it, as they cannot read
    /// the account's.
    pub(crate) machine: Timestamp,
}

/// Tells who signed a request, or why it is refused.
pub(crate) fn verify(
    world: &World,
    clocks: Clocks,
    request: &Request<Bytes>,
) -> Result<Caller, Refusal> {
    let claim = Claim::of(request).ok_or(Refusal::Missing)??;
    let signed_at = claim.signed_at()?;
    let key = Key::find(world, &claim.access_key_id).ok_or(Refusal::UnknownKey)?;
    check_token(&key, &claim, clocks.account)?;
    check_time(&claim, signed_at, clocks)?;
    let payload = payload::digest(&claim, request)?;
    let canonical = canonical::request(&claim, request, &payload)?;
    let expected = sign(&claim, signed_at, key.secret(), &canonical);
    if expected != claim.signature {
        return Err(Refusal::Mismatch { canonical });
    }
    Ok(key.caller())
}

fn sign(claim: &Claim, signed_at: Timestamp, secret: &str, canonical: &str) -> String {
    let Claim { amz_date, scope, .. } = claim;
    let to_sign = format!("{ALGORITHM}\n{amz_date}\n{scope}\n{}", digest(canonical.as_bytes()));
    let time = SystemTime::from(signed_at);
    let (region, service) = (&scope.region, &scope.service);
    let key = aws_sigv4::sign::v4::generate_signing_key(secret, time, region, service);
    aws_sigv4::sign::v4::calculate_signature(key, to_sign.as_bytes())
}

fn check_token(key: &Key, claim: &Claim, now: Timestamp) -> Result<(), Refusal> {
    match key {
        Key::Own if claim.token.is_none() => Ok(()),
        Key::Temporary(session) if claim.token.as_ref() == Some(&session.token) => {
            if now < session.expires { Ok(()) } else { Err(Refusal::ExpiredToken) }
        }
        Key::Own | Key::Temporary(_) => Err(Refusal::InvalidToken),
    }
}

fn check_time(claim: &Claim, signed_at: Timestamp, clocks: Clocks) -> Result<(), Refusal> {
    let Clocks { account, machine } = clocks;
    let minutes = if claim.scope.service == S3 { 15 } else { 5 };
    let tolerance = SignedDuration::from_mins(minutes);
    let age = |now: Timestamp| now.duration_since(signed_at);
    let is_fresh = match claim.place {
        Place::Header => age(account).abs() <= tolerance || age(machine).abs() <= tolerance,
        Place::Query { lifetime } if !(1..=LONGEST).contains(&lifetime) => {
            let why = "X-Amz-Expires must be between 1 and 604800 seconds";
            return Err(Refusal::incomplete(why));
        }
        Place::Query { lifetime } => {
            let expires = signed_at + SignedDuration::from_secs(lifetime);
            if account > expires {
                return Err(Refusal::ExpiredUrl { expires, now: account });
            }
            age(account) >= -tolerance
        }
    };
    if is_fresh { Ok(()) } else { Err(Refusal::Skewed { signed_at, now: account, tolerance }) }
}

/// The SHA-256 of `bytes` as signatures carry it.
fn digest(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    digest.iter().fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"))
}
