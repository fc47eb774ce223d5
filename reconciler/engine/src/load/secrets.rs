//! Refuses private keys: the repository is no place for one, and none may pass through us.

use std::sync::Arc;

use reconcile_core::problem::{Place, Problem, SourceFile};

/// How every private key in PEM ends its first line (RFC 7468, section 10; OpenSSL's `RSA PRIVATE KEY` and
/// OpenSSH's own form, too).
const MARK: &str = "PRIVATE KEY-----";

/// The file, unless a private key stands in it.
pub(super) fn none_in(file: Arc<SourceFile>) -> Result<Arc<SourceFile>, Problem> {
    let found = file.text.find(MARK).filter(|_| file.text.contains("-----BEGIN "));
    let Some(at) = found else { return Ok(file) };
    let line = file.text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |end| end + 1);
    let start = file.text.get(line..at).and_then(|text| text.find("-----BEGIN "));
    let range = start.map_or(at, |start| line + start)..at + MARK.len();
    let message = format!("a private key stands in `{}`", file.path);
    Err(Problem::at(Place { file, range }, message).hint(
        "take it out of git and replace the key: whoever could read the repository has it. \
         A terminal keeps its key, and gives only a signing request (CSR)",
    ))
}
