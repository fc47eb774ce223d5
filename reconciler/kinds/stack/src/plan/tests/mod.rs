//! Stories of planning: a stack is deployed as declared, one thing changes, and this is what is decided.

mod agreement;
mod consent;
mod drift;
mod outputs;
mod ownership;
mod parameters;
mod properties;
mod resources;
mod settings;
mod states;
mod story;
