//! One page that shows everything: a single file that needs nothing else.
//!
//! What is shown travels in one JSON island ([`island`]); how it is shown stands in `page/`, plain HTML, CSS and
//! JavaScript that is put together here and nowhere else. The page asks nobody for anything: its content security policy
//! allows this one style sheet and this one script, by their digests, and nothing beside them.

mod island;
mod runs;
mod terminals;
#[cfg(test)]
mod tests;
mod units;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use sha2::{Digest as _, Sha256};

use super::survey::Survey;

const PAGE: &str = include_str!("page/page.html");

const STYLE: &str = concat!(
    include_str!("page/base.css"),
    include_str!("page/parts.css"),
    include_str!("page/fleet.css"),
    include_str!("page/print.css"),
);

/// The modules share one scope, so that they need neither a loader nor a build.
const SCRIPT: &str = concat!(
    "\"use strict\";\n(() => {\n",
    include_str!("page/words.js"),
    include_str!("page/data.js"),
    include_str!("page/dom.js"),
    include_str!("page/overview.js"),
    include_str!("page/graph.js"),
    include_str!("page/units.js"),
    include_str!("page/timeline.js"),
    include_str!("page/terminals.js"),
    include_str!("page/records.js"),
    include_str!("page/page.js"),
    "})();\n",
);

/// The page.
pub(crate) fn render(survey: &Survey) -> String {
    let parts = [
        ("{{policy}}", policy()),
        ("{{style}}", STYLE.to_owned()),
        ("{{data}}", inert(&island::of(survey))),
        ("{{script}}", SCRIPT.to_owned()),
    ];
    // In the order of the page, so that nothing is looked for in what was put in.
    let mut page = String::new();
    let mut rest = PAGE;
    for (mark, part) in parts {
        let Some((before, after)) = rest.split_once(mark) else { continue };
        page.push_str(before);
        page.push_str(&part);
        rest = after;
    }
    page + rest
}

/// The value as JSON that cannot end the element it stands in.
fn inert(value: &impl serde::Serialize) -> String {
    // Plain data with string keys always serialises.
    let json = serde_json::to_string(value).unwrap_or_default();
    let mut safe = String::with_capacity(json.len() + json.len() / 64);
    for c in json.chars() {
        match c {
            '<' => safe.push_str("\\u003c"),
            '>' => safe.push_str("\\u003e"),
            '&' => safe.push_str("\\u0026"),
            '\u{2028}' => safe.push_str("\\u2028"),
            '\u{2029}' => safe.push_str("\\u2029"),
            c => safe.push(c),
        }
    }
    safe
}

/// Allows what stands in the page, and nothing else.
fn policy() -> String {
    let digest = |text: &str| BASE64_STANDARD.encode(Sha256::digest(text.as_bytes()));
    format!(
        "default-src 'none'; img-src data:; style-src 'sha256-{}'; script-src 'sha256-{}'; base-uri 'none'; form-action 'none'",
        digest(STYLE),
        digest(SCRIPT)
    )
}
