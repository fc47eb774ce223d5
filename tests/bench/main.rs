//! Measures the built program: how long it takes, what it asks of AWS, how much memory it needs.
//!
//! Owns the measuring and the table. What is asserted about calls stands in the tests; nothing is asserted
//! about time, which differs from machine to machine.

#![expect(clippy::print_stdout, reason = "the table is the result")]

mod fleet;
mod program;

use std::env;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use fleet::Units;
use jiff::Zoned;
use program::{Program, Run};

/// What makes this program lay out a fleet instead of measuring: `lay-out FOLDER stacks|terminals COUNT`.
const LAY_OUT: &str = "lay-out";

/// The fleets that are measured.
const FLEETS: [(&str, usize); 5] = [
    ("stacks", 100),
    ("stacks", 1_000),
    ("terminals", 100),
    ("terminals", 1_000),
    ("terminals", 10_000),
];

/// Runs whose median is shown.
const STARTS: usize = 50;
const PLANS: usize = 9;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<_> = env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [LAY_OUT, folder, "stacks", count] => {
            fleet::lay_out(Path::new(folder), Units::Stacks(count.parse()?))
        }
        [LAY_OUT, folder, "terminals", count] => {
            fleet::lay_out(Path::new(folder), Units::Terminals(count.parse()?))
        }
        [] => measure(&Program::new(beside_this_one()?)),
        [program] => measure(&Program::new(PathBuf::from(program))),
        _ => Err("usage: bench [PROGRAM]".into()),
    }
}

fn measure(program: &Program) -> Result<(), Box<dyn Error>> {
    let processors = std::thread::available_parallelism()?;
    println!("{}, {processors} processors, {program}\n", Zoned::now().strftime("%F %R %Z"));
    println!("{:38} {:>10} {:>7} {:>8} {:>9}", "", "median", "calls", "writes", "memory");
    row("reconcile --version", &program.median(STARTS, Path::new("."), &["--version"])?, None);
    for (what, count) in FLEETS {
        let folder = tempfile::tempdir()?;
        laid_out(folder.path(), what, count)?;
        let plan = program.median(PLANS, folder.path(), &["plan"])?;
        let calls = program.calls(folder.path())?;
        row(&format!("plan, {count} {what}, nothing to do"), &plan, Some(calls));
    }
    Ok(())
}

fn row(what: &str, run: &Run, calls: Option<(u64, u64)>) {
    let (total, writes) = calls
        .map_or_else(Default::default, |(total, writes)| (total.to_string(), writes.to_string()));
    let (wall, memory) = (milliseconds(run.wall), run.memory / 1024 / 1024);
    println!("{what:38} {wall:>7} ms {total:>7} {writes:>8} {memory:>5} MiB");
}

fn milliseconds(wall: Duration) -> u128 {
    (wall + Duration::from_micros(500)).as_millis()
}

/// In a process of its own: a child's peak memory counts what its parent had when it was started, so
/// whoever measures has to stay small.
fn laid_out(folder: &Path, what: &str, count: usize) -> Result<(), Box<dyn Error>> {
    let me = env::current_exe()?;
    let status =
        Command::new(me).arg(LAY_OUT).arg(folder).arg(what).arg(count.to_string()).status()?;
    if status.success() { Ok(()) } else { Err(format!("failed to lay out {count} {what}").into()) }
}

fn beside_this_one() -> Result<PathBuf, Box<dyn Error>> {
    let program = env::current_exe()?.with_file_name("reconcile");
    if program.is_file() {
        Ok(program)
    } else {
        Err(format!("`{}` is not built: run `cargo build --workspace` first", program.display())
            .into())
    }
}
