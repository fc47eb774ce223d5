//! `reconcile device suspend | resume | revoke`: one word of the terminal's file.

use clap::{Args, ValueEnum};
use reconcile_core::problem::Problem;
use reconcile_engine::load::edit::Editable;

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
    #[arg(long, value_enum)]
    pub(super) reason: Option<Reason>,
}

/// Why a certificate is revoked: those of Private CA's reasons that can concern a terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Reason {
    /// No reason is given.
    Unspecified,
    /// Somebody else may have the key: the terminal was stolen.
    KeyCompromise,
    /// The terminal went to another clinic.
    AffiliationChanged,
    /// Another terminal took its place.
    Superseded,
    /// The terminal is used no more.
    CessationOfOperation,
    /// The clinic's right to use the service ended.
    PrivilegeWithdrawn,
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
        reason: Option<Reason>,
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
                let reason = reason.unwrap_or(Reason::Unspecified).word();
                Ok(Some(edited.with("reason", &reason)?))
            }
            Self::Enrolled | Self::Suspended => Ok(Some(edited)),
        }
    }

    /// Nothing can follow a revocation but the same once more.
    fn after_revocation(self, terminal: &Terminal, reason: Option<Reason>) -> Result<(), Failure> {
        let Terminal { name, clinic, file } = terminal;
        let was = file.text("reason").unwrap_or("unspecified");
        let is_same = reason.is_none_or(|reason| reason.word() == was);
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

impl Reason {
    /// As the file says it.
    fn word(self) -> String {
        self.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned())
    }
}
