//! The controls that rules serve, out of what each rule says that it keeps.
//!
//! A rule says so in one line: sections of documents, then controls, as in `Backup design 6.1; OWASP A09, SOC 2 CC7.2`.

use std::collections::BTreeSet;

use reconcile_guard::RuleRecord;

/// Where controls are from.
const FRAMEWORKS: [&str; 3] = ["OWASP", "SOC 2", "Well-Architected"];

/// The controls that a rule serves, each with its framework.
pub(super) fn of(rule: &RuleRecord) -> BTreeSet<String> {
    rule.keeps.split(';').flat_map(in_part).collect()
}

/// The controls that any of these rules serves, in order.
pub(super) fn of_all(rules: &[RuleRecord]) -> Vec<String> {
    rules.iter().flat_map(of).collect::<BTreeSet<_>>().into_iter().collect()
}

/// A framework is named once for all that follow it: `SOC 2 CC7.2, CC7.3`.
fn in_part(part: &str) -> Vec<String> {
    let mut framework = None;
    let mut controls = Vec::new();
    for word in part.split(", ").map(str::trim) {
        let named = FRAMEWORKS.into_iter().find(|name| word.starts_with(name));
        let rest = named.map_or(word, |name| word[name.len()..].trim());
        framework = named.or(framework);
        if let Some(framework) = framework.filter(|_| !rest.is_empty()) {
            controls.push(format!("{framework} {rest}"));
        }
    }
    controls
}

#[cfg(test)]
mod tests {
    use super::in_part;

    #[test]
    fn a_framework_holds_for_what_follows_it() {
        let all = |keeps: &str| keeps.split(';').flat_map(in_part).collect::<Vec<_>>();
        assert_eq!(
            all("Backup design 6.1; portfolio, layer 7; OWASP A02, A07, SOC 2 CC7.2, CC7.3"),
            ["OWASP A02", "OWASP A07", "SOC 2 CC7.2", "SOC 2 CC7.3"]
        );
        assert_eq!(
            all("Portfolio, layer 3; OWASP A01, Well-Architected, security"),
            ["OWASP A01", "Well-Architected security"]
        );
        assert_eq!(all("Backup design 7.3, 7.5"), Vec::<String>::new());
    }
}
