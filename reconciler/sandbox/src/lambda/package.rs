//! Deployment packages: where their bytes come from, and that they are zips which can be deployed.

use std::io::{Cursor, Write};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde_json::Value;
use zip::read::ZipArchive;
use zip::write::{SimpleFileOptions, ZipWriter};

use super::refusal::invalid;
use crate::error::AwsError;
use crate::s3::{self, Body, Location};
use crate::table::Table;
use crate::world::World;

/// The largest zip that is taken in a call.
const LARGEST_IN_CALL: usize = 50 * 1024 * 1024;

/// The most that a package may unfold to.
const LARGEST_UNZIPPED: u64 = 250 * 1024 * 1024;

/// Where a package comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Source {
    /// It is in the call itself.
    Given(Bytes),
    /// It is an object.
    Object { bucket: String, key: String, version: Option<String> },
}

impl Source {
    /// Reads `Code` of a call, or the parameters that stand for it: `ZipFile` is a zip.
    pub(super) fn of_call(code: &Value) -> Result<Self, AwsError> {
        if let Some(zip) = text(code, "ZipFile") {
            let bytes = STANDARD.decode(zip).map_err(|_| invalid("ZipFile is not base64"))?;
            if bytes.len() > LARGEST_IN_CALL {
                let error = AwsError::new(
                    "RequestEntityTooLargeException",
                    "Request must be smaller than 69905067 bytes for the UpdateFunctionCode operation",
                );
                return Err(AwsError { status: 413, ..error });
            }
            return Ok(Self::Given(bytes.into()));
        }
        Self::object(code)
    }

    /// Reads `Code` of a template: `ZipFile` is the source text of a script.
    pub(super) fn of_template(code: &Value, runtime: &str) -> Result<Self, AwsError> {
        let Some(source) = text(code, "ZipFile") else {
            return Self::object(code);
        };
        let file = match runtime {
            _ if runtime.starts_with("nodejs") => "index.js",
            _ if runtime.starts_with("python") => "index.py",
            _ => {
                return Err(invalid(
                    "ZipFile can only be used when Runtime is set to either of nodejs or python",
                ));
            }
        };
        let zip = zipped(file, source).ok_or_else(|| invalid("ZipFile cannot be zipped"))?;
        Ok(Self::Given(zip.into()))
    }

    fn object(code: &Value) -> Result<Self, AwsError> {
        match (text(code, "S3Bucket"), text(code, "S3Key")) {
            (Some(bucket), Some(key)) => Ok(Self::Object {
                bucket: bucket.to_owned(),
                key: key.to_owned(),
                version: text(code, "S3ObjectVersion").map(str::to_owned),
            }),
            _ if code.get("ImageUri").is_some() => {
                Err(invalid("The sandbox runs zips, and no container images"))
            }
            _ => Err(invalid("Please provide a source for function code.")),
        }
    }

    /// The bytes of the package, which are those of a zip.
    pub(super) fn fetch(&self, world: &World, region: &str) -> Result<Bytes, AwsError> {
        let zip = match self {
            Self::Given(bytes) => bytes.clone(),
            Self::Object { bucket, key, version } => {
                let location = Location { region, bucket, key, version: version.as_deref() };
                s3::fetch(world, location).map_err(|refused| unreadable(&refused))?
            }
        };
        check(&zip)?;
        Ok(zip)
    }
}

fn text<'a>(code: &'a Value, name: &str) -> Option<&'a str> {
    code.get(name)?.as_str().filter(|text| !text.is_empty())
}

/// Lambda's words for S3's refusal.
fn unreadable(refused: &s3::Refused) -> AwsError {
    let s3::Refused { code, message, elsewhere } = refused;
    let message = match elsewhere {
        Some(region) if code == "PermanentRedirect" => format!(
            "The bucket is in this region: {region}. Please use this region to retry the request"
        ),
        _ => message.clone(),
    };
    invalid(format!(
        "Error occurred while GetObject. S3 Error Code: {code}. S3 Error Message: {message}"
    ))
}

fn check(zip: &Bytes) -> Result<(), AwsError> {
    if zip.is_empty() {
        return Err(invalid("Uploaded file must be a non-empty zip"));
    }
    let unzippable = || {
        invalid("Could not unzip uploaded file. Please check your file, then try to upload again.")
    };
    let archive = ZipArchive::new(Cursor::new(zip)).map_err(|_| unzippable())?;
    if archive.is_empty() {
        return Err(invalid("Uploaded file must be a non-empty zip"));
    }
    let size = archive.decompressed_size().and_then(|size| u64::try_from(size).ok());
    if size.is_some_and(|size| size > LARGEST_UNZIPPED) {
        return Err(invalid(format!(
            "Unzipped size must be smaller than {LARGEST_UNZIPPED} bytes"
        )));
    }
    Ok(())
}

fn zipped(file: &str, source: &str) -> Option<Vec<u8>> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    writer.start_file(file, SimpleFileOptions::default()).ok()?;
    writer.write_all(source.as_bytes()).ok()?;
    Some(writer.finish().ok()?.into_inner())
}

/// Keeps a package under its digest.
pub(super) fn keep(packages: &mut Table<Body>, sha256: &str, zip: Bytes) {
    if !packages.contains(sha256) {
        packages.insert(sha256, Body(zip));
    }
}

/// Drops the packages that no version runs any more.
pub(super) fn sweep(world: &mut World) {
    let is_used = |sha256: &str| {
        world.function_versions.iter().any(|(_, version)| version.code.sha256 == sha256)
    };
    let unused = world.packages.iter().map(|(sha256, _)| sha256).filter(|sha256| !is_used(sha256));
    let unused: Vec<String> = unused.map(str::to_owned).collect();
    for sha256 in unused {
        world.packages.remove(&sha256);
    }
}
