//! How a property path stands to the paths that a schema names.

/// Where a changed path stands to the nearest of some patterns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Relation {
    /// No pattern touches it.
    Apart,
    /// It holds a property that a pattern names.
    Above,
    /// It is a property that a pattern names, or lies inside of one.
    Within,
}

/// Relates a path such as `Rules/0/Prefix` to patterns such as `Rules/*/Prefix`.
pub(super) fn relate(path: &str, patterns: &[&str]) -> Relation {
    patterns.iter().map(|pattern| relate_one(path, pattern)).max().unwrap_or(Relation::Apart)
}

/// Tells whether a path is exactly what one of the patterns names.
pub(super) fn is_one_of(path: &str, patterns: &[&str]) -> bool {
    let exactly = |pattern: &&str| {
        relate_one(path, pattern) == Relation::Within && segments(path) == segments(pattern)
    };
    patterns.iter().any(exactly)
}

fn relate_one(path: &str, pattern: &str) -> Relation {
    let mut wanted = pattern.split('/').peekable();
    for segment in path.split('/') {
        match wanted.peek() {
            None => return Relation::Within,
            Some(&"*") => {}
            Some(name) if *name == segment => {}
            // A schema may name a property of a list's items without a `*` for the item.
            Some(_) if is_index(segment) => continue,
            Some(_) => return Relation::Apart,
        }
        wanted.next();
    }
    match wanted.peek() {
        None => Relation::Within,
        Some(_) => Relation::Above,
    }
}

fn segments(path: &str) -> usize {
    path.split('/').count()
}

fn is_index(segment: &str) -> bool {
    !segment.is_empty() && segment.bytes().all(|byte| byte.is_ascii_digit())
}
