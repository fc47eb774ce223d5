//! How the story is told: chapters, commands as they are typed, and claims that were checked.

use std::sync::atomic::{AtomicUsize, Ordering};

use anstyle::{AnsiColor, Style};
use reconcile_core::problem::Problem;

use crate::commands::Context;
use crate::exit::Exit;

const TITLE: Style = Style::new().bold();
const TYPED: Style = Style::new().dimmed();
const HOLDS: Style = AnsiColor::Green.on_default();

/// Tells the story on stdout.
pub(super) struct Narrator<'a> {
    context: &'a Context,
    checked: AtomicUsize,
}

impl<'a> Narrator<'a> {
    pub(super) fn new(context: &'a Context) -> Self {
        Self { context, checked: AtomicUsize::new(0) }
    }

    /// How many claims were checked.
    pub(super) fn checked(&self) -> usize {
        self.checked.load(Ordering::Relaxed)
    }

    pub(super) fn chapter(&self, title: &str) {
        self.line(&format!("{TITLE}{title}{TITLE:#}"));
    }

    /// Shows what is typed, and at which terminal; none is an operator's desk.
    pub(super) fn typed(&self, terminal: &str, command: &str) {
        self.line(&format!("  {TYPED}{terminal}$ {command}{TYPED:#}"));
    }

    /// Claims something that was found to be so, or ends the story.
    pub(super) fn claim(&self, claim: &str, holds: bool) -> Result<(), Problem> {
        if !holds {
            return Err(Problem::whole(format!("this does not hold: {claim}")));
        }
        self.checked.fetch_add(1, Ordering::Relaxed);
        self.line(&format!("  {HOLDS}✓{HOLDS:#} {claim}"));
        Ok(())
    }

    fn line(&self, line: &str) {
        // How the command ends does not depend on whether somebody reads along.
        let _: Exit = self.context.result(line, Exit::Good);
    }
}
