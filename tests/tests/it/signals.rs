//! Ctrl-C, as a terminal sends it to the program: the first finishes what is in flight, the second stops.

use std::io::{BufRead as _, BufReader, Lines};
use std::process::{Child, ChildStderr, Command, Stdio};
use std::time::{Duration, Instant};

use reconcile_tests::binary::reconcile;
use reconcile_tests::repository::foundation;
use tempfile::TempDir;

/// A program that applies the foundation, a unit at a time.
struct Running {
    folder: TempDir,
    child: Child,
    talk: Lines<BufReader<ChildStderr>>,
}

impl Running {
    /// Each execution of a change set takes this long.
    fn begin(slow: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let repository = foundation().append("desired/environments/test.yaml", "default: true\n");
        repository.write_to(folder.path());
        let rules = format!(
            "rules: [{{ operation: \"cloudformation:ExecuteChangeSet\", fault: {{ slow: {slow} }} }}]\n"
        );
        std::fs::write(folder.path().join("slow.yaml"), rules).expect("it is written");
        let line = "apply --parallelism 1 --sandbox-faults slow.yaml";
        let mut child = program(&folder, line).stderr(Stdio::piped()).spawn().expect("it runs");
        let talk = BufReader::new(child.stderr.take().expect("it talks")).lines();
        Self { folder, child, talk }
    }

    /// Reads along until something is said.
    #[track_caller]
    fn hear(&mut self, words: &str) {
        let said = self.talk.by_ref().map_while(Result::ok).find(|line| line.contains(words));
        assert!(said.is_some(), "it never says `{words}`");
    }

    fn interrupt(&self, signal: &str) {
        let sent = Command::new("kill").args([signal, &self.child.id().to_string()]).status();
        assert!(sent.expect("kill runs").success());
    }

    /// How it ends: its code, what is on stdout, and its folder.
    fn end(mut self) -> (Option<i32>, String, TempDir) {
        // What it still says has to go somewhere.
        drop(self.talk.by_ref().last());
        let output = self.child.wait_with_output().expect("it ends");
        (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned(), self.folder)
    }
}

fn program(folder: &TempDir, line: &str) -> Command {
    let mut command = Command::new(reconcile());
    command.args(line.split(' ')).current_dir(folder.path()).stdin(Stdio::null());
    command.stdout(Stdio::piped()).stderr(Stdio::null());
    command.env_clear().envs([("CI", "true"), ("HOME", "/nonexistent")]);
    command
}

fn exit_of(folder: &TempDir, line: &str) -> Option<i32> {
    program(folder, line).status().expect("it runs").code()
}

#[test]
fn the_first_finishes_what_is_in_flight_and_begins_nothing_more() {
    for (signal, code) in [("-INT", 130), ("-TERM", 143)] {
        let mut running = Running::begin("1s");
        running.hear("executing");
        running.interrupt(signal);
        running.hear("Stopping: what is in flight is finished");
        let (ended, result, folder) = running.end();
        assert_eq!(ended, Some(code), "{result}");
        assert_eq!(result.matches("✓ created").count(), 1, "{result}");
        assert_eq!(result.matches("skipped").count(), 3, "{result}");
        // It gave its lease back, and the next run goes on at once.
        assert_eq!(exit_of(&folder, "apply --lease-wait 0"), Some(0));
        assert_eq!(exit_of(&folder, "plan --detailed-exitcode"), Some(0));
    }
}

#[test]
fn the_second_stops_at_once_and_leaves_the_rest_to_the_next_run() {
    let mut running = Running::begin("10m");
    running.hear("executing");
    running.interrupt("-INT");
    running.hear("Stopping");
    let since = Instant::now();
    running.interrupt("-INT");
    let (ended, result, folder) = running.end();
    assert_eq!((ended, result.as_str()), (Some(130), ""));
    assert!(since.elapsed() < Duration::from_secs(20), "{:?}", since.elapsed());
    // Its lease runs out by itself; until then, nobody else goes on.
    assert_eq!(exit_of(&folder, "apply --lease-wait 0"), Some(4));
    let status = program(&folder, "status").output().expect("it runs");
    let status = String::from_utf8_lossy(&status.stdout).into_owned();
    assert!(status.contains("0 of 4 units"), "{status}");
}
