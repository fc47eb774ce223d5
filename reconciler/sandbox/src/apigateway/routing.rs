//! Which route a request takes: the most specific one that fits.

use std::collections::BTreeMap;

use super::model::Route;

/// A route that fits, and what its path variables stand for.
#[derive(Debug)]
pub(super) struct Taken {
    pub(super) route: Route,
    pub(super) parameters: BTreeMap<String, String>,
}

/// How well a part of a route's path fits; better ones sort first.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Fit {
    Exact,
    Variable,
    Greedy,
}

/// How well a route fits: its path, part by part, and then its method.
type Rank = (Vec<Fit>, bool);

/// Chooses among the routes; `$default` takes what no other takes.
pub(super) fn choose(routes: Vec<Route>, method: &str, path: &str) -> Option<Taken> {
    let mut default = None;
    let mut fitting: Vec<(Rank, Taken)> = Vec::new();
    for route in routes {
        if route.key == "$default" {
            default = Some(Taken { route, parameters: BTreeMap::new() });
            continue;
        }
        let Some((wanted, template)) = route.key.split_once(' ') else { continue };
        if wanted != "ANY" && wanted != method {
            continue;
        }
        if let Some((fits, parameters)) = fit(template, path) {
            fitting.push(((fits, wanted == "ANY"), Taken { route, parameters }));
        }
    }
    let best = fitting.into_iter().min_by(|(one, _), (other, _)| one.cmp(other));
    best.map(|(_, taken)| taken).or(default)
}

/// Compares a path with a route's.
fn fit(template: &str, path: &str) -> Option<(Vec<Fit>, BTreeMap<String, String>)> {
    let (mut fits, mut parameters) = (Vec::new(), BTreeMap::new());
    let mut rest = path.strip_prefix('/')?;
    let mut parts = template.strip_prefix('/')?.split('/').peekable();
    while let Some(part) = parts.next() {
        let variable = part.strip_prefix('{').and_then(|name| name.strip_suffix('}'));
        if let Some(name) = variable.and_then(|name| name.strip_suffix('+')) {
            // A greedy variable takes all that is left, and something must be.
            if rest.is_empty() {
                return None;
            }
            parameters.insert(name.to_owned(), rest.to_owned());
            fits.push(Fit::Greedy);
            return Some((fits, parameters));
        }
        let (given, after) = match rest.split_once('/') {
            Some((given, after)) => (given, Some(after)),
            None => (rest, None),
        };
        match variable {
            Some(_) if given.is_empty() => return None,
            Some(name) => {
                parameters.insert(name.to_owned(), given.to_owned());
                fits.push(Fit::Variable);
            }
            None if part == given => fits.push(Fit::Exact),
            None => return None,
        }
        match (after, parts.peek()) {
            (Some(after), Some(_)) => rest = after,
            (None, None) => return Some((fits, parameters)),
            _ => return None,
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(
        keys: &[&str],
        method: &str,
        path: &str,
    ) -> Option<(String, BTreeMap<String, String>)> {
        let routes = keys.iter().map(|key| Route {
            key: (*key).to_owned(),
            authorization: "NONE".to_owned(),
            integration: None,
        });
        choose(routes.collect(), method, path).map(|taken| (taken.route.key, taken.parameters))
    }

    #[test]
    fn the_most_specific_route_is_taken() {
        let keys = [
            "$default",
            "ANY /pets/{proxy+}",
            "GET /pets/{proxy+}",
            "GET /pets/{id}",
            "ANY /pets/dog",
            "GET /pets/dog",
            "GET /",
        ];
        for (method, path, key) in [
            ("GET", "/pets/dog", "GET /pets/dog"),
            ("POST", "/pets/dog", "ANY /pets/dog"),
            ("GET", "/pets/cat", "GET /pets/{id}"),
            ("GET", "/pets/cat/1", "GET /pets/{proxy+}"),
            ("POST", "/pets/cat/1", "ANY /pets/{proxy+}"),
            ("GET", "/pets", "$default"),
            ("GET", "/pets/", "$default"),
            ("GET", "/", "GET /"),
            ("POST", "/", "$default"),
        ] {
            let found = taken(&keys, method, path).map(|(key, _)| key);
            assert_eq!(found.as_deref(), Some(key), "{method} {path}");
        }
    }

    #[test]
    fn variables_stand_for_what_was_asked() {
        let found = taken(&["GET /{clinic}/files/{path+}"], "GET", "/c-1/files/a/b.txt");
        let (_, parameters) = found.expect("fits");
        let parameters: Vec<_> = parameters.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        assert_eq!(parameters, [("clinic", "c-1"), ("path", "a/b.txt")]);
    }

    #[test]
    fn what_fits_no_route_is_not_found() {
        for (method, path) in [("GET", "/b"), ("HEAD", "/a"), ("GET", "/a/"), ("GET", "/a/b")] {
            assert_eq!(taken(&["GET /a"], method, path), None, "{method} {path}");
        }
    }
}
