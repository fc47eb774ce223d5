//! A line per running unit that is drawn anew, finished units above them, and the whole below.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressState, ProgressStyle};
use reconcile_core::address::Address;
use reconcile_core::verdict::Action;
use reconcile_engine::estimate::Estimate;
use reconcile_engine::events::{Event, Listener, Progress};

use super::words::{FAINT, STRONG, clock_of, ended, moved, paint, sign};
use crate::console::Console;

/// How often the spinners turn: often enough to be seen alive, seldom enough for a slow line.
const TICK: Duration = Duration::from_millis(120);

/// Draws what runs.
pub(super) struct Live {
    console: Arc<Console>,
    shown: Mutex<Shown>,
}

/// What stands at the bottom of the terminal.
#[derive(Default)]
struct Shown {
    /// The phase of a run that is not in its units yet.
    phase: Option<Phase>,
    running: BTreeMap<Address, Running>,
    /// The last line, during an apply.
    whole: Option<ProgressBar>,
    finished: usize,
    planned: usize,
    address_columns: usize,
    /// What units took the last time, and what the whole is expected to take.
    expected: Estimate,
}

struct Phase {
    bar: ProgressBar,
    what: String,
}

struct Running {
    bar: ProgressBar,
    action: Action,
}

impl Live {
    /// Draws on the console's stderr.
    pub(super) fn new(console: Arc<Console>) -> Self {
        Self { console, shown: Mutex::default() }
    }

    /// Takes away everything that is drawn anew; what was written above stays.
    pub(super) fn clear(&self) {
        let mut shown = self.shown();
        let Shown { phase, running, whole, finished, planned: _, address_columns: _, expected: _ } =
            std::mem::take(&mut *shown);
        let running = running.into_values().map(|running| running.bar);
        for bar in running.chain(phase.map(|phase| phase.bar)).chain(whole) {
            self.remove(&bar);
        }
        if finished > 0 {
            // What was written stands apart from the result that follows.
            self.console.talk("\n");
        }
    }

    fn shown(&self) -> MutexGuard<'_, Shown> {
        self.shown.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn remove(&self, bar: &ProgressBar) {
        bar.finish_and_clear();
        self.console.bars().remove(bar);
    }

    /// A line with a spinner and a clock, above the line of the whole.
    fn bar(&self, shown: &Shown, (message, expected): (&str, Option<Duration>)) -> ProgressBar {
        let bars = self.console.bars();
        let style = style("{spinner} {wide_msg} {clock}", expected);
        let bar = ProgressBar::new_spinner().with_style(style);
        let bar = match &shown.whole {
            Some(whole) => bars.insert_before(whole, bar),
            None => bars.add(bar),
        };
        bar.set_message(self.console.styled_for_talk(message));
        bar.enable_steady_tick(TICK);
        bar
    }

    fn phase(&self, what: &str) {
        let mut shown = self.shown();
        self.end_phase(&mut shown);
        let bar = self.bar(&shown, (what, None));
        shown.phase = Some(Phase { bar, what: what.to_owned() });
    }

    fn counted(&self, done: usize, of: usize) {
        if let Some(Phase { bar, what }) = &self.shown().phase {
            bar.set_message(self.console.styled_for_talk(&format!("{what}  {done}/{of}")));
        }
    }

    fn end_phase(&self, shown: &mut Shown) {
        if let Some(Phase { bar, what: _ }) = shown.phase.take() {
            self.remove(&bar);
        }
    }

    fn begin(&self, units: &[(Address, Action)]) {
        let mut shown = self.shown();
        self.end_phase(&mut shown);
        shown.planned = units.len();
        let columns = units.iter().map(|(address, _)| address.to_string().len());
        shown.address_columns = columns.max().unwrap_or(0);
        let whole = self.console.bars().add(ProgressBar::no_length());
        whole.set_style(style("{wide_msg} {clock}", shown.expected.whole));
        whole.enable_steady_tick(TICK);
        shown.whole = Some(whole);
        self.count(&shown);
    }

    fn start(&self, address: &Address, action: Action) {
        let mut shown = self.shown();
        // Whatever the run waited for is over when a unit's turn comes.
        self.end_phase(&mut shown);
        let expected = shown.expected.units.get(address).copied();
        let bar = self.bar(&shown, (&line(&shown, address, action.word()), expected));
        shown.running.insert(address.clone(), Running { bar, action });
        self.count(&shown);
    }

