//! Two revisions to compare: `BASE..HEAD`, `BASE...HEAD`, or one and the work tree.

use std::path::Path;

use gix::ObjectId;
use gix::revision::plumbing::Spec;
use reconcile_core::problem::Problem;

/// What is compared with what.
#[derive(Debug)]
pub(crate) struct Range {
    pub(crate) base: Side,
    pub(crate) head: Side,
}

/// One of the two.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Side {
    /// A commit, and how a person wrote it.
    Commit { id: ObjectId, written: String },
    /// The files as they are on disk.
    WorkTree,
}

impl Range {
    /// Finds the commits that were written.
    ///
    /// `A..B` is from A to B, `A...B` from where B left A, and `A` alone from A to the work tree.
    pub(crate) fn find(root: &Path, written: &str) -> Result<Self, Problem> {
        let repository = open(root)?;
        let failed = |error: &dyn std::fmt::Display| unknown(written, error);
        let names: Vec<_> = written.splitn(2, "..").collect();
        let name = |at: usize| {
            let name = names.get(at).map_or("", |name| name.trim_start_matches('.'));
            if name.is_empty() { "HEAD".to_owned() } else { name.to_owned() }
        };
        let spec = repository.rev_parse(written).map_err(|error| {
            // Of two revisions, it is told which one is not there.
            let sides = (0..names.len()).map(name);
            let missing =
                sides.into_iter().find(|side| repository.rev_parse(side.as_str()).is_err());
            missing.map_or_else(|| failed(&error), |side| failed(&format!("there is no `{side}`")))
        })?;
        let side = |id, written| Side::Commit { id, written };
        match spec.detach() {
            Spec::Include(id) => Ok(Self { base: side(id, name(0)), head: Side::WorkTree }),
            Spec::Range { from, to } => {
                Ok(Self { base: side(from, name(0)), head: side(to, name(1)) })
            }
            Spec::Merge { theirs, ours } => {
                let base = repository.merge_base(theirs, ours).map_err(|error| failed(&error))?;
                let base = base.ok_or_else(|| failed(&"they have no commit in common"))?.detach();
                let called = if base == theirs {
                    name(0)
                } else {
                    format!("merge base of {} and {}", name(0), name(1))
                };
                Ok(Self { base: side(base, called), head: side(ours, name(1)) })
            }
            Spec::Exclude(_) | Spec::IncludeOnlyParents(_) | Spec::ExcludeParents(_) => {
                Err(failed(&"it is not one revision, or two"))
            }
        }
    }
}

/// The repository that a folder is in.
pub(super) fn open(root: &Path) -> Result<gix::Repository, Problem> {
    gix::discover(root)
        .map_err(|error| Problem::whole(format!("failed to open the git repository: {error}")))
}

fn unknown(written: &str, error: &dyn std::fmt::Display) -> Problem {
    Problem::whole(format!("`{written}` cannot be found in git: {error}")).hint(
        "write `BASE..HEAD`, `BASE...HEAD` or `BASE`; in a shallow clone, fetch the history first",
    )
}
