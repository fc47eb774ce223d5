//! Documents in such numbers that they are shared out among the processors.

use super::toy::Toys;
use crate::fleet::{AnyKind, Registered};
use crate::load::files::MemoryFiles;
use crate::load::load;
use crate::load::scope::Named;
use crate::plan::World;

#[test]
fn whoever_reads_them_nothing_is_lost_and_the_order_stays() {
    let environment = "kind: Environment\nname: test\ntarget: sandbox\nstateBucket: room\n";
    let mut files = MemoryFiles::default().with("desired/environments/test.yaml", environment);
    for number in 0..1000 {
        let value = if number % 300 == 50 { "${env.nothing}" } else { "a" };
        let text = format!("kind: Toy\nname: t{number:04}\nvalue: \"{value}\"\n");
        files = files.with(format!("desired/toys/t{number:04}.yaml"), text);
    }
    let kind: &dyn AnyKind = &Registered::<Toys>::NEW;
    let desired = load(&files, &[kind.info()]).unwrap();
    let environment = desired.environment(None).unwrap();
    let (world, problems) =
        World::interpret_what_can_be(&desired, environment, &[kind], &Named::new(&files));
    let names: Vec<_> = world.units().map(|(address, _)| address.name().to_owned()).collect();
    assert_eq!(names, (0..1000).map(|number| format!("t{number:04}")).collect::<Vec<_>>());
    let places: Vec<_> = problems.iter().filter_map(|problem| problem.place.as_ref()).collect();
    let files: Vec<_> = places.iter().map(|place| &*place.file.path).collect();
    let wrong = [50, 350, 650, 950].map(|number| format!("desired/toys/t{number:04}.yaml"));
    assert_eq!(files, wrong);
}
