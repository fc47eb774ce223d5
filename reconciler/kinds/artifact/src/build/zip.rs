//! Packs a program so that the same program gives the same bytes.

use std::io::{Cursor, Write as _};

use ::zip::write::SimpleFileOptions;
use ::zip::{CompressionMethod, DateTime, ZipWriter};

/// The program that Lambda starts (Lambda Developer Guide, OS-only runtimes).
const BOOTSTRAP: &str = "bootstrap";

/// Everyone may run it, whoever Lambda is.
const MODE: u32 = 0o755;

/// The level at which the compressor does not use what only some processors have.
const LEVEL: i64 = 9;

/// A deployment package: the program and nothing else, of no time and nobody.
pub(super) fn pack(program: &[u8]) -> Result<Vec<u8>, String> {
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .compression_level(Some(LEVEL))
        // The beginning of zip's time, 1980-01-01.
        .last_modified_time(DateTime::DEFAULT)
        .unix_permissions(MODE);
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let failed = |error: &dyn std::fmt::Display| format!("the package cannot be written: {error}");
    zip.start_file(BOOTSTRAP, options).map_err(|error| failed(&error))?;
    zip.write_all(program).map_err(|error| failed(&error))?;
    Ok(zip.finish().map_err(|error| failed(&error))?.into_inner())
}
