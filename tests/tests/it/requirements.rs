//! The table of requirements in `infra/README.md`: no row without a check, and no check that is only a name.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use reconcile_engine::load::{Files as _, WorkTree};
use reconcile_tests::repository::root;

/// One requirement: what was asked for, where it is, what checks it.
struct Row {
    sentence: String,
    place: String,
    check: String,
}

fn files() -> WorkTree {
    WorkTree::new(root()).expect("the repository is there")
}

fn text(path: &str) -> String {
    let bytes = files().read(path).expect("it is read").unwrap_or_default();
    String::from_utf8(bytes).unwrap_or_default()
}

fn is(path: &str, extension: &str) -> bool {
    Path::new(path).extension().is_some_and(|of| of == extension)
}

/// The rows of all tables between the heading of the requirements and the one after it.
fn rows() -> Vec<Row> {
    let readme = text("infra/README.md");
    let (_, rest) = readme.split_once("\n## What was asked for").expect("there is such a heading");
    let (tables, _) = rest.split_once("\n## ").expect("another one follows");
    let cells = tables.lines().filter_map(|line| {
        let cells = line.strip_prefix("| ")?.strip_suffix(" |")?;
        cells.split(" | ").map(str::to_owned).collect::<Vec<_>>().try_into().ok()
    });
    let rows = cells.map(|[sentence, place, check]: [String; 3]| Row { sentence, place, check });
    rows.filter(|row| row.sentence != "sentence").collect()
}

/// The words of a cell that stand in `code`.
fn named(cell: &str) -> Vec<&str> {
    cell.split('`').skip(1).step_by(2).collect()
}

/// The rules, each with what the comment above it says.
fn rules() -> BTreeMap<String, String> {
    let mut rules = BTreeMap::new();
    for path in files().list("infra/rules").expect("it is listed") {
        let text = text(&path);
        let lines: Vec<_> = text.lines().collect();
        for (index, line) in lines.iter().enumerate() {
            if let Some(rest) = line.strip_prefix("rule ") {
                let name = rest.split_whitespace().next().unwrap_or_default().to_owned();
                let above = index.checked_sub(1).and_then(|above| lines.get(above));
                let comment = above.and_then(|line| line.strip_prefix("# ")).unwrap_or_default();
                rules.insert(name, comment.to_owned());
            }
        }
    }
    rules
}

/// The paths of all sources, and the names of all test functions in them.
fn tests() -> (Vec<String>, BTreeSet<String>) {
    let files = files();
    let folders = ["lambda", "reconciler", "tests"];
    let paths: Vec<_> = folders
        .into_iter()
        .flat_map(|folder| files.list(folder).expect("it is listed"))
        .filter(|path| is(path, "rs"))
        .collect();
    let mut names = BTreeSet::new();
    for path in &paths {
        let text = text(path);
        let lines: Vec<_> = text.lines().map(str::trim).collect();
        for pair in lines.windows(2) {
            let [attribute, function] = pair else { continue };
            if attribute.starts_with("#[") && attribute.contains("test") {
                let name = function.trim_start_matches("async ").strip_prefix("fn ");
                names.extend(name.and_then(|name| name.split('(').next()).map(str::to_owned));
            }
        }
    }
    (paths, names)
}

