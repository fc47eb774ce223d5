//! The examples under each command's `--help`.

/// Of the program.
pub(crate) const PROGRAM: &str = "\
Examples:
  reconcile                          plan, ask, apply to the default environment
  reconcile --dry-run -e production  show what applying to production would change
  reconcile drift                    show what was changed outside git
  reconcile apply --expect 3f2a9c1d  apply the plan that was reviewed, and no other
  reconcile validate                 check every file under desired/, offline

Exit codes:
  0 in sync or applied   1 error or incomplete look   2 changes or drift   3 stale plan
  4 refused by a guard   5 partly applied             64 usage             130/143 signal";

/// Of `plan`.
pub(crate) const PLAN: &str = "\
Examples:
  reconcile plan -e production                     what applying would change
  reconcile plan --only 'stacks/clinic-*'          of some units only
  reconcile plan --detect --detailed-exitcode      with fresh drift; 2 if there is anything
  reconcile plan --output json > plan.json         for `apply --expect plan.json`
  reconcile plan --expect plan.json                3 if it is not that plan any more, and what differs
  reconcile plan --output markdown                 for a pull request's comment";

/// Of `apply`.
pub(crate) const APPLY: &str = "\
Examples:
  reconcile apply -e production                    plan, ask, apply
  reconcile apply --yes --expect plan.json         in a job: exactly the plan that was reviewed
  reconcile apply --detect                         put back what was changed outside git, too
  reconcile apply --only stacks/s3                 one unit; what it depends on must be there";

/// Of `drift`.
pub(crate) const DRIFT: &str = "\
Examples:
  reconcile drift -e production                    every resource, with its properties
  reconcile drift --only stacks/s3                 of one unit
  reconcile drift --output json                    for a job that opens an issue";

/// Of `diff`.
pub(crate) const DIFF: &str = "\
Examples:
  reconcile diff                                   what is not committed, in every environment
  reconcile diff main...HEAD                       what a branch changes
  reconcile diff v1..v2 -e production              in one environment
  reconcile diff main...HEAD --output markdown     for a pull request's comment";

/// Of `validate`.
pub(crate) const VALIDATE: &str = "\
Examples:
  reconcile validate                               every file, in every environment
  reconcile validate -e production                 in one
  reconcile validate --output json                 problems with file, line and column";

/// Of `build`.
pub(crate) const BUILD: &str = "\
Examples:
  reconcile build                                  every package of the default environment
  reconcile build device-api -e production         one, as production would have it
  reconcile build --output json                    names, digests and files, for a program";

/// Of `status`.
pub(crate) const STATUS: &str = "\
Examples:
  reconcile status -e production                   what runs, since when, from which commit
  reconcile status --branch origin/main            whether everything that was merged is applied
  reconcile status --only 'stacks/*' --output json";

/// Of `history`.
pub(crate) const HISTORY: &str = "\
Examples:
  reconcile history -e production                  the last 20 runs
  reconcile history last                           the newest, with every step
  reconcile history --only stacks/s3 --last 5      that touched a unit
  reconcile history --output json                  for a program";

/// Of `report`.
pub(crate) const REPORT: &str = "\
Examples:
  reconcile report --html report.html              one page, for a browser
  reconcile report --html site/index.html -e staging -e production
  reconcile report --evidence audit/2026-11 --detect -e production

Looking makes no write call. The page and the folder say what could not be seen; then the exit code is 1.";

/// Of `graph`.
pub(crate) const GRAPH: &str = "\
Examples:
  reconcile graph                                  a line a unit, in the order of an apply
  reconcile graph --format mermaid                 for a page on GitHub
  reconcile graph --format dot | dot -Tsvg > graph.svg";

/// Of `device`.
pub(crate) const DEVICE: &str = "\
Examples:
  reconcile device new clinic-0001 clinic-0001-pc02
  reconcile device add clinic-0001-pc02 --csr pc02.csr.pem
  reconcile device suspend clinic-0001-pc02        shut out for now: it was lost
  reconcile device resume clinic-0001-pc02         it was found
  reconcile device revoke clinic-0001-pc02 --reason key-compromise

  reconcile device list --expiring 30d             whose certificate ends within 30 days
  reconcile device export clinic-0001-pc02 --as pkcs7 --to pc02.p7b

Changes are of files only: commit them, and apply.";

/// Of `import`.
pub(crate) const IMPORT: &str = "\
Examples:
  reconcile import stack clinic-legacy -e production
  reconcile import stack Legacy --name legacy --region us-east-1
  reconcile import function clinic-health --name health
  reconcile import device clinic-0001-pc01 --clinic clinic-0001 \\
      --certificate pc01.pem --csr pc01.csr.pem

Only files are written: commit them, and apply. Files that are there are left alone without --force.";

/// Of `schema`.
pub(crate) const SCHEMA: &str = "\
Examples:
  reconcile schema stack                           of `kind: Stack`
  reconcile schema output                          of `--output json`
  reconcile schema --write                         all of them, to desired/.schemas/";

/// Of `bootstrap`.
pub(crate) const BOOTSTRAP: &str = "\
Examples:
  reconcile bootstrap -e production --dry-run      what would be made
  reconcile bootstrap -e production                as an administrator, once, and after every change of it
  reconcile bootstrap -e production --print-policy apply
                                                   what the jobs that apply may do

It applies the one stack `stacks/bootstrap`. On the first run there is no state bucket yet: it is made here, and what
the run notes is put into it afterwards.";

/// Of `completions`.
pub(crate) const COMPLETIONS: &str = "\
Examples:
  reconcile completions bash > ~/.local/share/bash-completion/completions/reconcile
  reconcile completions zsh > ~/.zfunc/_reconcile";

/// Of `man`.
pub(crate) const MAN: &str = "\
Examples:
  reconcile man ~/.local/share/man/man1            then: man reconcile-apply";

/// Of `sandbox`.
pub(crate) const SANDBOX: &str = "\
Examples:
  reconcile sandbox tamper stacks/s3 TrailBucket /VersioningConfiguration/Status Suspended
  reconcile sandbox clock advance 60d              sixty days pass
  reconcile sandbox demo                           all of it, told with one terminal
  reconcile sandbox serve                          for AWS_ENDPOINT_URL=http://127.0.0.1:4599
  reconcile sandbox reset                          an empty account again";
