//! Changes one value of a file of `desired/`, and nothing else.
//!
//! The tree says where a value stands, and the text is changed there: comments, order, quoting and line
//! ends stay as the file's author has them. Whether the value is right is for loading to say.
//!
//! Guarantee: read again, the file says the same as before in everything but that one key. Where that cannot be
//! had (a value over several lines, a map in braces), it is refused and a person edits the file.

use std::ops::Range;
use std::sync::Arc;

use reconcile_core::problem::{Place, Problem, SourceFile};
use serde_json::Value as Json;

use super::tree::Node;
use super::{encoding, tree};

/// A file that is edited.
#[derive(Debug, Clone)]
pub struct Editable {
    file: Arc<SourceFile>,
    root: Arc<Node>,
    has_byte_order_mark: bool,
}

impl Editable {
    /// Reads a file as loading does, without asking what its keys mean.
    pub fn read(path: &str, bytes: &[u8]) -> Result<Self, Vec<Problem>> {
        let file = encoding::decode(path, bytes).map_err(|problem| vec![problem])?;
        Self::parsed(file, bytes.starts_with(encoding::BYTE_ORDER_MARK))
    }

    /// The file as it is now.
    pub fn file(&self) -> &Arc<SourceFile> {
        &self.file
    }

    /// What is to be stored: the text, with a byte order mark if the file had one.
    pub fn stored(&self) -> String {
        let mark = if self.has_byte_order_mark { "\u{feff}" } else { "" };
        format!("{mark}{}", self.file.text)
    }

    /// The text under a key of the file's own map, whatever type it would have.
    pub fn text(&self, key: &str) -> Option<&str> {
        self.root.get(key)?.text()
    }

    /// The texts of a list under a key of the file's own map.
    pub fn list(&self, key: &str) -> Option<Vec<&str>> {
        self.root.get(key).map(|node| node.items().iter().filter_map(Node::text).collect())
    }

    /// The place of the value under a key, or of the whole file if there is no such key.
    pub fn place(&self, key: &str) -> Place {
        let range = self.root.value_range(&format!("/{key}"));
        Place { file: Arc::clone(&self.file), range }
    }

    /// The file with another text under a key, which becomes the last one if it is not there yet.
    pub fn with(&self, key: &str, value: &str) -> Result<Self, Problem> {
        let edited = match self.root.get(key) {
            Some(node) => self.replaced(key, node, value),
            None => self.extended(key, value),
        };
        edited.filter(|edited| self.differs_only_in(edited, key, value)).ok_or_else(|| {
            let message = format!("`{key}` cannot be changed without rewriting more of the file");
            Problem::at(self.place(key), message)
                .hint(format!("write `{key}: {}` by hand, on a line of its own", scalar(value)))
        })
    }

    fn replaced(&self, key: &str, node: &Node, value: &str) -> Option<Self> {
        let range = node.scalar_range()?;
        if range.is_empty() {
            let after_key = self.root.key_range(&format!("/{key}")).end;
            let colon = after_key + self.file.text.get(after_key..)?.find(':')? + 1;
            return self.spliced(colon..colon, &format!(" {}", scalar(value)));
        }
        let quote = self.file.text.get(range.clone())?.chars().next();
        let written = match quote.filter(|quote| matches!(quote, '"' | '\'')) {
            Some(quote) if is_plain(value) => format!("{quote}{value}{quote}"),
            Some(_) | None => scalar(value),
        };
        self.spliced(range, &written)
    }

    fn extended(&self, key: &str, value: &str) -> Option<Self> {
        let (first, end) = self.root.block_extent()?;
        let text = &self.file.text;
        let line = text.get(..first)?.rfind('\n').map_or(0, |newline| newline + 1);
        let indentation = text.get(line..first)?;
        let newline = if text.contains("\r\n") { "\r\n" } else { "\n" };
        let rest = text.get(end..)?;
        let added = format!("{indentation}{key}: {}", scalar(value));
        // After what else stands on the last line: a comment.
        match rest.find('\n') {
            Some(at) => self.spliced(end + at + 1..end + at + 1, &format!("{added}{newline}")),
            None => self.spliced(text.len()..text.len(), &format!("{newline}{added}{newline}")),
        }
    }

    fn spliced(&self, range: Range<usize>, written: &str) -> Option<Self> {
        let mut text = self.file.text.clone();
        text.replace_range(range, written);
        let file = SourceFile { path: self.file.path.clone(), text };
        Self::parsed(Arc::new(file), self.has_byte_order_mark).ok()
    }

    fn parsed(file: Arc<SourceFile>, has_byte_order_mark: bool) -> Result<Self, Vec<Problem>> {
        let mut problems = Vec::new();
        match tree::parse(&file, &mut problems) {
            Some(root) if problems.is_empty() => {
                Ok(Self { file, root: Arc::new(root), has_byte_order_mark })
            }
            Some(_) | None => Err(problems),
        }
    }

    fn differs_only_in(&self, edited: &Self, key: &str, value: &str) -> bool {
        let mut expected = self.root.json();
        let Json::Object(map) = &mut expected else { return false };
        map.insert(key.to_owned(), Json::from(value));
        edited.root.json() == expected
    }
}

/// A text as YAML has it on one line.
pub fn scalar(value: &str) -> String {
    // A JSON string is one of YAML's.
    if is_plain(value) { value.to_owned() } else { Json::from(value).to_string() }
}

/// Whether a text means itself without quotes, and stands in either kind of them without escapes.
fn is_plain(value: &str) -> bool {
    let is_usual = |byte: u8| byte.is_ascii_alphanumeric() || b"._-/".contains(&byte);
    value.starts_with(|first: char| first.is_ascii_alphanumeric())
        && value.bytes().all(is_usual)
        && tree::means_text(value)
}
