//! One graph over the units of all kinds: who comes before whom.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use petgraph::algo::{tarjan_scc, toposort};
use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::visit::EdgeRef;
use reconcile_core::address::Address;
use reconcile_core::input::in_region;
use reconcile_core::problem::{Place, Problem, did_you_mean};
use reconcile_core::text::Reference;

use crate::kind::Links;

/// The units and their edges, free of cycles.
#[derive(Debug, Clone, Default)]
pub struct Graph {
    graph: DiGraph<Address, ()>,
    nodes: BTreeMap<Address, NodeIndex>,
}

impl Graph {
    /// Draws the edges: references, `dependsOn`, and names that one unit provides and another needs.
    ///
    /// Refused with a problem each: a reference to a unit or an output that does not exist, and a cycle.
    pub fn new(units: &BTreeMap<Address, Arc<Links>>) -> Result<Self, Vec<Problem>> {
        let mut graph = Self::without_edges(units.keys());
        let mut problems = Vec::new();
        let providers = providers(units);
        for (address, links) in units {
            let mut before = BTreeSet::new();
            for edge in edges(links, units, &providers) {
                match edge {
                    Ok(unit) if unit == *address => {
                        problems.push(own_reference(address, links));
                    }
                    Ok(unit) => drop(before.insert(unit)),
                    Err(problem) => problems.push(*problem),
                }
            }
            for unit in &before {
                graph.add_edge(unit, address);
            }
        }
        problems.extend(graph.cycles(units));
        if problems.is_empty() { Ok(graph) } else { Err(problems) }
    }

    /// Units of which nobody knows who comes before whom.
    pub(crate) fn without_edges<'a>(units: impl DoubleEndedIterator<Item = &'a Address>) -> Self {
        let mut graph = Self::default();
        // In reverse, since the sort below turns the order of equals round.
        for address in units.rev() {
            graph.nodes.insert(address.clone(), graph.graph.add_node(address.clone()));
        }
        graph
    }

    /// All units, dependencies first; units that do not depend on each other by name.
    pub fn order(&self) -> Vec<Address> {
        // There is no cycle, so the sort succeeds.
        let sorted = toposort(&self.graph, None).unwrap_or_default();
        sorted.into_iter().map(|node| self.graph[node].clone()).collect()
    }

    /// The units that come directly before one.
    pub fn before(&self, address: &Address) -> Vec<Address> {
        let Some(node) = self.nodes.get(address) else { return Vec::new() };
        let incoming = self.graph.edges_directed(*node, petgraph::Incoming);
        let before: BTreeSet<_> = incoming.map(|edge| self.graph[edge.source()].clone()).collect();
        before.into_iter().collect()
    }

    fn add_edge(&mut self, before: &Address, after: &Address) {
        if let (Some(before), Some(after)) = (self.nodes.get(before), self.nodes.get(after)) {
            self.graph.add_edge(*before, *after, ());
        }
    }

    fn cycles(&self, units: &BTreeMap<Address, Arc<Links>>) -> Vec<Problem> {
        let rings = tarjan_scc(&self.graph).into_iter().filter(|ring| ring.len() > 1);
        rings
            .map(|ring| {
                let path = self.ring_path(&ring);
                let first = path.first().map(String::as_str).unwrap_or_default().to_owned();
                let message = format!("cyclic reference: {} -> {first}", path.join(" -> "));
                let place = first.parse().ok().and_then(|address: Address| place(units, &address));
                Problem { place, message, hint: None }.hint(
                    "take one of these references out, or move what both need to a third unit",
                )
            })
            .collect()
    }

    /// The shortest walk through a ring from its first name back to it: each unit needs the one after it.
    fn ring_path(&self, ring: &[NodeIndex]) -> Vec<String> {
        let Some(start) = ring.iter().copied().min_by_key(|node| &self.graph[*node]) else {
            return Vec::new();
        };
        let needed = |node: NodeIndex| {
            let nodes = self.graph.neighbors_directed(node, petgraph::Incoming);
            let mut nodes: Vec<_> = nodes.filter(|next| ring.contains(next)).collect();
            nodes.sort_by_key(|next| &self.graph[*next]);
            nodes
        };
        let mut walks = VecDeque::from([vec![start]]);
        let mut seen = BTreeSet::new();
        while let Some(walk) = walks.pop_front() {
            for next in walk.last().map(|end| needed(*end)).unwrap_or_default() {
                if next == start {
                    return walk.iter().map(|node| self.graph[*node].to_string()).collect();
                }
                if seen.insert(next) {
                    walks.push_back(walk.iter().copied().chain([next]).collect());
                }
            }
        }
        Vec::new()
    }
}

