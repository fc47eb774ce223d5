//! One line a transition, with the time since the run began: what stays readable in a log.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use reconcile_core::address::Address;
use reconcile_core::verdict::Action;
use reconcile_engine::events::{Event, Listener};

use super::words::{FAINT, STRONG, clock, ended, moved, paint};
use crate::console::Console;

/// Writes each transition as a line.
pub(super) struct Lines {
    console: Arc<Console>,
    elapsed: Box<dyn Fn() -> Duration + Send + Sync>,
    seen: Mutex<Seen>,
}

#[derive(Default)]
struct Seen {
    actions: BTreeMap<Address, Action>,
    address_columns: usize,
}

impl Lines {
    /// Lines on stderr, timed from now.
    pub(super) fn new(console: Arc<Console>) -> Self {
        let start = Instant::now();
        Self::timed_by(console, move || start.elapsed())
    }

    fn timed_by(
        console: Arc<Console>,
        elapsed: impl Fn() -> Duration + Send + Sync + 'static,
    ) -> Self {
        Self { console, elapsed: Box::new(elapsed), seen: Mutex::default() }
    }

    fn say(&self, text: &str) {
        let time = paint(FAINT, &clock((self.elapsed)()));
        self.console.talk(&format!("{time}  {text}"));
    }

    fn say_of(&self, address: &Address, text: &str) {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let columns = seen.address_columns;
        drop(seen);
        let address = format!("{:<columns$}", address.to_string());
        self.say(&format!("{}  {text}", paint(STRONG, &address)));
    }

    fn action(&self, address: &Address) -> &'static str {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.actions.get(address).map_or("", |action| action.word())
    }
}

impl Listener for Lines {
    fn hear(&self, event: &Event) {
        match event {
            Event::Phase { what } => self.say(what),
            // A count that only grows would be a line each.
            Event::Progress { done: _, of: _ } | Event::Expected { estimate: _ } => {}
            Event::Waiting { what } => self.say(&format!("waiting {what}")),
            Event::ApplyStarted { units } => {
                let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
                seen.actions = units.iter().cloned().collect();
                let columns = units.iter().map(|(address, _)| address.to_string().len());
                seen.address_columns = columns.max().unwrap_or(0);
            }
            Event::UnitStarted { address, action } => {
                self.say_of(address, &format!("{action}  started"));
            }
            Event::UnitProgress { address, progress } => self.say_of(address, &moved(progress)),
            Event::UnitFinished { address, outcome, took } => {
                let ended = ended(outcome, *took);
                self.say_of(address, &format!("{}  {ended}", self.action(address)));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use reconcile_core::outcome::Outcome;
    use reconcile_core::verdict::Action;
    use reconcile_engine::events::{Event, Listener as _, Progress};

    use super::Lines;
    use crate::console::testing::captured;

    #[test]
    fn tells_each_transition_once_on_stderr() {
        let (console, out, err) = captured();
        let lines = Lines::timed_by(Arc::new(console), || Duration::from_secs(62));
        let kms = "stacks/kms".parse().unwrap();
        let trail = "stacks/cloudtrail".parse().unwrap();
        let part = Progress::Part {
            name: "Key".to_owned(),
            type_name: "AWS::KMS::Key".to_owned(),
            status: "CREATE_COMPLETE".to_owned(),
            reason: None,
        };
        for event in [
            Event::Phase { what: "reading 4 stacks in ap-northeast-1".to_owned() },
            Event::Progress { done: 2, of: 4 },
            Event::Waiting { what: "for the lease of run 01J until 12:00:30".to_owned() },
            Event::ApplyStarted { units: vec![(kms, Action::Create), (trail, Action::Update)] },
        ] {
            lines.hear(&event);
        }
        let kms: reconcile_core::address::Address = "stacks/kms".parse().unwrap();
        for event in [
            Event::UnitStarted { address: kms.clone(), action: Action::Create },
            Event::UnitProgress {
                address: kms.clone(),
                progress: Progress::Step("creating change set".to_owned()),
            },
            Event::UnitProgress { address: kms.clone(), progress: part },
            Event::UnitFinished {
                address: kms,
                outcome: Outcome::Applied,
                took: Duration::from_millis(4100),
            },
            Event::UnitFinished {
                address: "stacks/cloudtrail".parse().unwrap(),
                outcome: Outcome::Failed { why: "AccessDenied\nmore".to_owned() },
                took: Duration::from_secs(1),
            },
        ] {
            lines.hear(&event);
        }
        assert_eq!(out.text(), "");
        insta::assert_snapshot!(err.text(), @r#"
01:02  reading 4 stacks in ap-northeast-1
01:02  waiting for the lease of run 01J until 12:00:30
01:02  stacks/kms         create  started
01:02  stacks/kms         creating change set
01:02  stacks/kms         Key AWS::KMS::Key CREATE_COMPLETE
01:02  stacks/kms         create  done in 4.1s
01:02  stacks/cloudtrail  update  failed after 1.0s: AccessDenied
"#);
    }
}
