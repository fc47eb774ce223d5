//! Parser events into a value and its positions.
//!
//! It reads events rather than a loaded tree because only events still show an alias, the
//! place of a key, and whether a scalar was quoted. It knows YAML, not templates.

use super::{Position, Positions, TemplateError, pointer, scalar, tags};
use saphyr_parser::{Event, Marker, Parser, ScanError, StrInput, Tag};
use serde_json::{Map, Value};
use std::borrow::Cow;

/// Deeper nesting is refused, so that no text can exhaust the stack.
const MAX_DEPTH: usize = 100;

type YamlTag<'t> = Option<Cow<'t, Tag>>;

/// Reads the one document of a text.
pub(super) fn document(text: &str) -> Result<(Value, Positions), TemplateError> {
    let mut reader = Reader {
        events: Parser::new_from_str(text),
        positions: Positions::new(),
        pointer: String::new(),
        depth: 0,
    };
    let mut body = None;
    while let Some((event, at)) = reader.next()? {
        match event {
            Event::Nothing
            | Event::StreamStart
            | Event::StreamEnd
            | Event::DocumentStart(_)
            | Event::DocumentEnd => {}
            content if body.is_none() => {
                reader.positions.insert(String::new(), at);
                body = Some(reader.node(content, at)?);
            }
            Event::Alias(_)
            | Event::Scalar(..)
            | Event::SequenceStart(..)
            | Event::SequenceEnd
            | Event::MappingStart(..)
            | Event::MappingEnd => {
                return Err(at.error("a template is one document, and this begins another"));
            }
        }
    }
    let body = body.ok_or_else(|| Position::START.error("the template is empty"))?;
    Ok((body, reader.positions))
}

struct Reader<'t> {
    events: Parser<'t, StrInput<'t>>,
    positions: Positions,
    pointer: String,
    depth: usize,
}

impl<'t> Reader<'t> {
    fn next(&mut self) -> Result<Option<(Event<'t>, Position)>, TemplateError> {
        match self.events.next_event() {
            None => Ok(None),
            Some(Ok((event, span))) => Ok(Some((event, place(span.start)))),
            Some(Err(error)) => Err(scan_error(&error)),
        }
    }

    fn node(&mut self, event: Event<'t>, at: Position) -> Result<Value, TemplateError> {
        match event {
            Event::Scalar(text, style, _, tag) => match self.function(tag.as_ref(), at)? {
                Some(name) => Ok(tags::call(name, tags::scalar_argument(name, &text))),
                None => scalar::value(&text, style, tag.as_deref(), at),
            },
            Event::SequenceStart(_, tag) => self.collection(&tag, at, Self::sequence),
            Event::MappingStart(_, tag) => self.collection(&tag, at, Self::mapping),
            Event::Alias(_) => Err(at.error("aliases are not allowed in templates")),
            Event::Nothing
            | Event::StreamStart
            | Event::StreamEnd
            | Event::DocumentStart(_)
            | Event::DocumentEnd
            | Event::SequenceEnd
            | Event::MappingEnd => Err(at.error("a value is missing here")),
        }
    }

    /// Reads a list or a map, under the function that its tag names if it has one.
    fn collection(
        &mut self,
        tag: &YamlTag<'t>,
        at: Position,
        contents: fn(&mut Self) -> Result<Value, TemplateError>,
    ) -> Result<Value, TemplateError> {
        if self.depth == MAX_DEPTH {
            return Err(at.error(format!("nested deeper than {MAX_DEPTH} levels")));
        }
        self.depth += 1;
        let value = match self.function(tag.as_ref(), at)? {
            Some(name) => tags::call(name, self.under(name, at, contents)?),
            None => contents(self)?,
        };
        self.depth -= 1;
        Ok(value)
    }

    /// Returns the function a tag stands for; `None` for no tag and for YAML's own.
    fn function(
        &mut self,
        tag: Option<&Cow<'t, Tag>>,
        at: Position,
    ) -> Result<Option<&'static str>, TemplateError> {
        let Some(tag) = tag.filter(|tag| !tag.is_yaml_core_schema()) else {
            return Ok(None);
        };
        let name = tags::function(tag).ok_or_else(|| at.error(tags::unknown(tag)))?;
        let inner = pointer(&self.pointer, name);
        self.positions.insert(inner, at);
        Ok(Some(name))
    }

    fn sequence(&mut self) -> Result<Value, TemplateError> {
        let mut items = Vec::new();
        loop {
            let (event, at) = self.expect()?;
            if event == Event::SequenceEnd {
                return Ok(Value::Array(items));
            }
            let index = items.len().to_string();
            items.push(self.under(&index, at, |reader| reader.node(event, at))?);
        }
    }

    fn mapping(&mut self) -> Result<Value, TemplateError> {
        let mut entries = Map::new();
        loop {
            let (event, at) = self.expect()?;
            if event == Event::MappingEnd {
                return Ok(Value::Object(entries));
            }
            let key = key(event, at)?;
            if entries.contains_key(&key) {
                return Err(self.duplicate(&key, at));
            }
            let (event, value_at) = self.expect()?;
            let value = self.under(&key, at, |reader| reader.node(event, value_at))?;
            entries.insert(key, value);
        }
    }

    /// Reads one part with the pointer moved onto it, noting where it stands.
    fn under(
        &mut self,
        key: &str,
        at: Position,
        read: impl FnOnce(&mut Self) -> Result<Value, TemplateError>,
    ) -> Result<Value, TemplateError> {
        let length = self.pointer.len();
        self.pointer = pointer(&self.pointer, key);
        self.positions.insert(self.pointer.clone(), at);
        let value = read(self)?;
        self.pointer.truncate(length);
        Ok(value)
    }

    fn expect(&mut self) -> Result<(Event<'t>, Position), TemplateError> {
        self.next()?.ok_or_else(|| Position::START.error("the template ends too early"))
    }

    fn duplicate(&self, key: &str, at: Position) -> TemplateError {
        let first = self.positions.get(&pointer(&self.pointer, key));
        let line = first.map_or(at.line, |position| position.line);
        at.error(format!("duplicate key `{key}`, first at line {line}"))
    }
}

fn key(event: Event<'_>, at: Position) -> Result<String, TemplateError> {
    match event {
        Event::Scalar(text, _, _, None) if text == "<<" => {
            Err(at.error("merge keys (`<<`) are not allowed in templates"))
        }
        Event::Scalar(text, _, _, None) => Ok(text.into_owned()),
        Event::Nothing
        | Event::StreamStart
        | Event::StreamEnd
        | Event::DocumentStart(_)
        | Event::DocumentEnd
        | Event::Alias(_)
        | Event::Scalar(..)
        | Event::SequenceStart(..)
        | Event::SequenceEnd
        | Event::MappingStart(..)
        | Event::MappingEnd => Err(at.error("a key must be plain text")),
    }
}

fn place(marker: Marker) -> Position {
    Position { line: marker.line(), column: marker.col() + 1 }
}

fn scan_error(error: &ScanError) -> TemplateError {
    place(*error.marker()).error(format!("not valid YAML: {}", error.info()))
}
