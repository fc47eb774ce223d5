//! `reconcile apply`: plan, ask, make AWS match.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use reconcile_core::plan::Plan;
use reconcile_core::problem::Problem;
use reconcile_engine::apply::{self, ApplyError, Options};
use reconcile_engine::state::lease::LeaseError;
use reconcile_engine::state::store::StoreError;
use tokio::signal::unix::{SignalKind, signal};

use super::plan::{Look, depth};
use super::{Context, Failure};
use crate::args::ApplyArgs;
use crate::console::Console;
use crate::exit::Exit;
use crate::views::{Format, Shown, Subject, View};

/// The runs whose durations are expected again: a unit is rarely changed more often than in one of them.
const LEARNT_FROM: usize = 5;

/// What is shown of uncommitted files before it says "and more".
const SHOWN_FILES: usize = 5;

pub(super) async fn run(context: &Context, args: &ApplyArgs) -> Result<Exit, Failure> {
    let progress = context.progress();
    let look = Look::begin(context, depth(args.look), &progress.events()).await?;
    drop(progress);
    carry_out(context, look, args).await
}

/// Asks whoever has to be asked, and carries out what was planned.
pub(super) async fn carry_out(
    context: &Context,
    look: Look,
    args: &ApplyArgs,
) -> Result<Exit, Failure> {
    guard(&look, args)?;
    expected(look.prepared.plan.plan(), args)?;
    let has_changes = look.prepared.plan.plan().changes().next().is_some();
    let sandbox = look.world.environment.target.is_sandbox();
    if has_changes {
        propose(context, &look);
        if !args.yes && !sandbox && !agreed(context, &look)? {
            return Ok(Exit::Refused);
        }
    }
    let signals = Signals::listen(&context.console)?;
    let progress = context.progress();
    let Look { world, session, mut ledger, prepared, git } = look;
    let stopped = || signals.first().is_some();
    let options = Options {
        parallelism: args.parallelism,
        patience: args.patience(),
        // Only somebody who watches wants to know how long it will take.
        learn_from: if progress.is_live() { LEARNT_FROM } else { 0 },
        uncommitted: git.dirty.len() as u64,
        stopped: &stopped,
    };
    let events = progress.events();
    let run = apply::apply(&world, prepared, (&session, &mut ledger, &events), &options);
    let report = tokio::select! {
        report = run => report.map_err(|error| refused(&error))?,
        // The second signal: what is in flight goes on in AWS, and the next run finds it.
        signal = signals.second() => return Ok(Exit::Signal(signal)),
    };
    drop(progress);
    let exit = match signals.first() {
        Some(signal) => Exit::Signal(signal),
        None => Exit::of_apply(report.status()),
    };
    Ok(context.report(Subject::Apply, &report, exit))
}

/// To AWS, only what is committed is applied: an auditor must find what was.
fn guard(look: &Look, args: &ApplyArgs) -> Result<(), Failure> {
    let dirty = &look.git.dirty;
    if look.world.environment.target.is_sandbox() || args.allow_dirty || dirty.is_empty() {
        return Ok(());
    }
    let shown: Vec<_> = dirty.iter().take(SHOWN_FILES).map(|file| format!("`{file}`")).collect();
    let more = dirty.len().saturating_sub(SHOWN_FILES);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let message = format!("not committed: {}{more}", shown.join(", "));
    Err(Failure::Refused(
        Problem::whole(message).hint("commit them, or apply with `--allow-dirty`"),
    ))
}

/// Refuses a plan that is not the one that was reviewed, and shows what differs where it can.
fn expected(plan: &Plan, args: &ApplyArgs) -> Result<(), Failure> {
    match super::expect::deviation(plan, args.expect.as_deref())? {
        None => Ok(()),
        Some(deviation) => Err(Failure::Stale(
            Problem::whole(deviation).hint("look at the plan again: `reconcile plan`"),
        )),
    }
}

/// Shows the plan before it is carried out; stdout is for the result.
fn propose(context: &Context, look: &Look) {
    let view = View { format: Format::Text, ..context.view() };
    context.console.talk(&view.show(&Shown::Report(Subject::Proposal, &look.report())));
    context.console.talk("");
}

fn agreed(context: &Context, look: &Look) -> Result<bool, Failure> {
    let console = &context.console;
    if !console.is_interactive() {
        let problem = Problem::whole("nobody is there to ask");
        return Err(Failure::Refused(
            problem.hint(
                "apply with `--yes`, best with `--expect DIGEST` of a plan that was reviewed",
            ),
        ));
    }
    let environment = &look.world.environment.name;
    let question = format!("Apply this to `{environment}`? Only `yes` is taken as such: ");
    let answer = console.ask(&question);
    let answer = answer.map_err(|error| Problem::whole(format!("failed to ask: {error}")))?;
    if answer.as_deref() == Some("yes") {
        return Ok(true);
    }
    console.talk("Nothing was changed.");
    Ok(false)
}

fn refused(error: &ApplyError) -> Failure {
    let problem = Problem::whole(error.to_string());
    match error {
        ApplyError::Lease(LeaseError::Held { .. }) => {
            Failure::Refused(problem.hint("wait for it to end, or longer: `--lease-wait SECONDS`"))
        }
        ApplyError::Lease(LeaseError::Store(StoreError::NoBucket { .. }))
        | ApplyError::Record(StoreError::NoBucket { .. }) => {
            problem.hint("an administrator makes it: `reconcile bootstrap`").into()
        }
        ApplyError::Lease(LeaseError::Store(_)) | ApplyError::Record(_) => problem.into(),
    }
}

/// Ctrl-C and termination: the first finishes what is in flight, the second stops.
struct Signals {
    first: Arc<AtomicU8>,
    second: tokio::sync::Mutex<tokio::sync::mpsc::Receiver<u8>>,
}

impl Signals {
    fn listen(console: &Arc<Console>) -> Result<Self, Problem> {
        let failed = |error| Problem::whole(format!("failed to listen for signals: {error}"));
        let mut interrupt = signal(SignalKind::interrupt()).map_err(failed)?;
        let mut terminate = signal(SignalKind::terminate()).map_err(failed)?;
        let first = Arc::new(AtomicU8::new(0));
        let (sender, receiver) = tokio::sync::mpsc::channel(1);
        let (seen, console) = (Arc::clone(&first), Arc::clone(console));
        tokio::spawn(async move {
            loop {
                let number = tokio::select! {
                    _ = interrupt.recv() => 2,
                    _ = terminate.recv() => 15,
                };
                if seen.swap(number, Ordering::Relaxed) == 0 {
                    console
                        .talk("Stopping: what is in flight is finished. Once more stops at once.");
                } else if sender.send(number).await.is_err() {
                    break;
                }
            }
        });
        Ok(Self { first, second: tokio::sync::Mutex::new(receiver) })
    }

    fn first(&self) -> Option<u8> {
        Some(self.first.load(Ordering::Relaxed)).filter(|number| *number != 0)
    }

    async fn second(&self) -> u8 {
        match self.second.lock().await.recv().await {
            Some(number) => number,
            None => std::future::pending().await,
        }
    }
}
