//! Each call of the life beside the policies of who makes it: resources and conditions, too.

use std::collections::BTreeSet;

use reconcile_sandbox::{ACCOUNT, LoggedCall};
use reconcile_tests::account::REGION;

use super::life::{ENVIRONMENT, PREFIX, STATE, life};
use super::needs::{self, Need};
use super::policy::{Policy, bootstrap, is_about};
use super::texts;

/// The stacks that an administrator applies, since no role changes what gives it its power.
const OF_ADMINISTRATORS: [&str; 3] = ["bootstrap", "iam", "identity-center"];

/// What is allowed though nothing in the life needed it: the statement, the end of the word, and why.
const UNLIVED: [(&str, &str, &str); 1] = [(
    "ExplainFailures",
    ":stack/clinic-sandbox-*",
    "operations that fail before any resource does",
)];

/// What a role may do: what it is given, under the pipeline's boundary.
struct Role {
    given: Policy,
    boundary: Policy,
}

impl Role {
    fn of(name: &str) -> Self {
        Self {
            given: Policy::printed(name, ENVIRONMENT),
            boundary: of_template("PipelineBoundary"),
        }
    }

    fn may(&self, need: &Need) -> bool {
        self.given.permits(need) && self.boundary.permits(need)
    }

    /// The needs of these calls that it must not have.
    fn lacks<'a>(&self, calls: impl IntoIterator<Item = &'a LoggedCall>) -> BTreeSet<Need> {
        let needs = calls.into_iter().flat_map(|call| needs::of(call, life()));
        needs.filter(|need| !self.may(need)).collect()
    }
}

fn of_template(id: &str) -> Policy {
    Policy::of_template(&bootstrap(PREFIX, STATE, (REGION, ACCOUNT)), id)
}

/// Whether a call changes what gives the pipeline its power.
fn changes_power(call: &LoggedCall) -> bool {
    let is_of = |name: &&str| {
        let (stack, resource) = (format!("{PREFIX}-{name}"), call.resource.as_deref());
        resource.is_some_and(|found| found == stack || found.contains(&format!("stack/{stack}/")))
    };
    call.write && call.service == "cloudformation" && OF_ADMINISTRATORS.iter().any(is_of)
}

#[test]
fn whoever_looks_may_do_all_that_looking_calls() {
    assert_eq!(Role::of("plan").lacks(&life().looking), BTreeSet::new());
}

#[test]
fn whoever_applies_may_do_all_that_applying_calls_but_to_its_own_power() {
    let role = Role::of("apply");
    let (power, rest): (Vec<_>, Vec<_>) = life().calls().partition(|call| changes_power(call));
    assert_eq!(role.lacks(rest), BTreeSet::new());
    assert!(power.len() > OF_ADMINISTRATORS.len());
    for call in power {
        assert!(!role.lacks([call]).is_empty(), "it may: {call}");
    }
}

#[test]
fn every_word_of_what_is_allowed_for_calls_was_needed() {
    let needs: Vec<Need> = life().calls().flat_map(|call| needs::of(call, life())).collect();
    let mut judged = 0;
    for id in ["LookPolicy", "ChangePolicy"] {
        for statement in of_template(id).statements() {
            let actions = texts(&statement["Action"]);
            if !needs.iter().any(|need| actions.contains(&need.action)) {
                // It is for what AWS reads, of which no log tells.
                continue;
            }
            judged += 1;
            for field in ["Action", "Resource"] {
                for word in texts(&statement[field]) {
                    let mut alone = statement.clone();
                    alone[field] = word.as_str().into();
                    let is_used = needs.iter().any(|need| is_about(&alone, need));
                    let is_explained = UNLIVED
                        .iter()
                        .any(|(of, end, _)| statement["Sid"] == *of && word.ends_with(end));
                    let sid = &statement["Sid"];
                    assert!(
                        is_used != is_explained,
                        "{id}: was `{word}` of {sid} needed? {is_used}"
                    );
                }
            }
        }
    }
    assert!(judged > 15, "{judged}");
}
