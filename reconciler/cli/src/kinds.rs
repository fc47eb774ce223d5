//! The registry of kinds: one line each.

use reconcile_engine::fleet::{AnyKind, Registered};
use reconcile_kind_artifact::ArtifactKind;
use reconcile_kind_device::DeviceKind;
use reconcile_kind_stack::StackKind;
use reconcile_kind_truststore::TruststoreKind;

/// Every kind there is, in the order in which they are looked at: where an artifact is, and by which CA a
/// terminal has its certificate, a stack publishes.
pub(crate) const KINDS: [&dyn AnyKind; 4] = [
    &Registered::<StackKind>::NEW,
    &Registered::<ArtifactKind>::NEW,
    &Registered::<TruststoreKind>::NEW,
    &Registered::<DeviceKind>::NEW,
];
