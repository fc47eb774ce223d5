//! The registry of kinds: one line each.

use reconcile_engine::fleet::{AnyKind, Registered};
use reconcile_kind_stack::StackKind;

/// Every kind there is.
pub(crate) const KINDS: [&dyn AnyKind; 1] = [&Registered::<StackKind>::NEW];
