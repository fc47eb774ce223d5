//! The checksums that S3 computes, compares, keeps, and gives back.

use aws_smithy_types::base64;
use http::HeaderMap;
use s3s::crypto::{Checksum as _, Crc32, Crc32c, Crc64Nvme, Sha1, Sha256};
use s3s::dto::ChecksumType;
use s3s::{S3Result, s3_error};
use serde::{Deserialize, Serialize};

/// How a checksum is computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum Algorithm {
    Crc32,
    Crc32C,
    Crc64Nvme,
    Sha1,
    Sha256,
}

const ALL: [Algorithm; 5] =
    [Algorithm::Crc32, Algorithm::Crc32C, Algorithm::Crc64Nvme, Algorithm::Sha1, Algorithm::Sha256];

impl Algorithm {
    /// The one that S3 uses when nobody asks for another.
    pub(super) const DEFAULT: Self = Self::Crc64Nvme;

    /// As the API spells it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Crc32 => "CRC32",
            Self::Crc32C => "CRC32C",
            Self::Crc64Nvme => "CRC64NVME",
            Self::Sha1 => "SHA1",
            Self::Sha256 => "SHA256",
        }
    }

    pub(super) fn of_name(name: &str) -> S3Result<Self> {
        let found = ALL.into_iter().find(|one| one.name() == name);
        found.ok_or_else(|| {
            s3_error!(InvalidRequest, "Checksum algorithm provided is unsupported. Please try again with any of the valid types: [CRC32, CRC32C, CRC64NVME, SHA1, SHA256]")
        })
    }

    /// The header that carries it.
    fn header(self) -> String {
        format!("x-amz-checksum-{}", self.name().to_lowercase())
    }

    fn digest(self, bytes: &[u8]) -> Vec<u8> {
        match self {
            Self::Crc32 => Crc32::checksum(bytes).to_vec(),
            Self::Crc32C => Crc32c::checksum(bytes).to_vec(),
            Self::Crc64Nvme => Crc64Nvme::checksum(bytes).to_vec(),
            Self::Sha1 => Sha1::checksum(bytes).to_vec(),
            Self::Sha256 => Sha256::checksum(bytes).to_vec(),
        }
    }

    /// The checksum of all of `bytes`.
    pub(super) fn of(self, bytes: &[u8]) -> Checksum {
        let value = base64::encode(self.digest(bytes));
        Checksum { algorithm: self, value, is_composite: false }
    }

    /// The checksum of the parts' checksums, as an upload in parts has it.
    pub(super) fn of_parts(self, parts: &[Checksum]) -> Checksum {
        let digests = parts.iter().filter_map(|part| base64::decode(&part.value).ok());
        let value = base64::encode(self.digest(&digests.flatten().collect::<Vec<u8>>()));
        let value = format!("{value}-{}", parts.len());
        Checksum { algorithm: self, value, is_composite: true }
    }
}

/// A checksum in base64.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Checksum {
    pub(super) algorithm: Algorithm,
    pub(super) value: String,
    /// Whether it is made of the parts' checksums, and not of all bytes.
    pub(super) is_composite: bool,
}

impl Checksum {
    pub(super) fn kind(&self) -> ChecksumType {
        kind(self.is_composite)
    }
}

pub(super) fn kind(is_composite: bool) -> ChecksumType {
    ChecksumType::from_static(if is_composite {
        ChecksumType::COMPOSITE
    } else {
        ChecksumType::FULL_OBJECT
    })
}

/// The checksum that came with a body, in its head or behind it; refused when it is another body's.
pub(super) fn verify(headers: &HeaderMap, body: &[u8]) -> S3Result<Option<Checksum>> {
    let mut sent = None;
    for algorithm in ALL {
        let header = algorithm.header();
        let Some(told) = headers.get(&header) else {
            continue;
        };
        let actual = algorithm.of(body);
        let length = algorithm.digest(&[]).len();
        let told = told.to_str().unwrap_or_default();
        if base64::decode(told).map_or(0, |bytes| bytes.len()) != length {
            return Err(s3_error!(InvalidRequest, "Value for {header} header is invalid."));
        }
        if told != actual.value {
            return Err(mismatch(algorithm));
        }
        sent = Some(actual);
    }
    Ok(sent)
}

/// The refusal of bytes that are not those that were meant.
pub(super) fn mismatch(algorithm: Algorithm) -> s3s::S3Error {
    let name = algorithm.name();
    s3_error!(BadDigest, "The {name} you specified did not match the calculated checksum.")
}

/// Writes a checksum into an answer, whichever operation's it is.
macro_rules! tell {
    ($output:expr, $checksum:expr) => {{
        let checksum: &$crate::s3::checksum::Checksum = $checksum;
        let value = Some(checksum.value.clone());
        match checksum.algorithm {
            $crate::s3::checksum::Algorithm::Crc32 => $output.checksum_crc32 = value,
            $crate::s3::checksum::Algorithm::Crc32C => $output.checksum_crc32c = value,
            $crate::s3::checksum::Algorithm::Crc64Nvme => $output.checksum_crc64nvme = value,
            $crate::s3::checksum::Algorithm::Sha1 => $output.checksum_sha1 = value,
            $crate::s3::checksum::Algorithm::Sha256 => $output.checksum_sha256 = value,
        }
    }};
}

/// Reads the checksum of an algorithm from an input, whichever operation's it is.
macro_rules! told {
    ($input:expr, $algorithm:expr) => {
        match $algorithm {
            $crate::s3::checksum::Algorithm::Crc32 => $input.checksum_crc32.as_deref(),
            $crate::s3::checksum::Algorithm::Crc32C => $input.checksum_crc32c.as_deref(),
            $crate::s3::checksum::Algorithm::Crc64Nvme => $input.checksum_crc64nvme.as_deref(),
            $crate::s3::checksum::Algorithm::Sha1 => $input.checksum_sha1.as_deref(),
            $crate::s3::checksum::Algorithm::Sha256 => $input.checksum_sha256.as_deref(),
        }
    };
}

pub(super) use {tell, told};
