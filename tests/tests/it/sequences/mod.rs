//! Random sequences of commits, mishaps and tampering keep the promises after every step.
//!
//! A sequence follows from its seed, and so does all that happens in it. One that breaks a promise is shrunk
//! to the smallest that still does.

mod life;
mod model;
mod steps;

use std::cell::Cell;

use proptest::test_runner::{Config, RngAlgorithm, TestError, TestRng, TestRunner};
use reconcile_tests::crew::work_on;

use life::Life;
use steps::sequence;

/// How many sequences there are unless `RECONCILE_SEQUENCES` says otherwise.
const SEQUENCES: u64 = 200;

/// How often a failing sequence is made smaller: minutes at most.
const SHRINKS: u32 = 200;

#[test]
fn keep_the_promises() {
    #[expect(clippy::disallowed_methods, reason = "a test has no command line of its own")]
    let asked = std::env::var("RECONCILE_SEQUENCES");
    let count = asked.map_or(SEQUENCES, |count| count.parse().expect("a number of sequences"));
    let seeds: Vec<u64> = (1..=count).collect();
    let broken: Vec<String> = work_on(&seeds, |seed| broken(*seed)).into_iter().flatten().collect();
    println!("{count} sequences, of seeds 1 to {count}; {} break a promise", broken.len());
    assert!(broken.is_empty(), "{}", broken.join("\n\n"));
}

/// How the sequence of a seed breaks a promise, if it does.
fn broken(seed: u64) -> Option<String> {
    let config = Config {
        cases: 1,
        failure_persistence: None,
        max_shrink_iters: SHRINKS,
        ..Config::default()
    };
    let bytes: Vec<u8> = seed.to_le_bytes().into_iter().cycle().take(32).collect();
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let is_first = Cell::new(true);
    let lived = TestRunner::new_with_rng(config, rng).run(&sequence(), |steps| {
        let mut life = Life::new();
        let lived = steps.iter().try_for_each(|step| life.step(step));
        if let Err(why) = lived.as_ref()
            && is_first.replace(false)
        {
            // Told at once: shrinking takes minutes.
            println!("seed {seed} breaks a promise: {why}");
        }
        lived
    });
    match lived {
        Ok(()) => None,
        Err(TestError::Fail(why, steps)) => Some(format!("seed {seed}: {why}\n{steps:#?}")),
        Err(TestError::Abort(why)) => Some(format!("seed {seed}: {why}")),
    }
}
