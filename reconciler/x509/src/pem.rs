//! PEM (RFC 7468), as far as requests and certificates need it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use x509_parser::pem::Pem;

/// Characters of a line, by which every reader can read it.
const LINE: usize = 64;

/// The one block of a text, with its label; none if there is no block or more than one.
pub fn only_block(text: &str) -> Option<(String, Vec<u8>)> {
    let mut blocks = Pem::iter_from_buffer(text.as_bytes());
    match (blocks.next(), blocks.next()) {
        (Some(Ok(pem)), None) => Some((pem.label, pem.contents)),
        _ => None,
    }
}

/// All blocks of a text, with their labels; what cannot be read ends them.
pub fn blocks(text: &str) -> Vec<(String, Vec<u8>)> {
    let blocks = Pem::iter_from_buffer(text.as_bytes()).map_while(Result::ok);
    blocks.map(|pem| (pem.label, pem.contents)).collect()
}

/// Writes a block.
pub fn write(label: &str, der: &[u8]) -> String {
    let base64 = STANDARD.encode(der);
    let mut text = format!("-----BEGIN {label}-----\n");
    let mut rest = base64.as_str();
    while !rest.is_empty() {
        let (line, more) = rest.split_at(LINE.min(rest.len()));
        text.push_str(line);
        text.push('\n');
        rest = more;
    }
    text + "-----END " + label + "-----\n"
}
