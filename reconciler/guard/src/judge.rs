//! Holds rules against what they are about, and exceptions against what was found. Pure.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use reconcile_core::address::Address;
use reconcile_core::problem::{Problem, did_you_mean};

use crate::evaluate::evaluate;
use crate::judgement::{
    Breach, Exception, ExceptionRecord, Judgement, Record, RuleRecord, Standing,
};
use crate::report::{FileReport, Finding};
use crate::rules::{About, Rule, Rules, Subject, User};

/// Judges everything at a day; an error is a mistake in the rules themselves.
pub fn judge(
    rules: &Rules,
    subjects: &[Subject<'_>],
    today: Date,
) -> Result<Judgement, Vec<Problem>> {
    let mut court = Court::new(rules, today);
    for about in [About::Templates, About::Declarations] {
        let files: Vec<_> =
            rules.files.iter().filter(|(of, _)| *of == about).map(|(_, file)| file).collect();
        let subjects: Vec<_> = subjects.iter().filter(|subject| subject.about == about).collect();
        let bodies: Vec<_> = subjects.iter().map(|subject| &subject.body).collect();
        for (subject, report) in subjects.iter().zip(evaluate(&files, &bodies)?) {
            court.hear(subject, &report);
        }
    }
    court.exceptions(subjects);
    Ok(court.judgement())
}

struct Court<'a> {
    rules: &'a Rules,
    today: Date,
    records: BTreeMap<String, RuleRecord>,
    breaches: Vec<Breach>,
    /// Exceptions that something was found for, by file and place in it.
    needed: BTreeSet<(String, usize)>,
    holding: Vec<ExceptionRecord>,
}

impl<'a> Court<'a> {
    fn new(rules: &'a Rules, today: Date) -> Self {
        let record = |rule: &Rule| RuleRecord {
            rule: rule.name.clone(),
            keeps: rule.keeps.clone(),
            file: rule.place.file.path.clone(),
            standing: Standing::NotApplicable,
            checked: Vec::new(),
            findings: Vec::new(),
        };
        let records = rules.iter().map(|rule| (rule.name.clone(), record(rule))).collect();
        Self {
            rules,
            today,
            records,
            breaches: Vec::new(),
            needed: BTreeSet::new(),
            holding: Vec::new(),
        }
    }

    fn hear(&mut self, subject: &Subject<'_>, report: &FileReport) {
        for rule in &report.compliant {
            self.note(rule, &subject.path, Standing::Kept);
        }
        for finding in report.findings() {
            self.find(subject, &finding);
        }
    }

    fn note(&mut self, rule: &str, path: &str, standing: Standing) {
        if let Some(record) = self.records.get_mut(rule) {
            record.standing = record.standing.max(standing);
            if !record.checked.iter().any(|checked| checked == path) {
                record.checked.push(path.to_owned());
            }
        }
    }

    fn find(&mut self, subject: &Subject<'_>, finding: &Finding) {
        let resource = resource(&finding.path);
        let without = self.without_exception(subject, &finding.rule, resource);
        let excepted = without.is_empty() && !subject.users.is_empty();
        let standing = if excepted { Standing::Excepted } else { Standing::Broken };
        self.note(&finding.rule, &subject.path, standing);
        let place = (subject.place)(&finding.path);
        let message = finding.messages.join("; ");
        if let Some(record) = self.records.get_mut(&finding.rule) {
            record.findings.push(Record {
                file: place.file.path.clone(),
                line: place.line_column().0,
                resource: resource.map(str::to_owned),
                message: message.clone(),
                excepted,
            });
        }
        if !excepted {
            let who = resource.map_or_else(String::new, |id| format!("`{id}` "));
            let message = format!("{who}breaks the rule `{}`: {message}", finding.rule);
            let problem = Problem::at(place, message);
            let problem = match self.rules.get(&finding.rule) {
                Some(rule) => problem.hint(advice(rule, subject, &without)),
                None => problem,
            };
            self.breaches.push(Breach { problem, units: without });
        }
    }

