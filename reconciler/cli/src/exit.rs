//! Exit codes: what a script may rely on.

use std::process::ExitCode;

use reconcile_core::report::Status;

/// How a command ended. The numbers are part of the interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// In sync, or applied: 0.
    Good,
    /// Changes or drift: 2 (`plan` only with `--detailed-exitcode`; `drift` always).
    Changes,
    /// An error, or an incomplete look: 1.
    Error,
    /// The plan is not the one that was expected: 3.
    Stale,
    /// Refused by a guard: 4.
    Refused,
    /// Partly applied: 5.
    Partial,
    /// The command line cannot be understood: 64 (`sysexits.h`, `EX_USAGE`).
    Usage,
    /// Stopped by a signal: 128 and the signal's number.
    Signal(u8),
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Good => 0,
            Exit::Changes => 2,
            Exit::Error => 1,
            Exit::Stale => 3,
            Exit::Refused => 4,
            Exit::Partial => 5,
            Exit::Usage => 64,
            Exit::Signal(number) => 128 + number,
        })
    }
}

impl Exit {
    /// Of a plan.
    pub(crate) fn of_plan(status: Status, detailed: bool) -> Self {
        match status {
            Status::Changes | Status::Blocked if detailed => Self::Changes,
            Status::InSync | Status::Applied | Status::Changes | Status::Blocked => Self::Good,
            Status::Partial | Status::Error => Self::Error,
        }
    }

    /// Of a look for drift.
    pub(crate) fn of_drift(status: Status) -> Self {
        Self::of_plan(status, true)
    }

    /// Of an apply.
    pub(crate) fn of_apply(status: Status) -> Self {
        match status {
            Status::InSync | Status::Applied | Status::Changes => Self::Good,
            Status::Partial => Self::Partial,
            Status::Blocked => Self::Refused,
            Status::Error => Self::Error,
        }
    }
}

/// Prints what clap has to say (help and version are no errors) and ends accordingly.
pub(crate) fn of_usage(error: &clap::Error) -> ExitCode {
    let wanted = !error.use_stderr();
    // Nothing can be done about a closed pipe.
    drop(error.print());
    if wanted { ExitCode::SUCCESS } else { Exit::Usage.into() }
}
