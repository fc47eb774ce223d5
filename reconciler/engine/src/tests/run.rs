//! Stories of an apply.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use reconcile_core::address::Address;
use reconcile_core::environment::Environment;
use reconcile_core::outcome::Outcome;
use tokio::sync::mpsc;

use super::toy::{Toys, key};
use crate::aws::session::Session;
use crate::aws::testing::session;
use crate::events::{Event, Events, Listener};
use crate::fleet::{AnyKind, Registered};
use crate::kind::Depth;
use crate::load::files::MemoryFiles;
use crate::load::load;
use crate::load::scope::Named;
use crate::plan::{Prepared, World};
use crate::run::{Finished, Pace, apply};
use crate::state::ledger::Ledger;
use crate::state::memory::MemoryStore;

/// An environment of toys, and the bucket they are in.
struct Room {
    store: Arc<MemoryStore>,
    session: Session,
    world: World,
    heard: Arc<Heard>,
}

/// Everything that was told: begun and finished units, in order.
#[derive(Debug, Default)]
struct Heard {
    lines: Mutex<Vec<String>>,
    /// Whether to stop at the first unit that begins.
    stops: AtomicBool,
    stopped: AtomicBool,
}

impl Listener for Heard {
    fn hear(&self, event: &Event) {
        let line = match event {
            Event::UnitStarted { address, .. } => {
                self.stopped.store(self.stops.load(Ordering::Relaxed), Ordering::Relaxed);
                format!("+{}", address.name())
            }
            Event::UnitFinished { address, .. } => format!("-{}", address.name()),
            Event::Phase { .. }
            | Event::Progress { .. }
            | Event::ApplyStarted { .. }
            | Event::Expected { .. }
            | Event::UnitProgress { .. }
            | Event::Waiting { .. } => return,
        };
        self.lines.lock().unwrap().push(line);
    }
}

impl Room {
    /// Toys by name, each with what its file says besides its name; some are there already.
    async fn new(toys: &[(&str, &str)], there: &[(&str, &str)]) -> Self {
        let environment = "kind: Environment\nname: test\ntarget: sandbox\nstateBucket: room\n";
        let mut files = MemoryFiles::default().with("desired/environments/test.yaml", environment);
        for (name, body) in toys {
            let text = format!("kind: Toy\nname: {name}\n{body}\n");
            files = files.with(format!("desired/toys/{name}.yaml"), text);
        }
        let store = Arc::new(MemoryStore::default());
        for (name, value) in there {
            store.put(&key(&toy(name)), value);
        }
        let session = session(&store, "alice").await;
        let kind: &dyn AnyKind = &Registered::<Toys>::NEW;
        let desired = load(&files, &[kind.info()]).unwrap();
        let environment: &Environment = desired.environment(None).unwrap();
        let named = Named::new(&files);
        let mut world = World::interpret(&desired, environment, &[kind], &named)
            .unwrap_or_else(|problems| panic!("{problems:?}"));
        let ledger = Ledger::load(&session, &["toys"]).await;
        world.observe(&session, &ledger, Depth::default(), &Events::unheard()).await;
        Self { store, session, world, heard: Arc::default() }
    }

    fn plan(&self) -> Prepared {
        self.world.plan(&self.session, &|_| true).unwrap()
    }

    /// Carries the plan out, and tells how each unit ended.
    async fn apply(&self, prepared: Prepared, parallelism: usize) -> String {
        let events = Events::to(Arc::<Heard>::clone(&self.heard));
        let stopped = || self.heard.stopped.load(Ordering::Relaxed);
        let pace = Pace { parallelism, stopped: &stopped };
        let (records, _received) = mpsc::unbounded_channel();
        let Finished { outcomes, .. } =
            apply(&self.world, prepared, (&self.session, &events), &pace, records).await;
        told(&outcomes)
    }

    fn heard(&self) -> String {
        self.heard.lines.lock().unwrap().join(" ")
    }

    async fn value(&self, name: &str) -> String {
        let stored = self.session.state.get(&key(&toy(name))).await.unwrap().unwrap();
        String::from_utf8(stored.body).unwrap()
    }
}

fn toy(name: &str) -> Address {
    Address::new("toys", name)
}

fn told(outcomes: &BTreeMap<Address, Outcome>) -> String {
    let mut told = String::new();
    for (address, outcome) in outcomes {
        let name = address.name();
        match outcome {
            Outcome::Unchanged => writeln!(told, "{name}: unchanged"),
            Outcome::Applied => writeln!(told, "{name}: applied"),
            Outcome::Refused { why, .. } => writeln!(told, "{name}: refused, {why}"),
            Outcome::Failed { why } => writeln!(told, "{name}: failed, {why}"),
            Outcome::Skipped { why } => writeln!(told, "{name}: skipped, {why}"),
        }
        .unwrap();
    }
    told
}