    /// The units that have no exception that holds.
    fn without_exception(
        &mut self,
        subject: &Subject<'_>,
        rule: &str,
        resource: Option<&str>,
    ) -> Vec<Address> {
        let mut without = Vec::new();
        for user in &subject.users {
            let about = |exception: &&Exception| {
                exception.rule == rule && exception.resource.as_deref() == resource
            };
            let mut holds = false;
            for exception in user.exceptions.iter().filter(about) {
                self.needed.insert(key(exception));
                holds |= exception.until >= self.today;
            }
            if !holds {
                without.push(user.address.clone());
            }
        }
        without
    }

    /// Refuses exceptions that are none any more or never were, and lists the others.
    fn exceptions(&mut self, subjects: &[Subject<'_>]) {
        let users = subjects.iter().flat_map(|subject| &subject.users);
        let users: BTreeMap<&Address, &User> = users.map(|user| (&user.address, user)).collect();
        for user in users.into_values() {
            for exception in &user.exceptions {
                match self.fault(exception) {
                    Some(problem) => {
                        self.breaches.push(Breach { problem, units: vec![user.address.clone()] });
                    }
                    None => self.holding.push(self.record(user, exception)),
                }
            }
        }
    }

    fn fault(&self, exception: &Exception) -> Option<Problem> {
        let Exception { rule, resource: _, reason: _, until, place } = exception;
        if self.rules.get(rule).is_none() {
            let names = self.rules.iter().map(|rule| rule.name.as_str());
            let hint = did_you_mean(rule, names).unwrap_or_else(|| {
                "the rules are told by `reconcile validate --output json`".to_owned()
            });
            return Some(
                Problem::at(place.clone(), format!("there is no rule `{rule}`")).hint(hint),
            );
        }
        if *until < self.today {
            let message = format!("the exception to `{rule}` ended on {until}");
            let hint =
                "put right what breaks the rule, or decide on it anew: a new end, with a reason";
            return Some(Problem::at(place.clone(), message).hint(hint));
        }
        (!self.needed.contains(&key(exception))).then(|| {
            let message = format!("nothing needs the exception to `{rule}`");
            let hint = "take it out; a rule about a resource wants its logical ID as `resource`";
            Problem::at(place.clone(), message).hint(hint)
        })
    }

    fn record(&self, user: &User, exception: &Exception) -> ExceptionRecord {
        let left = self.today.until(exception.until).map_or(0, |span| span.get_days());
        ExceptionRecord {
            unit: user.address.to_string(),
            rule: exception.rule.clone(),
            resource: exception.resource.clone(),
            reason: exception.reason.clone(),
            until: exception.until.to_string(),
            days_left: i64::from(left) + 1,
        }
    }

    fn judgement(mut self) -> Judgement {
        let rules = self.rules.iter().filter_map(|rule| self.records.remove(&rule.name)).collect();
        Judgement { breaches: self.breaches, rules, exceptions: self.holding }
    }
}

/// The resource that a path leads into.
fn resource(path: &str) -> Option<&str> {
    path.strip_prefix("/Resources/")?.split('/').next().filter(|id| !id.is_empty())
}

fn key(exception: &Exception) -> (String, usize) {
    (exception.place.file.path.clone(), exception.place.range.start)
}

/// What the rule is there for, and who would have to have an exception.
fn advice(rule: &Rule, subject: &Subject<'_>, without: &[Address]) -> String {
    let file = &rule.place.file.path;
    let keeps = if rule.keeps.is_empty() {
        format!("the rule stands in `{file}`")
    } else {
        format!("`{file}` asks for it: {}", rule.keeps)
    };
    if without.len() == subject.users.len() {
        return keeps;
    }
    let without: Vec<_> = without.iter().map(|address| format!("`{address}`")).collect();
    format!("{keeps}. Without an exception: {}", without.join(", "))
}
