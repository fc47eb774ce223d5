//! Measures the Lambda functions, beside Python ones that do the same work for the same events.
//!
//! Owns the table. It plays Lambda's Runtime API and, with the sandbox, S3; nothing is asserted about time,
//! which differs from machine to machine. What can be compared between machines are the ratios.

#![expect(clippy::print_stdout, reason = "the table is the result")]

mod clinic;
mod lambda;
mod measure;
mod peer;
mod subject;

use std::env;
use std::error::Error;

use jiff::Zoned;
use serde_json::json;

use crate::clinic::Clinic;
use crate::measure::Measured;
use crate::peer::Python;
use crate::subject::Functions;

type Failure = Box<dyn Error>;

/// A function in Rust, and what it is compared with.
struct Pair {
    name: &'static str,
    rust: Measured,
    /// Or why there is none.
    python: Result<Measured, String>,
}

fn main() -> Result<(), Failure> {
    let arguments: Vec<_> = env::args().skip(1).collect();
    let as_json = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => false,
        ["--json"] => true,
        _ => return Err("usage: bench-functions [--json]".into()),
    };
    let clinic = Clinic::open()?;
    let functions = Functions::build()?;
    let python = Python::prepare();
    let mut pairs = Vec::new();
    for (name, module, event) in
        [("health", "health", clinic.health()), ("device-api", "device_api", clinic.upload())]
    {
        let rust = measure::function(&functions.subject(name)?.with(clinic.environment()), &event)?;
        let python = python.as_ref().map_err(ToString::to_string);
        let python = python.and_then(|python| {
            let subject = python.subject(module).with(clinic.environment());
            measure::function(&subject, &event).map_err(|error| error.to_string())
        });
        pairs.push(Pair { name, rust, python });
    }
    if as_json {
        print_json(&pairs);
    } else {
        print_table(&pairs);
    }
    Ok(())
}

fn print_json(pairs: &[Pair]) {
    let functions = pairs.iter().map(|Pair { name, rust, python }| {
        let python = python.as_ref().map_or_else(|why| json!({ "missing": why }), Measured::json);
        json!({ "name": name, "rust": rust.json(), "python": python })
    });
    println!("{:#}", json!({ "functions": functions.collect::<Vec<_>>() }));
}

fn print_table(pairs: &[Pair]) {
    println!("{}\n", Zoned::now().strftime("%F %R %Z"));
    println!(
        "{:22} {:>9} {:>9} {:>10} {:>9} {:>9} {:>9}",
        "", "binary", "zip", "cold", "warm p50", "warm p99", "memory"
    );
    for Pair { name, rust, python } in pairs {
        row(name, rust);
        match python {
            Ok(python) => {
                row(&format!("{name} in Python"), python);
                let ratio = |python: f64, rust: f64| format!("{:.1}x", python / rust);
                println!(
                    "{:22} {:>9} {:>9} {:>10} {:>9} {:>9} {:>9}",
                    "",
                    "",
                    "",
                    ratio(python.cold, rust.cold),
                    ratio(python.warm_p50, rust.warm_p50),
                    ratio(python.warm_p99, rust.warm_p99),
                    ratio(python.memory.unwrap_or(f64::NAN), rust.memory.unwrap_or(f64::NAN)),
                );
            }
            Err(why) => println!("{name} in Python: {why}"),
        }
    }
}

fn row(name: &str, measured: &Measured) {
    let mib = |bytes: Option<f64>| {
        bytes.map_or_else(String::new, |bytes| format!("{:.1} MB", bytes / 1_000_000.0))
    };
    println!(
        "{name:22} {:>9} {:>9} {:>10} {:>9} {:>9} {:>9}",
        mib(measured.binary),
        mib(measured.zip),
        format!("{:.1} ms", measured.cold * 1e3),
        format!("{:.0} µs", measured.warm_p50 * 1e6),
        format!("{:.0} µs", measured.warm_p99 * 1e6),
        mib(measured.memory),
    );
}
