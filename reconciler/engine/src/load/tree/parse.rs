//! Parser events into a tree.
//!
//! It reads events rather than a loaded tree because only events still show a key that is there twice,
//! an alias, and the place of a key.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use reconcile_core::problem::{Place, Problem, SourceFile};
use saphyr_parser::{Event, Parser, ScalarStyle, ScanError, Span, StrInput, Tag};

use super::offsets::Offsets;
use super::scalar;
use super::syntax::in_words;
use super::{Content, Entry, Layout, Node};

/// Deeper nesting is refused, so that no file can exhaust the stack.
const MAX_DEPTH: usize = 50;

/// Parses the one document of a file. What is wrong goes to `problems`; where nothing can be read
/// past it, there is no tree.
pub(in super::super) fn parse(file: &Arc<SourceFile>, problems: &mut Vec<Problem>) -> Option<Node> {
    let mut reader = Reader {
        events: Parser::new_from_str(&file.text),
        file,
        offsets: Offsets::new(&file.text),
        problems,
        depth: 0,
    };
    match reader.document() {
        Ok(root) => root,
        Err(problem) => {
            problems.push(*problem);
            None
        }
    }
}

/// A problem that ends the reading of a file; boxed, as it is the rare case.
type Fatal = Box<Problem>;

struct Reader<'t> {
    events: Parser<'t, StrInput<'t>>,
    file: &'t Arc<SourceFile>,
    offsets: Offsets,
    problems: &'t mut Vec<Problem>,
    depth: usize,
}

impl<'t> Reader<'t> {
    fn document(&mut self) -> Result<Option<Node>, Fatal> {
        let mut root = None;
        while let Some((event, span)) = self.next()? {
            match event {
                Event::Nothing
                | Event::StreamStart
                | Event::StreamEnd
                | Event::DocumentStart(_)
                | Event::DocumentEnd => {}
                content if root.is_none() => root = Some(self.node(content, span)?),
                Event::Alias(_)
                | Event::Scalar(..)
                | Event::SequenceStart(..)
                | Event::SequenceEnd
                | Event::MappingStart(..)
                | Event::MappingEnd => {
                    let start = self.offsets.byte(span.start);
                    let problem = self
                        .problem(start..start, "a second document begins here, after `---`")
                        .hint("declare one thing in a file: move it to a file of its own");
                    self.problems.push(problem);
                    break;
                }
            }
        }
        if root.is_none() {
            self.problems.push(self.problem(0..0, "the file declares nothing"));
        }
        Ok(root)
    }

