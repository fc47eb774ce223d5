use std::path::Path;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::super::survey::fixtures::{many_stacks, survey};
use super::{inert, island, render};

/// What stands between two marks of the page.
fn between<'a>(page: &'a str, begin: &str, end: &str) -> &'a str {
    let (_, rest) = page.split_once(begin).unwrap();
    rest.split_once(end).unwrap().0
}

fn data(page: &str) -> Value {
    serde_json::from_str(between(page, r#"id="data">"#, "</script>")).unwrap()
}

/// This is also what the page's own tests are made from (`tests/external/page/`).
#[test]
fn one_of_everything_is_in_the_island() {
    insta::assert_json_snapshot!("island", island::of(&survey(10)));
}

#[test]
fn nothing_of_the_template_is_left() {
    let page = render(&survey(1));
    assert!(!page.contains("{{"), "a mark was not filled in");
    let order = ["<style>", r#"id="data">"#, "<script>\"use strict\""];
    let places: Vec<_> = order.iter().map(|part| page.find(part).unwrap()).collect();
    assert!(places.is_sorted(), "{places:?}");
}

#[test]
fn the_policy_allows_the_one_style_and_the_one_script() {
    let page = render(&survey(1));
    let policy = between(&page, r#"Content-Security-Policy" content=""#, "\"");
    for part in [between(&page, "<style>", "</style>"), between(&page, "<script>", "</script>")] {
        let digest = BASE64_STANDARD.encode(Sha256::digest(part));
        assert!(policy.contains(&format!("'sha256-{digest}'")), "{policy}");
    }
    assert!(policy.starts_with("default-src 'none'; "), "{policy}");
}

#[test]
fn no_element_asks_for_anything_or_handles_an_event_by_itself() {
    let page = render(&survey(1));
    let markup = page.split("<style>").next().unwrap().to_owned()
        + between(&page, "</style>", r#"<script type="application/json""#);
    for part in ["http://", "https://", "<iframe", "<img", "@import"] {
        let found = markup.replace("http://www.w3.org/2000/svg", "").contains(part);
        assert!(!found, "the markup has `{part}`");
    }
    let handles = [" onclick=", " onload=", " onerror=", " style=", "javascript:"];
    assert!(handles.iter().all(|part| !markup.contains(part)));
}

#[test]
fn no_text_ends_the_element_that_it_stands_in() {
    let hostile = "</script><!--<script>\u{2028}&amp;";
    let safe = inert(&hostile);
    assert!(!safe.contains(['<', '>', '&', '\u{2028}']), "{safe}");
    assert_eq!(serde_json::from_str::<String>(&safe).unwrap(), hostile);
    let page = render(&survey(12));
    assert_eq!(page.matches("</script>").count(), 2, "one for the data, one for the script");
    assert!(data(&page).to_string().contains("<img src=x onerror=alert(1)>"));
}

#[test]
fn ten_thousand_terminals_are_a_few_megabytes() {
    let page = render(&survey(10_000));
    let columns = &data(&page)["environments"][0]["seen"]["terminals"];
    assert_eq!(columns["name"].as_array().unwrap().len(), 10_000);
    assert!(page.len() < 3 * 1024 * 1024, "{} bytes", page.len());
}

#[test]
fn two_thousand_stacks_that_change_are_a_few_megabytes() {
    let page = render(&many_stacks(2000));
    let units = &data(&page)["environments"][0]["seen"]["units"];
    assert_eq!(units.as_array().unwrap().len(), 2000);
    assert!(page.len() < 3 * 1024 * 1024, "{} bytes", page.len());
}

#[test]
fn every_file_of_the_page_is_in_it() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/views/html/page");
    let page = render(&survey(0));
    for file in std::fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        let last = text.lines().last().unwrap();
        assert!(page.contains(last), "{} is left out", path.display());
    }
}
