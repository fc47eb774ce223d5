//! `reconcile graph`: the units, and what each depends on.

use std::fmt::Write as _;

use reconcile_core::address::Address;
use reconcile_engine::graph::Graph;

use super::{Context, Failure};
use crate::args::{GraphArgs, GraphFormat};
use crate::exit::Exit;
use crate::workspace::Workspace;

pub(super) fn run(context: &Context, args: &GraphArgs) -> Result<Exit, Failure> {
    let workspace = Workspace::find(&context.global)?;
    let world = workspace.world(context.global.environment.as_deref())?;
    let text = match args.format {
        GraphFormat::Text => text(&world.graph),
        GraphFormat::Dot => dot(&world.graph),
        GraphFormat::Mermaid => mermaid(&world.graph),
    };
    Ok(context.result(text.trim_end(), Exit::Good))
}

// Writing to a String cannot fail, hence the ignored results below.

fn text(graph: &Graph) -> String {
    let mut out = String::new();
    for address in graph.order() {
        let before: Vec<_> = graph.before(&address).iter().map(ToString::to_string).collect();
        let _ = match before.as_slice() {
            [] => writeln!(out, "{address}"),
            before => writeln!(out, "{address}  after {}", before.join(", ")),
        };
    }
    out
}

fn dot(graph: &Graph) -> String {
    let mut out = String::from("digraph reconcile {\n  rankdir = LR;\n  node [shape = box];\n");
    for address in graph.order() {
        let _ = writeln!(out, "  \"{address}\";");
        for before in graph.before(&address) {
            let _ = writeln!(out, "  \"{before}\" -> \"{address}\";");
        }
    }
    out + "}\n"
}

fn mermaid(graph: &Graph) -> String {
    let order = graph.order();
    let number =
        |address: &Address| order.iter().position(|other| other == address).unwrap_or_default();
    let mut out = String::from("graph LR\n");
    for address in &order {
        let _ = writeln!(out, "  u{}[\"{address}\"]", number(address));
        for before in graph.before(address) {
            let _ = writeln!(out, "  u{} --> u{}", number(&before), number(address));
        }
    }
    out
}