    fn progress(&self, address: &Address, progress: &Progress) {
        let shown = self.shown();
        if let Some(Running { bar, action }) = shown.running.get(address) {
            let text = format!("{} {}", paint(FAINT, action.word()), moved(progress));
            bar.set_message(self.console.styled_for_talk(&line(&shown, address, &text)));
        }
    }

    fn finish(&self, address: &Address, sign: &str, ended: &str) {
        let mut shown = self.shown();
        let running = shown.running.remove(address);
        let action = running.as_ref().map_or("", |running| running.action.word());
        let text = line(&shown, address, &format!("{action} {ended}"));
        if let Some(Running { bar, action: _ }) = running {
            self.remove(&bar);
        }
        shown.finished += 1;
        self.count(&shown);
        drop(shown);
        self.console.talk(&format!("{sign} {text}"));
    }

    /// `3/12 units · 2 running`.
    fn count(&self, shown: &Shown) {
        if let Some(whole) = &shown.whole {
            let Shown { finished, planned, running, .. } = shown;
            let text = format!("{finished}/{planned} units · {} running", running.len());
            whole.set_message(self.console.styled_for_talk(&paint(STRONG, &text)));
        }
    }
}

impl Listener for Live {
    fn hear(&self, event: &Event) {
        match event {
            Event::Phase { what } => self.phase(what),
            Event::Progress { done, of } => self.counted(*done, *of),
            Event::Waiting { what } => self.phase(&format!("waiting {what}")),
            Event::ApplyStarted { units } => self.begin(units),
            Event::Expected { estimate } => self.shown().expected = estimate.clone(),
            Event::UnitStarted { address, action } => self.start(address, *action),
            Event::UnitProgress { address, progress } => self.progress(address, progress),
            Event::UnitFinished { address, outcome, took } => {
                self.finish(address, &sign(outcome), &ended(outcome, *took));
            }
        }
    }
}

fn line(shown: &Shown, address: &Address, text: &str) -> String {
    let columns = shown.address_columns;
    let address = format!("{:<columns$}", address.to_string());
    format!("{}  {text}", paint(STRONG, &address))
}

/// A template of a line; its clock says what it may come to, where that is known.
fn style(template: &str, expected: Option<Duration>) -> ProgressStyle {
    // The templates are constants of this file; a wrong one would show a bar of indicatif's own.
    ProgressStyle::with_template(template)
        .unwrap_or_else(|_| ProgressStyle::default_spinner())
        .tick_chars("⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏ ")
        .with_key("clock", move |state: &ProgressState, out: &mut dyn std::fmt::Write| {
            // A clock that cannot be drawn is left out.
            let _ = out.write_str(&clock_of(state.elapsed(), expected));
        })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use reconcile_core::address::Address;
    use reconcile_core::outcome::Outcome;
    use reconcile_core::verdict::Action;
    use reconcile_engine::events::{Event, Listener as _, Progress};

    use super::Live;
    use crate::console::testing::captured;

    #[test]
    fn what_is_finished_stays_and_the_rest_goes() {
        let (console, out, err) = captured();
        let live = Live::new(Arc::new(console));
        let [kms, iam] = ["stacks/kms", "stacks/iam"].map(|name| name.parse::<Address>().unwrap());
        for event in [
            Event::Phase { what: "reading 2 stacks".to_owned() },
            Event::Progress { done: 1, of: 2 },
            Event::ApplyStarted {
                units: vec![(kms.clone(), Action::Create), (iam.clone(), Action::Update)],
            },
            Event::UnitStarted { address: kms.clone(), action: Action::Create },
            Event::UnitProgress {
                address: kms.clone(),
                progress: Progress::Step("creating".to_owned()),
            },
            Event::UnitFinished {
                address: kms,
                outcome: Outcome::Failed { why: "AccessDenied".to_owned() },
                took: Duration::from_millis(900),
            },
            // Skipped units end without a beginning.
            Event::UnitFinished {
                address: iam,
                outcome: Outcome::Skipped { why: "stacks/kms failed".to_owned() },
                took: Duration::ZERO,
            },
        ] {
            live.hear(&event);
        }
        live.clear();
        assert_eq!(out.text(), "");
        insta::assert_snapshot!(err.text(), @r#"
✗ stacks/kms  create failed after 0.9s: AccessDenied
· stacks/iam   skipped: stacks/kms failed
"#);
    }
}
