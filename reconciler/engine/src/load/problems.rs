//! Problems with a file as a whole, and the order in which problems are shown.

use std::sync::Arc;

use reconcile_core::problem::{Place, Problem, SourceFile};

/// A problem with a file whose text does not matter or cannot be read.
pub(super) fn in_file(path: &str, message: impl Into<String>) -> Problem {
    let file = SourceFile { path: path.to_owned(), text: String::new() };
    Problem::at(Place { file: Arc::new(file), range: 0..0 }, message)
}

/// The problems sorted by file and place, each once: several environments may find the same.
pub fn in_order(mut problems: Vec<Problem>) -> Vec<Problem> {
    problems.sort_by(|left, right| key(left).cmp(&key(right)));
    problems.dedup_by(|left, right| key(left) == key(right));
    problems
}

type Key<'p> = (Option<(&'p str, usize, usize)>, &'p str, Option<&'p str>);

fn key(problem: &Problem) -> Key<'_> {
    let place = problem.place.as_ref().map(|place| {
        let range = &place.range;
        (place.file.path.as_str(), range.start, range.end)
    });
    (place, &problem.message, problem.hint.as_deref())
}