type Providers = BTreeMap<(String, String), Address>;

fn providers(units: &BTreeMap<Address, Arc<Links>>) -> Providers {
    units
        .iter()
        .flat_map(|(address, links)| {
            links
                .provides
                .iter()
                .map(|name| ((links.region.clone(), name.clone()), address.clone()))
        })
        .collect()
}

fn edges<'a>(
    links: &'a Links,
    units: &'a BTreeMap<Address, Arc<Links>>,
    providers: &'a Providers,
) -> impl Iterator<Item = Result<Address, Box<Problem>>> + 'a {
    let references =
        links.references.iter().map(|(reference, at)| find_output(reference, at, links, units));
    let depends = links.depends_on.iter().map(|(address, at)| find_unit(address, at, links, units));
    // A name that nobody here provides may be published by somebody else's stack: AWS will say.
    let needs = links.needs.iter().filter_map(|name| {
        providers.get(&(links.region.clone(), name.clone())).map(|address| Ok(address.clone()))
    });
    references.chain(depends).chain(needs)
}

fn find_unit(
    address: &Address,
    at: &Place,
    links: &Links,
    units: &BTreeMap<Address, Arc<Links>>,
) -> Result<Address, Box<Problem>> {
    in_region(address, &links.region, |candidate| units.contains_key(candidate)).ok_or_else(|| {
        let names: Vec<_> = units.keys().map(ToString::to_string).collect();
        let hint = did_you_mean(&address.to_string(), names.iter().map(String::as_str));
        let message = format!("`{address}` is not declared in this environment");
        Box::new(Problem { place: Some(at.clone()), message, hint })
    })
}

fn find_output(
    reference: &Reference,
    at: &Place,
    links: &Links,
    units: &BTreeMap<Address, Arc<Links>>,
) -> Result<Address, Box<Problem>> {
    let address = find_unit(&reference.address, at, links, units)?;
    let outputs = units.get(&address).map(|links| &links.outputs);
    if outputs.is_none_or(|outputs| outputs.contains(&reference.output)) {
        return Ok(address);
    }
    let names: Vec<_> = outputs.into_iter().flatten().map(String::as_str).collect();
    let hint = did_you_mean(&reference.output, names.iter().copied()).or_else(|| {
        Some(if names.is_empty() {
            "it has no outputs".to_owned()
        } else {
            format!("it has {}", names.join(", "))
        })
    });
    let message = format!("`{address}` has no output `{}`", reference.output);
    Err(Box::new(Problem { place: Some(at.clone()), message, hint }))
}

fn own_reference(address: &Address, links: &Links) -> Problem {
    let place = links
        .references
        .iter()
        .find(|(reference, _)| reference.address.name() == address.name())
        .map_or(&links.place, |(_, place)| place);
    Problem::at(place.clone(), format!("cyclic reference: `{address}` refers to itself"))
}

fn place(units: &BTreeMap<Address, Arc<Links>>, address: &Address) -> Option<Place> {
    let links = units.get(address)?;
    Some(links.references.first().map_or(&links.place, |(_, place)| place).clone())
}
