//! Measures `reconcile` beside its peers: time, calls, memory, against the same emulator in the same run.
//!
//! Owns the order of things. What a tool is stands in [`tools`], what is measured in [`scenarios`], what is demanded in
//! [`targets`]. What is exact is asserted in the tests, too; nothing is asserted about time on the wall.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "the table is the result")]

mod arguments;
mod chart;
mod emulator;
mod fleet;
mod process;
mod proxy;
mod quotas;
mod readme;
mod report;
mod scenarios;
mod targets;
mod tools;
mod units;

use std::env;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use arguments::Arguments;
use fleet::Units;
use jiff::Zoned;
use reconcile_tests::repository::root;
use report::{Report, Row};
use scenarios::{Bench, files, programs, stacks, terminals, virtual_time};
use tools::Workshop;

fn main() -> Result<(), Box<dyn Error>> {
    let given: Vec<_> = env::args().skip(1).collect();
    match given.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        // What is done in a process of its own, so that this one stays small.
        ["lay-out", folder, what, count] => {
            let (folder, count) = (Path::new(folder), count.parse()?);
            match what {
                "stacks" => fleet::lay_out(folder, Units::Stacks(count)),
                "plain" => fleet::lay_out(folder, Units::Plain(count)),
                _ => fleet::lay_out(folder, Units::Terminals(count)),
            }
        }
        [process::BETWEEN, program, ref arguments @ ..] => {
            process::stand_between(program, arguments)
        }
        ["experiment", letter, count] => {
            println!("{}", virtual_time::experiment(letter, count.parse()?)?);
            Ok(())
        }
        _ => bench(&Arguments::read(&given)?, &given),
    }
}

fn bench(arguments: &Arguments, given: &[String]) -> Result<(), Box<dyn Error>> {
    let root = root();
    let folder = root.join("target/bench");
    fs::create_dir_all(&folder)?;
    let report = match &arguments.report {
        Some(file) => Report::read(file)?,
        None => measure(arguments, given, (&root, &folder))?,
    };
    println!("{}", report.table());
    if arguments.report.is_none() {
        fs::write(folder.join("report.json"), report.json())?;
    }
    fs::write(folder.join("chart.svg"), chart::draw(&report.rows))?;
    if arguments.write_readme {
        readme::write(&root, &report)?;
    }
    Ok(())
}

fn measure(
    arguments: &Arguments,
    given: &[String],
    (root, folder): (&Path, &Path),
) -> Result<Report, Box<dyn Error>> {
    let workshop = Workshop {
        folder: folder.to_owned(),
        root: root.to_owned(),
        terraform_plugins: arguments.terraform_plugins.clone(),
    };
    fs::create_dir_all(workshop.home())?;
    let program = match &arguments.program {
        Some(program) => program.canonicalize()?,
        None => build(root)?,
    };
    told("installing the peers");
    let tools = tools::all(&workshop, &program);
    let python = workshop.folder.join("sceptre/bin/python");
    let bench = Bench { program, tools, python, quick: arguments.quick };
    let mut rows = rows(&bench, arguments);
    report::compare(&mut rows);
    let targets = targets::judge(&rows);
    let command =
        ["cargo run --release --bin bench --".to_owned()].into_iter().chain(given.iter().cloned());
    let command = command.collect::<Vec<_>>().join(" ");
    let date = Zoned::now().strftime("%F").to_string();
    Ok(Report { date, machine: machine()?, command, rows, targets })
}

/// Measures something, and tells of each row as it comes.
type Scenario = fn(&Bench, &mut dyn FnMut(Row));

fn rows(bench: &Bench, arguments: &Arguments) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    let mut keep = |row: Row| {
        let (cells, Row { scenario, task, tool, note, .. }) = (row.cells(), &row);
        told(&format!("({scenario}) {task}: {tool} {} {} calls {note}", cells.time, cells.calls));
        rows.push(row);
    };
    let scenarios: [(&str, Scenario); 10] = [
        ("ack", stacks::standing),
        ("b", stacks::creating),
        ("d", virtual_time::drift),
        ("e", terminals::planned),
        ("f", virtual_time::enrolling),
        ("g", virtual_time::graph),
        ("h", files::validated),
        ("i", files::compared),
        ("j", programs::started),
        ("l", programs::weighed),
    ];
    for (_, measure) in scenarios.iter().filter(|(letters, _)| arguments.wants(letters)) {
        measure(bench, &mut keep);
    }
    rows.extend(programs::remembered(&rows, if bench.quick { 10 } else { 100 }));
    rows.sort_by(|one, other| {
        (one.scenario, one.count, &one.task).cmp(&(other.scenario, other.count, &other.task))
    });
    rows
}

/// The program as it is shipped.
fn build(root: &Path) -> Result<PathBuf, Box<dyn Error>> {
    told("building `reconcile` as it is shipped; the first time it takes minutes");
    let begun = Instant::now();
    let mut cargo = process::inheriting("cargo");
    cargo.current_dir(root).args(["build", "--locked", "--release", "--bin", "reconcile"]);
    process::run(cargo)?;
    told(&format!("built in {} s", begun.elapsed().as_secs()));
    let target = env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
    Ok(target.join("release").join("reconcile"))
}

fn machine() -> Result<String, Box<dyn Error>> {
    let (processors, architecture) = (std::thread::available_parallelism()?, env::consts::ARCH);
    Ok(format!("{processors} processors ({architecture}, {})", env::consts::OS))
}

fn told(what: &str) {
    eprintln!("{} {what}", Zoned::now().strftime("%T"));
}
