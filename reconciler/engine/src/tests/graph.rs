//! Who comes before whom, and what is refused about it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::Arc;

use reconcile_core::address::Address;
use reconcile_core::problem::{Place, SourceFile};
use reconcile_core::text::{Reference, Text};

use crate::graph::Graph;
use crate::kind::Links;

/// Units in the making: each with a file of one line, in which its references stand.
#[derive(Default)]
struct Units(BTreeMap<Address, Arc<Links>>);

impl Units {
    /// A unit whose file says this; it publishes `Out`.
    fn with(mut self, address: &str, line: &str) -> Self {
        let address: Address = address.parse().unwrap();
        let path = format!("desired/{}/{}.yaml", address.kind(), address.name());
        let file = Arc::new(SourceFile { path, text: line.to_owned() });
        let place = |part: &str| {
            let start = line.find(part).unwrap();
            Place { file: Arc::clone(&file), range: start..start + part.len() }
        };
        let text = Text::parse(line).unwrap();
        let references =
            text.references().map(|one: &Reference| (one.clone(), place(&one.to_string())));
        let links = Links {
            place: Place { file: Arc::clone(&file), range: 0..0 },
            region: address.part().unwrap_or("ap-northeast-1").to_owned(),
            physical_name: address.name().to_owned(),
            references: references.collect(),
            depends_on: Vec::new(),
            outputs: BTreeSet::from(["Out".to_owned()]),
            provides: BTreeSet::new(),
            needs: BTreeSet::new(),
        };
        self.0.insert(address, Arc::new(links));
        self
    }

    fn link(mut self, address: &str, change: impl FnOnce(&mut Links)) -> Self {
        change(Arc::make_mut(self.0.get_mut(&address.parse().unwrap()).unwrap()));
        self
    }

    fn order(&self) -> String {
        let order = Graph::new(&self.0).unwrap().order();
        order.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
    }

    fn refused(&self) -> String {
        let mut told = String::new();
        for problem in Graph::new(&self.0).unwrap_err() {
            if let Some(Place { file, range }) = &problem.place {
                write!(told, "{} at `{}`: ", file.path, &file.text[range.clone()]).unwrap();
            }
            writeln!(told, "{}", problem.message).unwrap();
            if let Some(hint) = &problem.hint {
                writeln!(told, "  hint: {hint}").unwrap();
            }
        }
        told
    }
}

fn set(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|&name| name.to_owned()).collect()
}

#[test]
fn dependencies_come_first_and_equals_go_by_name() {
    let units = Units::default()
        .with("stacks/a", "x")
        .with("stacks/b", "${stacks.z.Out}")
        .with("stacks/c", "x")
        .with("stacks/z", "x");
    insta::assert_snapshot!(units.order(), @"stacks/a stacks/c stacks/z stacks/b");
}

#[test]
fn exports_and_imports_draw_edges_within_a_region() {
    let units = Units::default()
        .with("stacks/a", "x")
        .with("stacks/z", "x")
        .link("stacks/a", |links| links.needs = set(&["bucket", "somebody-elses"]))
        .link("stacks/z", |links| links.provides = set(&["bucket"]));
    insta::assert_snapshot!(units.order(), @"stacks/z stacks/a");
    let apart = units.link("stacks/z", |links| links.region = "us-east-1".to_owned());
    insta::assert_snapshot!(apart.order(), @"stacks/a stacks/z");
}

#[test]
fn a_name_means_the_unit_of_the_own_region() {
    let units = Units::default()
        .with("stacks/use@eu-west-1", "${stacks.log.Out}")
        .with("stacks/log@eu-west-1", "x")
        .with("stacks/log@us-east-1", "x");
    insta::assert_snapshot!(units.order(), @"stacks/log@eu-west-1 stacks/log@us-east-1 stacks/use@eu-west-1");
    let graph = Graph::new(&units.0).unwrap();
    let before = graph.before(&"stacks/use@eu-west-1".parse().unwrap());
    assert_eq!(before, ["stacks/log@eu-west-1".parse().unwrap()]);
    insta::assert_snapshot!(units.with("stacks/far", "${stacks.log.Out}").refused(), @r"
    desired/stacks/far.yaml at `${stacks.log.Out}`: `stacks/log` is not declared in this environment
      hint: did you mean `stacks/log@us-east-1`?
    ");
}

#[test]
fn a_dangling_reference_is_told_with_what_may_be_meant() {
    let units = Units::default()
        .with("stacks/kms", "x")
        .with("stacks/a", "${stacks.kmss.Out}")
        .with("stacks/b", "${stacks.kms.Ou}")
        .with("stacks/c", "${stacks.kms.Nothing}");
    insta::assert_snapshot!(units.refused(), @r"
    desired/stacks/a.yaml at `${stacks.kmss.Out}`: `stacks/kmss` is not declared in this environment
      hint: did you mean `stacks/kms`?
    desired/stacks/b.yaml at `${stacks.kms.Ou}`: `stacks/kms` has no output `Ou`
      hint: did you mean `Out`?
    desired/stacks/c.yaml at `${stacks.kms.Nothing}`: `stacks/kms` has no output `Nothing`
      hint: it has Out
    ");
}

#[test]
fn depends_on_is_checked_as_a_reference_is() {
    let units = Units::default().with("stacks/kms", "x").with("stacks/a", "stacks/kmz");
    let depending = |units: Units, on: &str| {
        let on: Address = on.parse().unwrap();
        units.link("stacks/a", |links| {
            let place = Place { range: 0..10, ..links.place.clone() };
            links.depends_on = vec![(on, place)];
        })
    };
    let units = depending(units, "stacks/kmz");
    insta::assert_snapshot!(units.refused(), @r"
    desired/stacks/a.yaml at `stacks/kmz`: `stacks/kmz` is not declared in this environment
      hint: did you mean `stacks/kms`?
    ");
    insta::assert_snapshot!(depending(units, "stacks/kms").order(), @"stacks/kms stacks/a");
}

#[test]
fn a_cycle_is_told_along_its_references() {
    let units = Units::default()
        .with("stacks/a", "${stacks.b.Out}")
        .with("stacks/b", "${stacks.c.Out}")
        .with("stacks/c", "${stacks.a.Out}")
        .with("stacks/d", "${stacks.a.Out}");
    insta::assert_snapshot!(units.refused(), @r"
    desired/stacks/a.yaml at `${stacks.b.Out}`: cyclic reference: stacks/a -> stacks/b -> stacks/c -> stacks/a
      hint: take one of these references out, or move what both need to a third unit
    ");
}

#[test]
fn a_cycle_within_a_knot_is_a_walk_that_comes_back() {
    let units = Units::default()
        .with("stacks/a", "${stacks.b.Out}")
        .with("stacks/b", "${stacks.a.Out} ${stacks.c.Out}")
        .with("stacks/c", "${stacks.b.Out}");
    insta::assert_snapshot!(units.refused(), @r"
    desired/stacks/a.yaml at `${stacks.b.Out}`: cyclic reference: stacks/a -> stacks/b -> stacks/a
      hint: take one of these references out, or move what both need to a third unit
    ");
}

#[test]
fn a_unit_cannot_need_itself() {
    insta::assert_snapshot!(Units::default().with("stacks/a", "${stacks.a.Out}").refused(), @"desired/stacks/a.yaml at `${stacks.a.Out}`: cyclic reference: `stacks/a` refers to itself");
}
