//! What CloudFormation refuses whatever git permits, so that it is said before anything is begun.

use reconcile_cfn::registry;
use reconcile_core::verdict::Effect;

use super::diff::Differences;
use super::evaluate::{Evaluated, EvaluatedResource};
use super::leaves::{at, same_scalar};

/// Properties that the registry calls updatable and that no update changes
/// (Template Reference, `AWS::KMS::Key` and `AWS::KMS::ReplicaKey`).
const FIXED: [(&str, &[&str]); 1] =
    [("AWS::KMS::Key", &["KeySpec", "KeyUsage", "MultiRegion", "Origin"])];

/// Something that cannot be done, and what can be done instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refused {
    /// What cannot be done.
    pub(super) why: String,
    /// What a person does instead.
    pub(super) unblock: String,
}

/// The first change that CloudFormation would refuse.
pub(super) fn refused(
    differences: &Differences,
    (old, new): (&Evaluated, &Evaluated),
) -> Option<Refused> {
    differences.resources.iter().find_map(|(id, change)| {
        let (old, new) = (old.resources.get(id)?, new.resources.get(id)?);
        another_type(id, old, new).or_else(|| fixed_property(id, old, new)).or_else(|| {
            let replaces = change.effect == Effect::Replace;
            replaces.then(|| own_name(id, old, new)).flatten()
        })
    })
}

fn another_type(id: &str, old: &EvaluatedResource, new: &EvaluatedResource) -> Option<Refused> {
    (old.type_name != new.type_name).then(|| Refused {
        why: format!(
            "`{id}` is of the type {}, and CloudFormation cannot make it {}",
            old.type_name, new.type_name
        ),
        unblock: format!("give the new resource another logical ID than `{id}`"),
    })
}

fn fixed_property(id: &str, old: &EvaluatedResource, new: &EvaluatedResource) -> Option<Refused> {
    let (_, names) = FIXED.iter().find(|(type_name, _)| *type_name == new.type_name)?;
    let property =
        |resource: &EvaluatedResource, name: &str| resource.properties.get(name).cloned();
    let name = names.iter().find(|name| property(old, name) != property(new, name))?;
    Some(Refused {
        why: format!("`{name}` of `{id}` ({}) cannot be changed once it exists", new.type_name),
        unblock: format!("put `{name}` back, and declare another resource beside `{id}`"),
    })
}

/// A replacement is made before the old one is deleted: under the same name it cannot be.
fn own_name(id: &str, old: &EvaluatedResource, new: &EvaluatedResource) -> Option<Refused> {
    let registered = registry::resource_type(&new.type_name)?;
    let names = registered.primary_identifier();
    let stays = |name: &&str| {
        let (old, new) = (at(&old.properties, name), at(&new.properties, name));
        old.zip(new).is_some_and(|(old, new)| old.is_string() && same_scalar(old, new))
    };
    let names: Vec<_> = names.iter().take_while(|name| stays(name)).copied().collect();
    if names.is_empty() || names.len() < registered.primary_identifier().len() {
        return None;
    }
    let names = names.join("` and `");
    Some(Refused {
        why: format!(
            "`{id}` ({}) would have to be replaced, and the new one cannot have the same `{names}`",
            new.type_name
        ),
        unblock: format!("change `{names}` of `{id}` too"),
    })
}
