//! A YAML document as a tree in which every key and value knows its bytes.
//!
//! Knows YAML and positions, not what a file of `desired/` should say.

mod offsets;
mod parse;
mod scalar;
mod syntax;

use std::ops::Range;

use serde_json::{Map, Value as Json};

pub(super) use parse::parse;
pub(super) use scalar::means_text;

/// A value and the bytes that it is written in.
#[derive(Debug)]
pub(super) struct Node {
    range: Range<usize>,
    content: Content,
}

#[derive(Debug)]
enum Content {
    Scalar {
        text: String,
        /// Without quotes, so that it may mean a number, a boolean or nothing.
        plain: bool,
    },
    List {
        items: Vec<Node>,
        layout: Layout,
    },
    Map {
        entries: Vec<Entry>,
        layout: Layout,
    },
}

#[derive(Debug)]
struct Entry {
    key: String,
    key_range: Range<usize>,
    value: Node,
}

/// Whether a collection is written in brackets or by indentation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Layout {
    Flow,
    Block,
}

impl Node {
    /// The value under a key of this map, if it is one.
    pub(super) fn get(&self, key: &str) -> Option<&Self> {
        self.entry(key).map(|entry| &entry.value)
    }

    /// The text of a scalar as it is meant, whatever type it would have.
    pub(super) fn text(&self) -> Option<&str> {
        match &self.content {
            Content::Scalar { text, .. } => Some(text),
            Content::List { .. } | Content::Map { .. } => None,
        }
    }

    /// The bytes of a scalar, which are none where it is left empty.
    pub(super) fn scalar_range(&self) -> Option<Range<usize>> {
        self.text().map(|_| self.range.clone())
    }

    /// Where the first key of a map of lines begins, and where its last value ends.
    pub(super) fn block_extent(&self) -> Option<(usize, usize)> {
        let Content::Map { entries, layout: Layout::Block } = &self.content else { return None };
        let (first, last) = (entries.first()?, entries.last()?);
        Some((first.key_range.start, last.value.range.end.max(last.key_range.end)))
    }

    /// The items of a list; none of anything else.
    pub(super) fn items(&self) -> &[Self] {
        match &self.content {
            Content::List { items, .. } => items,
            Content::Scalar { .. } | Content::Map { .. } => &[],
        }
    }

    /// Whether this is a map.
    pub(super) fn is_map(&self) -> bool {
        matches!(self.content, Content::Map { .. })
    }

    /// The value as JSON, by the rules of YAML 1.2.
    pub(super) fn json(&self) -> Json {
        match &self.content {
            Content::Scalar { text, plain: false } => Json::from(text.as_str()),
            Content::Scalar { text, plain: true } => scalar::json(text),
            Content::List { items, .. } => items.iter().map(Self::json).collect(),
            Content::Map { entries, .. } => {
                let mut map = Map::with_capacity(entries.len());
                for entry in entries {
                    // Of a key that is there twice, which is reported, the first counts.
                    map.entry(entry.key.as_str()).or_insert_with(|| entry.value.json());
                }
                Json::Object(map)
            }
        }
    }

    /// The value at a JSON pointer, if there is one.
    pub(super) fn at(&self, pointer: &str) -> Option<&Self> {
        let path = self.path(pointer);
        path.is_whole.then_some(path.node)
    }

    /// The bytes of the value at a JSON pointer, or of the nearest thing around it that exists.
    pub(super) fn value_range(&self, pointer: &str) -> Range<usize> {
        let path = self.path(pointer);
        if path.depth == 0 {
            return self.heading();
        }
        path.node.shown(path.key)
    }

    /// The bytes of the key at a JSON pointer, or of the nearest thing around it that exists.
    pub(super) fn key_range(&self, pointer: &str) -> Range<usize> {
        let path = self.path(pointer);
        match path.key {
            Some(key) => key.clone(),
            None if path.depth == 0 => self.heading(),
            None => path.node.shown(None),
        }
    }

    /// What stands for the whole document: its `kind:` line.
    fn heading(&self) -> Range<usize> {
        self.entry("kind").map_or_else(
            || self.shown(None),
            |entry| entry.key_range.start..entry.value.range.end.max(entry.key_range.end),
        )
    }

    /// The bytes to point at: a value that is empty or a block of lines is stood for by a key.
    fn shown(&self, key: Option<&Range<usize>>) -> Range<usize> {
        let first = match &self.content {
            Content::List { layout: Layout::Block, items } => {
                items.first().map(|item| item.shown(None))
            }
            Content::Map { layout: Layout::Block, entries } => {
                entries.first().map(|entry| entry.key_range.clone())
            }
            Content::Scalar { .. } | Content::List { .. } | Content::Map { .. }
                if self.range.is_empty() =>
            {
                None
            }
            Content::Scalar { .. } | Content::List { .. } | Content::Map { .. } => {
                return self.range.clone();
            }
        };
        key.cloned().or(first).unwrap_or_else(|| self.range.clone())
    }

    fn entry(&self, key: &str) -> Option<&Entry> {
        match &self.content {
            Content::Map { entries, .. } => entries.iter().find(|entry| entry.key == key),
            Content::Scalar { .. } | Content::List { .. } => None,
        }
    }

    /// The value that a token of a JSON pointer leads to, with its key if it has one.
    fn child(&self, token: &str) -> Option<(&Self, Option<&Range<usize>>)> {
        match &self.content {
            Content::Scalar { .. } => None,
            Content::List { items, .. } => {
                let index: usize = token.parse().ok()?;
                items.get(index).map(|item| (item, None))
            }
            Content::Map { .. } => {
                self.entry(token).map(|entry| (&entry.value, Some(&entry.key_range)))
            }
        }
    }

    fn path(&self, pointer: &str) -> Path<'_> {
        let mut path = Path { node: self, key: None, depth: 0, is_whole: true };
        for token in pointer.split('/').skip(1) {
            let token = token.replace("~1", "/").replace("~0", "~");
            let Some((node, key)) = path.node.child(&token) else {
                return Path { is_whole: false, ..path };
            };
            path = Path { node, key, depth: path.depth + 1, is_whole: true };
        }
        path
    }
}

/// How far a JSON pointer leads.
#[derive(Clone, Copy)]
struct Path<'t> {
    node: &'t Node,
    key: Option<&'t Range<usize>>,
    depth: usize,
    /// Whether it leads to its end.
    is_whole: bool,
}