    fn node(&mut self, event: Event<'t>, span: Span) -> Result<Node, Fatal> {
        let range = self.range(span);
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                self.refuse_extras(anchor, tag.as_deref(), &range);
                let plain = style == ScalarStyle::Plain;
                // The parser counts a comment behind the closing quote in.
                let source = self.file.text.get(range.clone()).unwrap_or_default();
                let range = range.start..range.start + scalar::written(source).len();
                let text = text.into_owned();
                Ok(Node { range, content: Content::Scalar { text, plain } })
            }
            Event::SequenceStart(anchor, tag) => {
                self.refuse_extras(anchor, tag.as_deref(), &range);
                self.deeper(&range, |reader| reader.list(&range))
            }
            Event::MappingStart(anchor, tag) => {
                self.refuse_extras(anchor, tag.as_deref(), &range);
                self.deeper(&range, |reader| reader.map(&range))
            }
            Event::Alias(_) => {
                let problem = self.problem(range, "an alias (`*name`) cannot be used here");
                Err(Box::new(problem.hint("write the value out where it is meant")))
            }
            Event::Nothing
            | Event::StreamStart
            | Event::StreamEnd
            | Event::DocumentStart(_)
            | Event::DocumentEnd
            | Event::SequenceEnd
            | Event::MappingEnd => Err(Box::new(self.problem(range, "a value is missing here"))),
        }
    }

    fn deeper(
        &mut self,
        range: &Range<usize>,
        contents: impl FnOnce(&mut Self) -> Result<Node, Fatal>,
    ) -> Result<Node, Fatal> {
        if self.depth == MAX_DEPTH {
            let message = format!("nested deeper than {MAX_DEPTH} levels");
            return Err(Box::new(self.problem(range.clone(), message)));
        }
        self.depth += 1;
        let node = contents(self)?;
        self.depth -= 1;
        Ok(node)
    }

    fn list(&mut self, open: &Range<usize>) -> Result<Node, Fatal> {
        let mut items: Vec<Node> = Vec::new();
        loop {
            let (event, span) = self.expect(open)?;
            if event == Event::SequenceEnd {
                let last = items.last().map(|item| item.range.end);
                let (range, layout) = self.extent(open, last, span);
                return Ok(Node { range, content: Content::List { items, layout } });
            }
            items.push(self.node(event, span)?);
        }
    }

    fn map(&mut self, open: &Range<usize>) -> Result<Node, Fatal> {
        let mut entries: Vec<Entry> = Vec::new();
        let mut seen: BTreeMap<String, Range<usize>> = BTreeMap::new();
        loop {
            let (event, span) = self.expect(open)?;
            if event == Event::MappingEnd {
                let last = entries.last().map(|entry| entry.value.range.end);
                let (range, layout) = self.extent(open, last, span);
                return Ok(Node { range, content: Content::Map { entries, layout } });
            }
            let key_range = self.range(span);
            let key = self.key(event, &key_range)?;
            if let Some(first) = seen.get(&key) {
                self.duplicate(&key, first.clone(), key_range.clone());
            } else {
                seen.insert(key.clone(), key_range.clone());
            }
            let (event, span) = self.expect(open)?;
            let value = self.node(event, span)?;
            entries.push(Entry { key, key_range, value });
        }
    }

    fn key(&mut self, event: Event<'t>, range: &Range<usize>) -> Result<String, Fatal> {
        match event {
            Event::Scalar(text, _, anchor, tag) => {
                self.refuse_extras(anchor, tag.as_deref(), range);
                Ok(text.into_owned())
            }
            Event::Nothing
            | Event::StreamStart
            | Event::StreamEnd
            | Event::DocumentStart(_)
            | Event::DocumentEnd
            | Event::Alias(_)
            | Event::SequenceStart(..)
            | Event::SequenceEnd
            | Event::MappingStart(..)
            | Event::MappingEnd => {
                Err(Box::new(self.problem(range.clone(), "a key must be plain text")))
            }
        }
    }

    /// Refuses what would make a file mean something else than it says.
    fn refuse_extras(&mut self, anchor: usize, tag: Option<&Tag>, range: &Range<usize>) {
        if let Some(tag) = tag {
            let (message, hint) = if tag.is_yaml_core_schema() {
                (
                    format!("the tag `!!{}` cannot be used here", tag.suffix),
                    "put text in quotes; numbers and booleans need no tag",
                )
            } else {
                (
                    format!("`{tag}` means nothing here: it belongs in a template"),
                    "refer to another unit with `${stacks.NAME.OUTPUT}`",
                )
            };
            let problem = self.problem(range.clone(), message).hint(hint);
            self.problems.push(problem);
        } else if anchor != 0 {
            let problem = self.problem(range.clone(), "an anchor (`&name`) cannot be used here");
            self.problems.push(problem.hint("write the value out where it is meant"));
        }
    }

    fn duplicate(&mut self, key: &str, first: Range<usize>, again: Range<usize>) {
        let (line, column) = self.place(first).line_column();
        let problem = self
            .problem(again, format!("`{key}` is there twice"))
            .hint(format!("it was first written at {line}:{column}: keep one of them"));
        self.problems.push(problem);
    }

    /// The bytes of a collection between its first mark and its end.
    fn extent(
        &self,
        open: &Range<usize>,
        last: Option<usize>,
        close: Span,
    ) -> (Range<usize>, Layout) {
        if open.is_empty() {
            let end = last.unwrap_or(open.end).max(open.end);
            (open.start..end, Layout::Block)
        } else {
            (open.start..self.range(close).end, Layout::Flow)
        }
    }

    fn next(&mut self) -> Result<Option<(Event<'t>, Span)>, Fatal> {
        self.events.next_event().transpose().map_err(|error| Box::new(self.syntax(&error)))
    }

    fn expect(&mut self, open: &Range<usize>) -> Result<(Event<'t>, Span), Fatal> {
        let event = self.next()?;
        event.ok_or_else(|| Box::new(self.problem(open.clone(), "this is never closed")))
    }

    fn syntax(&self, error: &ScanError) -> Problem {
        let at = self.offsets.byte(*error.marker());
        let next = self.file.text.get(at..).and_then(|rest| rest.chars().next());
        let visible = next.filter(|c| !c.is_control());
        let range = at..at + visible.map_or(0, char::len_utf8);
        let (message, hint) = in_words(error.info());
        let problem = self.problem(range, message);
        match hint {
            Some(hint) => problem.hint(hint),
            None => problem,
        }
    }

    fn problem(&self, range: Range<usize>, message: impl Into<String>) -> Problem {
        Problem::at(self.place(range), message)
    }

    fn place(&self, range: Range<usize>) -> Place {
        Place { file: Arc::clone(self.file), range }
    }

    fn range(&self, span: Span) -> Range<usize> {
        let range = self.offsets.byte(span.start)..self.offsets.byte(span.end);
        // The parser counts the blanks after a closing bracket and the end of a block's last line in.
        let source = self.file.text.get(range.clone()).unwrap_or_default();
        range.start..range.start + source.trim_end().len()
    }
}
