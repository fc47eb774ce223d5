//! What git declares from step to step: small types that shrink well, and the repository that they stand for.

use std::collections::BTreeMap;

use reconcile_tests::account::REGION;
use reconcile_tests::repository::Repository;

/// How many stacks may be declared at a time.
pub(super) const SLOTS: usize = 8;

/// Where the stacks of odd slots are.
pub(super) const AWAY: &str = "us-east-1";

/// A declared stack: a log group, which holds data, and a parameter that may repeat what another stack says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a line of its file, or is not")]
pub(super) struct Stack {
    /// Changing it updates in place.
    pub(super) days: Days,
    /// Changing it replaces the log group.
    pub(super) name: u8,
    /// Changing it gives the log group another logical ID: one is made, one deleted.
    pub(super) label: u8,
    /// Whether it reads an output of the declared stack before it.
    pub(super) reads: bool,
    /// Whether it has a stack policy.
    pub(super) policy: bool,
    /// Whether it is protected from termination.
    pub(super) protected: bool,
    /// Whether drift is reverted, or only reported.
    pub(super) reverts: bool,
    /// Whether its file permits to replace and delete the log group.
    pub(super) consents: bool,
}

/// A retention that log groups can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Days {
    One,
    Thirty,
    Year,
}

/// What git declares.
#[derive(Debug, Clone, Default)]
pub(super) struct Wish {
    /// By slot.
    pub(super) stacks: BTreeMap<usize, Stack>,
    /// Whether the environment's file permits to delete the stacks that are not declared.
    pub(super) permits: bool,
}

impl Days {
    pub(super) fn count(self) -> u16 {
        match self {
            Self::One => 1,
            Self::Thirty => 30,
            Self::Year => 365,
        }
    }
}

impl Stack {
    fn logical_id(self) -> String {
        format!("Log{}", self.label)
    }

    fn log_group(self, slot: usize) -> String {
        format!("log-{slot}-{}-{}", self.label, self.name)
    }

    fn file(self, slot: usize, upstream: Option<usize>) -> String {
        let mut text = format!("region: {}\n", region(slot));
        let mut line = |line: &str| text.push_str(line);
        if let Some(upstream) = upstream {
            line(&format!("parameters: {{ Upstream: \"${{stacks.s{upstream}.Name}}\" }}\n"));
        }
        if self.policy {
            line("policy: infra/policy.json\n");
        }
        if self.protected {
            line("terminationProtection: true\n");
        }
        if self.reverts {
            line("onDrift: revert\n");
        }
        if self.consents {
            let (here, other) = (self.label, 1 - self.label);
            line(&format!("allow: {{ replace: [Log{here}], delete: [Log{other}] }}\n"));
        }
        text
    }

    fn template(self, slot: usize) -> String {
        let (logical_id, name, days) = (self.logical_id(), self.log_group(slot), self.days.count());
        format!(
            "\
Parameters:
  Upstream: {{ Type: String, Default: none }}
Resources:
  {logical_id}:
    Type: AWS::Logs::LogGroup
    Properties: {{ LogGroupName: {name}, RetentionInDays: {days} }}
  Note:
    Type: AWS::SSM::Parameter
    Properties: {{ Type: String, Name: note-{slot}, Value: !Sub 'after ${{Upstream}}' }}
Outputs:
  Name: {{ Value: !Ref {logical_id} }}
"
        )
    }
}

/// Where the stack of a slot is.
pub(super) fn region(slot: usize) -> &'static str {
    if slot.is_multiple_of(2) { REGION } else { AWAY }
}

impl Wish {
    /// The slot whose output a slot's stack reads.
    fn upstream(&self, slot: usize) -> Option<usize> {
        let reads = self.stacks.get(&slot).is_some_and(|stack| stack.reads);
        self.stacks.range(..slot).next_back().map(|(slot, _)| *slot).filter(|_| reads)
    }

    /// As files. One stack never changes: a repository that declares nothing is refused.
    pub(super) fn repository(&self) -> Repository {
        let anchor = "Resources: { Topic: { Type: AWS::SNS::Topic } }\n";
        let repository =
            Repository::new().stack("anchor", "", anchor).file("infra/policy.json", POLICY);
        let repository = self.stacks.iter().fold(repository, |repository, (&slot, stack)| {
            let file = stack.file(slot, self.upstream(slot));
            repository.stack(&format!("s{slot}"), &file, &stack.template(slot))
        });
        let gone = (0..SLOTS).filter(|slot| self.permits && !self.stacks.contains_key(slot));
        let gone: Vec<_> = gone.map(|slot| format!("stacks/s{slot}")).collect();
        let gone = gone.join(", ");
        let consent = format!("regions: [{AWAY}]\nallow: {{ delete: [{gone}] }}\n");
        repository.append("desired/environments/test.yaml", &consent)
    }

    /// Whether git permits that this log group goes.
    pub(super) fn gives_up(&self, log_group: &str) -> bool {
        let slot = log_group.split('-').nth(1).and_then(|slot| slot.parse().ok());
        let slot: usize = slot.expect("the name of a slot's log group");
        self.stacks.get(&slot).map_or(self.permits, |stack| stack.consents)
    }

    /// What is live when everything is as declared, one line each.
    pub(super) fn live(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for (&slot, &stack) in &self.stacks {
            let (region, name, days) = (region(slot), stack.log_group(slot), stack.days.count());
            lines.push(format!("{region} {name} RetentionInDays {days}"));
            let mut note = format!("{region} note-{slot} Value after ");
            match self.upstream(slot).and_then(|slot| Some((slot, self.stacks.get(&slot)?))) {
                Some((slot, stack)) => note.push_str(&stack.log_group(slot)),
                None => note.push_str("none"),
            }
            lines.push(note);
        }
        lines.sort();
        lines
    }
}

const POLICY: &str = r#"{ "Statement": [{ "Effect": "Allow", "Principal": "*", "Action": "Update:*", "Resource": "*" }] }"#;
