//! Bytes to text, or to the name of the encoding that they are in.

use std::ops::Range;
use std::sync::Arc;

use encoding_rs::{Encoding, SHIFT_JIS, UTF_16BE, UTF_16LE};
use reconcile_core::problem::{Place, Problem, SourceFile};

/// What Windows puts before UTF-8; accepted, and not part of the text.
pub(super) const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// The text of a file, which must be UTF-8.
///
/// A file in another encoding is decoded as far as that is known, so that the problem can show its line.
pub(super) fn decode(path: &str, bytes: &[u8]) -> Result<Arc<SourceFile>, Problem> {
    let bytes = bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes);
    let file = |text: &str| Arc::new(SourceFile { path: path.to_owned(), text: text.to_owned() });
    if let Some(encoding) = utf_16(bytes) {
        let (text, _) = encoding.decode_with_bom_removal(bytes);
        let problem = not_utf_8(file(&text), 0..0, encoding.name());
        return Err(problem.hint(convert(encoding.name(), path)));
    }
    let error = match std::str::from_utf8(bytes) {
        Ok(text) => return Ok(file(text)),
        Err(error) => error,
    };
    let cp932 = SHIFT_JIS.decode_without_bom_handling_and_without_replacement(bytes);
    if let Some(text) = cp932 {
        let range = first_run(&text, |c| !c.is_ascii());
        let problem = not_utf_8(file(&text), range, "Shift_JIS (cp932)");
        return Err(problem.hint(convert("CP932", path)));
    }
    let text = String::from_utf8_lossy(bytes);
    let byte = bytes.get(error.valid_up_to()).copied().unwrap_or_default();
    let range = first_run(&text, |c| c == char::REPLACEMENT_CHARACTER);
    let problem = Problem::at(
        Place { file: file(&text), range },
        format!("`{path}` is not UTF-8: byte 0x{byte:02X} begins no character"),
    );
    Err(problem.hint("save the file as UTF-8"))
}

fn not_utf_8(file: Arc<SourceFile>, range: Range<usize>, encoding: &str) -> Problem {
    let message = format!("`{}` is not UTF-8: it looks like {encoding}", file.path);
    Problem::at(Place { file, range }, message)
}

fn convert(encoding: &str, path: &str) -> String {
    format!(
        "convert it with `iconv -f {encoding} -t UTF-8 {path}`, or in VS Code with \"Reopen with \
         Encoding\" and then \"Save with Encoding: UTF-8\""
    )
}

/// The first run of such characters.
fn first_run(text: &str, such: impl Fn(char) -> bool) -> Range<usize> {
    let start = text.find(&such).unwrap_or_default();
    let run = text.get(start..).unwrap_or_default();
    start..start + run.find(|c| !such(c)).unwrap_or(run.len())
}

/// UTF-16 by its byte order mark, or by the zero bytes that the ASCII of any YAML brings with it.
fn utf_16(bytes: &[u8]) -> Option<&'static Encoding> {
    match bytes {
        [0xff, 0xfe, ..] => return Some(UTF_16LE),
        [0xfe, 0xff, ..] => return Some(UTF_16BE),
        _ => {}
    }
    let zeros = |parity: usize| {
        let places = bytes.iter().skip(parity).step_by(2);
        places.filter(|byte| **byte == 0).count()
    };
    let quarter = bytes.len().div_ceil(8).max(1);
    match (zeros(0), zeros(1)) {
        (0, high) if high >= quarter => Some(UTF_16LE),
        (high, 0) if high >= quarter => Some(UTF_16BE),
        _ => None,
    }
}
