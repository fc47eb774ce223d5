//! X-Ray's tracing header, which goes from the caller through Lambda to the function.

use jiff::Timestamp;
use sha2::{Digest as _, Sha256};

/// A trace that begins with a request: `Root=1-5759e988-bd862e3fe1be46a994272793`.
pub(crate) fn trace_root(at: Timestamp, request_id: &str) -> String {
    format!("Root=1-{:08x}-{}", at.as_second(), hex(request_id, 24))
}

/// The header that the function gets: the caller's trace and decision, or else one of Lambda's.
pub(super) fn header(
    given: Option<&str>,
    is_traced: bool,
    at: Timestamp,
    request_id: &str,
) -> String {
    let part = |name: &str| {
        let mut parts = given?.split(';').map(str::trim);
        parts.find(|part| part.starts_with(name)).map(str::to_owned)
    };
    let root = part("Root=").unwrap_or_else(|| trace_root(at, request_id));
    let sampled = part("Sampled=").unwrap_or_else(|| format!("Sampled={}", u8::from(is_traced)));
    format!("{root};Parent={};{sampled}", hex(&format!("{request_id}|segment"), 16))
}

fn hex(seed: &str, length: usize) -> String {
    let digest = Sha256::digest(seed);
    let hex = digest.iter().fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"));
    hex.chars().take(length).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_callers_trace_goes_on() {
        let at = Timestamp::from_second(0x5759_e988).expect("a time");
        let given = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1";
        let passed = header(Some(given), false, at, "id");
        assert!(passed.starts_with("Root=1-5759e988-bd862e3fe1be46a994272793;Parent="), "{passed}");
        assert!(passed.ends_with(";Sampled=1") && !passed.contains("53995c3f42cd8ad8"), "{passed}");
        let begun = header(None, false, at, "id");
        assert!(begun.starts_with("Root=1-5759e988-") && begun.ends_with(";Sampled=0"), "{begun}");
        assert!(header(None, true, at, "id").ends_with(";Sampled=1"));
    }
}
