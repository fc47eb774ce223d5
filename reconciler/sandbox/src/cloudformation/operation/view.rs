//! The resources of a stack, as expressions in its own template see them.

use serde_json::json;

use crate::cloudformation::stack::Stack;
use crate::cloudformation::template::{Known, Resources};
use crate::resources;
use crate::world::World;

/// The deployed resources of one stack.
pub(crate) struct Deployed<'a> {
    pub(crate) world: &'a World,
    pub(crate) stack: &'a Stack,
}

impl Resources for Deployed<'_> {
    fn reference(&self, logical_id: &str) -> Known {
        match self.stack.resources.get(logical_id) {
            Some(resource) => Known::Value(json!(resource.physical_id)),
            None => Known::Missing,
        }
    }

    fn attribute(&self, logical_id: &str, attribute: &str) -> Known {
        let resource = self.stack.resources.get(logical_id);
        let live = resource.and_then(|resource| self.world.live(resource));
        match live.and_then(|live| resources::attribute(live, attribute)) {
            Some(value) => Known::Value(value),
            None => Known::Missing,
        }
    }
}
