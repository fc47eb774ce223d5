//! What is wrong with the input, as a compiler would show it: file, line, caret, advice. All of it.

use std::collections::BTreeSet;

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use reconcile_core::problem::{Place, Problem};

use super::sentences::count;
use super::visible;

/// Writes all problems, then their number; for stderr, styled.
pub(crate) fn render(problems: &[Problem], width: usize) -> String {
    let renderer = Renderer::styled().decor_style(DecorStyle::Unicode).term_width(width);
    let mut text = String::new();
    for problem in problems {
        for group in groups(problem) {
            text.push_str(&renderer.render(&[group]));
            text.push('\n');
        }
        text.push('\n');
    }
    if problems.len() > 1 {
        text.push_str(&total(problems));
        text.push('\n');
    }
    text
}

fn groups(problem: &Problem) -> Vec<Group<'_>> {
    let Problem { place, message, hint } = problem;
    let title = Level::ERROR.primary_title(visible::text(message));
    let hint = hint.as_deref().map(visible::text);
    match (place, hint) {
        (Some(place), Some(hint)) => {
            vec![title.element(snippet(place)).element(Level::HELP.message(hint))]
        }
        (Some(place), None) => vec![title.element(snippet(place))],
        // Without a source line there is nothing for a rule to lead from.
        (None, hint) => [Group::with_title(title)]
            .into_iter()
            .chain(hint.map(|hint| Group::with_title(Level::HELP.primary_title(hint))))
            .collect(),
    }
}

fn snippet(place: &Place) -> Snippet<'_, annotate_snippets::Annotation<'_>> {
    let Place { file, range } = place;
    Snippet::source(file.text.as_str())
        .path(file.path.as_str())
        .annotation(AnnotationKind::Primary.span(one_line(&file.text, range.start, range.end)))
}

/// The range, cut at the end of its first line and at the text's end, so that one caret shows it.
fn one_line(text: &str, start: usize, end: usize) -> std::ops::Range<usize> {
    let start = text.floor_char_boundary(start);
    let end = text.ceil_char_boundary(end).max(start);
    let line = text[start..].find(['\n', '\r']).map_or(text.len(), |at| start + at);
    start..end.min(line)
}

/// `3 problems in 2 files`.
fn total(problems: &[Problem]) -> String {
    let files: BTreeSet<&str> = problems
        .iter()
        .filter_map(|problem| Some(problem.place.as_ref()?.file.path.as_str()))
        .collect();
    let total = count(problems.len() as u64, "problem", "problems");
    match files.len() as u64 {
        0 => total,
        files => format!("{total} in {}", count(files, "file", "files")),
    }
}

#[cfg(test)]
mod tests {
    use crate::views::fixtures;

    #[test]
    fn shows_each_where_it_is_and_how_many_there_are() {
        let shown = super::render(&fixtures::problems(), 100);
        insta::assert_snapshot!(anstream::adapter::strip_str(&shown));
    }

    #[test]
    fn a_range_outside_the_text_is_no_panic() {
        use reconcile_core::problem::{Place, Problem, SourceFile};
        use std::sync::Arc;
        let file = Arc::new(SourceFile { path: "a.yaml".to_owned(), text: "鍵".to_owned() });
        for range in [0..0, 1..2, 0..99, 3..3, 99..100] {
            super::render(&[Problem::at(Place { file: Arc::clone(&file), range }, "wrong")], 80);
        }
    }
}
