//! What two openers of one directory see of each other, and what a kill leaves.

use std::path::Path;

use super::{StateError, Store};

fn open(directory: &Path) -> Store {
    Store::open(directory).expect("the state opens")
}

fn number(store: &mut Store, name: &str) -> Option<u64> {
    store.transact(|world| world.numbers.get(name).copied()).expect("the state is read")
}

#[test]
fn changes_travel_between_openers() {
    let directory = tempfile::tempdir().expect("a directory");
    let (mut one, mut other) = (open(directory.path()), open(directory.path()));
    one.transact(|world| world.numbers.insert("a", 1)).expect("is saved");
    assert_eq!(number(&mut other, "a"), Some(1));
    other.transact(|world| world.numbers.remove("a")).expect("is saved");
    assert_eq!(number(&mut one, "a"), None);
    assert_eq!(number(&mut open(directory.path()), "a"), None);
}

#[test]
fn counting_in_two_places_never_gives_a_number_twice() {
    let directory = tempfile::tempdir().expect("a directory");
    let count = |path: &Path| {
        let mut store = open(path);
        (0..50)
            .map(|_| store.transact(|world| world.next("n")).expect("counts"))
            .collect::<Vec<_>>()
    };
    let mut numbers: Vec<u64> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(|| count(directory.path()))).collect();
        threads.into_iter().flat_map(|thread| thread.join().expect("counts")).collect()
    });
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=200).collect::<Vec<u64>>());
}

#[test]
fn work_that_does_not_end_leaves_nothing() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut store = open(directory.path());
    store.transact(|world| world.numbers.insert("kept", 1)).expect("is saved");
    let half = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        store.transact(|world| -> () {
            world.numbers.insert("lost", 1);
            panic!("killed");
        })
    }));
    assert!(half.is_err());
    let mut again = open(directory.path());
    assert_eq!((number(&mut again, "kept"), number(&mut again, "lost")), (Some(1), None));
}

#[test]
fn another_format_is_refused_with_the_way_out() {
    let directory = tempfile::tempdir().expect("a directory");
    drop(open(directory.path()));
    let file = rusqlite::Connection::open(directory.path().join("sandbox.sqlite")).expect("opens");
    file.pragma_update(None, "user_version", 99).expect("is set");
    let refusal = Store::open(directory.path()).expect_err("is refused");
    assert!(matches!(refusal, StateError::OtherFormat { found: 99, .. }), "{refusal}");
    assert!(refusal.to_string().contains("reconcile sandbox reset"), "{refusal}");
    super::reset(directory.path()).expect("is deleted");
    super::reset(directory.path()).expect("deleting nothing is fine");
    assert_eq!(number(&mut open(directory.path()), "a"), None);
}
