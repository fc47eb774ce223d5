//! `reconcile device suspend | resume | revoke`: one word of the terminal's file.

use clap::Args;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use reconcile_core::problem::Problem;
use reconcile_engine::load::edit::Editable;
use reconcile_kind_device::spec::RawReason;

use super::super::Failure;
use super::terminals::{Terminal, Terminals};
use crate::args::Global;
use crate::views::edit::{Edit, FileChange};
use crate::workspace::Workspace;

/// Arguments of `device revoke`.
#[derive(Debug, Args)]
pub(crate) struct RevokeArgs {
    /// The terminal.
    pub(super) name: String,
    /// Why, as the list of revoked certificates says it.
    #[arg(long, value_parser = reasons())]
    pub(super) reason: Option<RawReason>,
}

/// The reasons that there are, for the argument, `--help` and shells.
fn reasons() -> impl TypedValueParser<Value = RawReason> {
    let possible = |reason: &RawReason| {
        PossibleValue::new(reason.written()).help(reason.meaning().trim_end_matches('.'))
    };
    PossibleValuesParser::new(RawReason::ALL.iter().map(possible)).try_map(|written| {
        let known = RawReason::ALL.iter().find(|reason| reason.written() == written);
        known.copied().ok_or("it is none of the reasons")
    })
}

/// What a terminal is to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Goal {
    /// It may work.
    Enrolled,
    /// It may not for now.
    Suspended,
    /// It never may again.
    Revoked {
        /// Why, if that was said.
        reason: Option<RawReason>,
    },
}

pub(super) fn run(
    workspace: &Workspace,
    global: &Global,
    name: &str,
    goal: Goal,
) -> Result<Edit, Failure> {
    let terminals = Terminals::read(workspace)?;
    let terminal = terminals.get(name)?;
    let Some(edited) = goal.put(terminal)? else {
        let summary = format!("`{}` is {} in git already.", terminal.name, goal.word());
        return Ok(Edit { summary, changes: Vec::new(), next: Vec::new() });
    };
    let path = terminal.path();
    let subject = format!("{} {}", goal.verb(), terminal.name);
    let next = vec![
        super::committing(&[path], &subject),
        super::applying(&terminal.name, global, "Nothing changes in AWS before it is applied:"),
    ];
    let change = FileChange {
        path: path.to_owned(),
        before: Some(terminal.file.stored()),
        after: edited.stored(),
    };
    let changes = vec![change];
    super::write(workspace, &changes)?;
    let summary = format!("`{}` is {} in git. {}", terminal.name, goal.word(), goal.remark());
    Ok(Edit { summary, changes, next })
}

impl Goal {
    fn word(self) -> &'static str {
        match self {
            Self::Enrolled => "enrolled",
            Self::Suspended => "suspended",
            Self::Revoked { .. } => "revoked",
        }
    }

    fn verb(self) -> &'static str {
        match self {
            Self::Enrolled => "Resume",
            Self::Suspended => "Suspend",
            Self::Revoked { .. } => "Revoke",
        }
    }

    fn remark(self) -> &'static str {
        match self {
            Self::Enrolled => "It is let in again once that is applied.",
            Self::Suspended => "It goes on as before until that is applied.",
            Self::Revoked { .. } => {
                "It goes on as before until that is applied; then its certificates are revoked, for ever."
            }
        }
    }

    /// The terminal's file with it; none if it says so already.
    fn put(self, terminal: &Terminal) -> Result<Option<Editable>, Failure> {
        let file = &terminal.file;
        let now = file.text("state").unwrap_or("enrolled");
        let reason = match self {
            Self::Revoked { reason } => reason,
            Self::Enrolled | Self::Suspended => None,
        };
        if now == "revoked" {
            return self.after_revocation(terminal, reason).map(|()| None);
        }
        if now == self.word() {
            return Ok(None);
        }
        let edited = file.with("state", self.word())?;
        match self {
            Self::Revoked { .. } => {
                let reason = reason.unwrap_or(RawReason::Unspecified);
                Ok(Some(edited.with("reason", reason.written())?))
            }
            Self::Enrolled | Self::Suspended => Ok(Some(edited)),
        }
    }

    /// Nothing can follow a revocation but the same once more.
    fn after_revocation(
        self,
        terminal: &Terminal,
        reason: Option<RawReason>,
    ) -> Result<(), Failure> {
        let Terminal { name, clinic, file } = terminal;
        let was = file.text("reason").unwrap_or_else(|| RawReason::Unspecified.written());
        let is_same = reason.is_none_or(|reason| reason.written() == was);
        let refused = |key: &str, message: String, hint: String| {
            Failure::Refused(Problem::at(file.place(key), message).hint(hint))
        };
        match self {
            Self::Revoked { .. } if is_same => Ok(()),
            Self::Revoked { .. } => Err(refused(
                "reason",
                format!("`{name}` is revoked already, as `{was}`"),
                "a revocation's reason cannot be changed afterwards".to_owned(),
            )),
            Self::Enrolled | Self::Suspended => Err(refused(
                "state",
                format!("`{name}` is revoked, which is final"),
                format!("enrol it anew, under another name: `reconcile device new {clinic} NAME`"),
            )),
        }
    }
}