#[tokio::test(start_paused = true)]
async fn a_value_flows_along_the_graph() {
    let toys =
        [("c", "value: ${toys.b.value}!"), ("b", "value: ${toys.a.value}!"), ("a", "value: x")];
    let room = Room::new(&toys, &[]).await;
    insta::assert_snapshot!(room.apply(room.plan(), 4).await, @r"
    a: applied
    b: applied
    c: applied
    ");
    insta::assert_snapshot!(room.heard(), @"+a -a +b -b +c -c");
    assert_eq!(room.value("c").await, "x!!");
}

#[tokio::test(start_paused = true)]
async fn as_many_go_at_a_time_as_asked_for() {
    let toys: Vec<_> = ["a", "b", "c", "d"].map(|name| (name, "value: x")).into();
    let room = Room::new(&toys, &[]).await;
    room.apply(room.plan(), 2).await;
    let mut running = 0_i32;
    let heard = room.heard();
    let counts = heard.split(' ').map(|line| {
        running += if line.starts_with('+') { 1 } else { -1 };
        running
    });
    assert_eq!(counts.max(), Some(2), "{heard}");
    let room = Room::new(&toys, &[]).await;
    room.apply(room.plan(), 1).await;
    insta::assert_snapshot!(room.heard(), @"+a -a +b -b +c -c +d -d");
}

#[tokio::test(start_paused = true)]
async fn a_failure_holds_back_what_needs_it_and_nothing_else() {
    let toys = [
        ("a", "value: x\nfault: broken"),
        ("b", "value: ${toys.a.value}"),
        ("c", "value: ${toys.b.value}"),
        ("d", "value: y"),
        ("e", "value: z\ndependsOn: [toys/a]"),
    ];
    let room = Room::new(&toys, &[]).await;
    insta::assert_snapshot!(room.apply(room.plan(), 4).await, @r"
    a: failed, it fell apart
    b: skipped, `toys/a` did not end well
    c: skipped, `toys/b` did not end well
    d: applied
    e: skipped, `toys/a` did not end well
    ");
}

#[tokio::test(start_paused = true)]
async fn what_is_held_back_does_not_hold_back_who_reads_what_it_publishes() {
    let toys = [("a", "value: new\nfault: blocked"), ("b", "value: ${toys.a.value}!")];
    let room = Room::new(&toys, &[("a", "old")]).await;
    insta::assert_snapshot!(room.apply(room.plan(), 4).await, @r"
    a: refused, a guard says no
    b: applied
    ");
    assert_eq!(room.value("b").await, "old!");
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_read_holds_back_what_needs_it() {
    let toys = [("a", "value: x\nfault: unreadable"), ("b", "value: y\ndependsOn: [toys/a]")];
    let room = Room::new(&toys, &[]).await;
    insta::assert_snapshot!(room.apply(room.plan(), 4).await, @r"
    a: skipped, it is in the dark
    b: skipped, `toys/a` did not end well
    ");
}

#[tokio::test(start_paused = true)]
async fn after_a_stop_what_was_begun_is_finished_and_nothing_is_begun() {
    let toys = [("a", "value: x"), ("b", "value: y"), ("c", "value: z")];
    let room = Room::new(&toys, &[("c", "z")]).await;
    room.heard.stops.store(true, Ordering::Relaxed);
    insta::assert_snapshot!(room.apply(room.plan(), 1).await, @r"
    a: applied
    b: skipped, the run was stopped
    c: unchanged
    ");
}

#[tokio::test(start_paused = true)]
async fn what_reads_a_value_that_came_out_otherwise_is_planned_again() {
    let toys = [("a", "value: x\nfault: loud"), ("b", "value: y\ndependsOn: [toys/a]")];
    let room = Room::new(&toys, &[("b", "y")]).await;
    insta::assert_snapshot!(room.apply(room.plan(), 4).await, @r"
    a: applied
    b: unchanged
    ");
    insta::assert_snapshot!(room.heard(), @"+a -a +b -b");
}

#[tokio::test(start_paused = true)]
async fn a_change_that_grew_since_the_plan_is_refused() {
    let room = Room::new(&[("a", "value: x")], &[]).await;
    let prepared = room.plan();
    room.store.put(&key(&toy("a")), "somebody's");
    insta::assert_snapshot!(room.apply(prepared, 4).await, @"a: refused, AWS changed since the plan was made: `value` would now be replaced");
    assert_eq!(room.value("a").await, "somebody's");
}

#[tokio::test(start_paused = true)]
async fn what_somebody_else_did_meanwhile_is_not_done_again() {
    let room = Room::new(&[("a", "value: x")], &[]).await;
    let prepared = room.plan();
    room.store.put(&key(&toy("a")), "x");
    insta::assert_snapshot!(room.apply(prepared, 4).await, @"a: unchanged");
}

#[tokio::test(start_paused = true)]
async fn what_does_not_change_is_given_up_after_some_rounds() {
    let room = Room::new(&[("a", "value: x\nfault: stubborn")], &[]).await;
    insta::assert_snapshot!(room.apply(room.plan(), 4).await, @"a: failed, it still differs after 6 rounds of changes");
}

#[tokio::test(start_paused = true)]
async fn a_second_apply_has_nothing_to_do() {
    let toys = [("a", "value: x"), ("b", "value: ${toys.a.value}")];
    let room = Room::new(&toys, &[("a", "x"), ("b", "x")]).await;
    let before = room.store.writes();
    insta::assert_snapshot!(room.apply(room.plan(), 4).await, @r"
    a: unchanged
    b: unchanged
    ");
    assert_eq!(room.store.writes(), before);
}
