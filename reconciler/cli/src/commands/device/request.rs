//! A signing request from a file, checked as the plan would check it.

use std::path::Path;

use reconcile_core::problem::Problem;
use reconcile_kind_device::csr::SigningRequest;

/// Reads the signing request of a terminal.
pub(in crate::commands) fn read(name: &str, path: &Path) -> Result<SigningRequest, Problem> {
    let shown = path.display();
    let bytes = std::fs::read(path)
        .map_err(|error| Problem::whole(format!("failed to read `{shown}`: {error}")))?;
    let text = String::from_utf8(bytes).map_err(|_| {
        Problem::whole(format!("`{shown}` is no text, and so not a signing request in PEM")).hint(
            "PowerShell's `>` writes UTF-16: let the program write the file itself, with `-out`",
        )
    })?;
    SigningRequest::of_terminal(name, &text).map_err(|refusal| {
        Problem::whole(format!("`{shown}` is not taken: {refusal}")).hint(refusal.hint.clone())
    })
}
