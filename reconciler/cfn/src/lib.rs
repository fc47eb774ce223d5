//! What CloudFormation publishes: the template language and the facts of its registry.
//!
//! The planner and the sandbox both stand on it, so that what one predicts and the other
//! does comes from the same text. It knows no AWS SDK, no file, no clock and no wire:
//! text and values go in, values come out.

pub mod intrinsics;
pub mod registry;
pub mod stateful;
pub mod template;

pub use template::{Position, Template, TemplateError};