#[test]
fn every_requirement_has_a_check_that_exists() {
    let (rules, (sources, tests)) = (rules(), tests());
    let is_check = |word: &str| {
        rules.contains_key(word)
            || tests.contains(word)
            || ((is(word, "rs") || word.ends_with('/'))
                && sources.iter().any(|path| format!("/{path}").contains(&format!("/{word}"))))
    };
    let mut wrong = Vec::new();
    let rows = rows();
    for Row { sentence, place: _, check } in &rows {
        let checks = named(check);
        let refers = check.starts_with("see ");
        if (checks.is_empty() && !refers) || check.contains('–') {
            wrong.push(format!("nothing checks: {sentence}"));
        }
        let missing = checks.into_iter().filter(|word| !is_check(word));
        wrong.extend(missing.map(|word| format!("`{word}` checks nothing: {sentence}")));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(rows.len() > 60, "{} rows were found", rows.len());
}

#[test]
fn every_requirement_is_met_by_a_file_and_by_resources_that_exist() {
    let mut wrong = Vec::new();
    for Row { sentence, place, check: _ } in rows() {
        let parts: Vec<_> = place.split('`').skip(1).collect();
        for part in parts.chunks(2).filter(|part| is(part[0], "yaml")) {
            let path = part[0];
            let file = text(&format!("infra/{path}")) + &text(path);
            if file.is_empty() {
                wrong.push(format!("there is no `{path}`: {sentence}"));
            }
            let words = part.get(1).unwrap_or(&"").split(|c: char| !c.is_ascii_alphanumeric());
            let named = words.filter(|word| word.starts_with(|c: char| c.is_ascii_uppercase()));
            let missing = named.filter(|name| !file.contains(*name));
            wrong.extend(missing.map(|name| format!("`{path}` has no `{name}`: {sentence}")));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_rule_keeps_a_requirement_and_names_its_section() {
    let rows = rows();
    let mut wrong = Vec::new();
    for (rule, comment) in rules() {
        if !rows.iter().any(|row| named(&row.check).contains(&rule.as_str())) {
            wrong.push(format!("`{rule}` is in no row"));
        }
        if !comment.contains("Portfolio, ") && !comment.contains("Backup design ") {
            wrong.push(format!("`{rule}` names no section of the documents: {comment}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What the portfolio claims of frameworks is what rules say that they serve.
#[test]
fn the_portfolios_controls_are_kept() {
    const CONTROLS: [&str; 14] = [
        "OWASP A01",
        "OWASP A02",
        "OWASP A03",
        "OWASP A04",
        "OWASP A08",
        "OWASP A09",
        "CC6.1",
        "CC7.2",
        "CC7.3",
        "CC9.2",
        "Well-Architected, security",
        "Well-Architected, operational excellence",
        "Well-Architected, reliability",
        "Well-Architected, performance",
    ];
    let rules = rules();
    let is_kept = |control: &&str| rules.values().any(|comment| comment.contains(*control));
    let lost: Vec<_> = CONTROLS.iter().filter(|control| !is_kept(control)).collect();
    assert!(lost.is_empty(), "no rule serves {lost:?}");
}

/// The portfolio's API stands in Tokyo.
#[test]
fn production_is_in_tokyo() {
    let environment = text("desired/environments/production.yaml");
    assert!(environment.contains("\n    region: ap-northeast-1\n"), "{environment}");
}

/// The commands that an operator is told are commands, and every kind of trouble has its page.
#[test]
fn the_playbook_is_there_for_load_incidents_and_disasters() {
    let playbook = text("infra/playbook.md");
    let headings = [
        "First, whatever it is",
        "A terminal was lost or stolen",
        "GuardDuty or Access Analyzer has found something",
        "The public API is attacked",
        "Disaster recovery",
        "Load test",
    ];
    for heading in headings {
        let (_, rest) = playbook.split_once(&format!("\n## {heading}\n")).expect(heading);
        let page = rest.split("\n## ").next().unwrap_or_default();
        assert!(page.lines().filter(|line| !line.trim().is_empty()).count() > 2, "{heading}");
    }
}

/// CloudFormation alone: no second tool that would own the same resources.
#[test]
fn nothing_is_declared_for_another_tool() {
    let files = files();
    let others: Vec<_> = ["desired", "infra", "lambda"]
        .into_iter()
        .flat_map(|folder| files.list(folder).expect("it is listed"))
        .filter(|path| is(path, "tf") || path.ends_with("cdk.json"))
        .collect();
    assert!(others.is_empty(), "{others:?}");
}

/// A check of checkov's is only passed over in words that say why.
#[test]
fn every_check_that_is_skipped_says_why() {
    let paths = files().list("infra").expect("it is listed");
    let texts: Vec<_> =
        paths.iter().filter(|path| is(path, "yaml")).map(|path| text(path)).collect();
    let skips: Vec<_> = texts
        .iter()
        .flat_map(|text| text.lines())
        .filter(|line| line.contains("checkov:"))
        .collect();
    for skip in &skips {
        let (_, rest) = skip.split_once("# checkov:skip=").expect(skip);
        let (check, why) = rest.split_once(':').expect(skip);
        assert!(check.starts_with("CKV") && why.ends_with('.'), "{skip}");
    }
    assert!(!skips.is_empty());
}
