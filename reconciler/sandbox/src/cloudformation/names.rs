//! ARNs and identifiers. They are derived, never random, so that a run can be repeated exactly.

use jiff::Timestamp;
use sha2::{Digest, Sha256};

use crate::world::ACCOUNT;

/// A UUID that is derived from `parts`.
pub(crate) fn uuid(parts: &[&str]) -> String {
    let hex = digest(parts);
    let piece = |from: usize, to: usize| hex.get(from..to).unwrap_or_default();
    format!(
        "{}-{}-{}-{}-{}",
        piece(0, 8),
        piece(8, 12),
        piece(12, 16),
        piece(16, 20),
        piece(20, 32)
    )
}

/// Capital letters and digits that are derived from `parts`, as in generated physical names.
pub(crate) fn suffix(parts: &[&str], length: usize) -> String {
    digest(parts).to_uppercase().chars().take(length).collect()
}

fn digest(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    let digest = hash.finalize();
    digest.iter().fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"))
}

/// The ID of a stack that is created now. A name used again later gets another one.
pub(crate) fn stack_id(region: &str, name: &str, now: Timestamp, generation: usize) -> String {
    let unique = uuid(&["stack", region, name, &now.to_string(), &generation.to_string()]);
    format!("{}{unique}", stack_prefix(region, name))
}

/// What the IDs of all stacks of this name begin with, those deleted included.
pub(crate) fn stack_prefix(region: &str, name: &str) -> String {
    format!("arn:aws:cloudformation:{region}:{ACCOUNT}:stack/{name}/")
}

/// What the IDs of all stacks of a region begin with.
pub(crate) fn stacks_prefix(region: &str) -> String {
    format!("arn:aws:cloudformation:{region}:{ACCOUNT}:stack/")
}

/// The ID of a change set that is created now.
pub(crate) fn change_set_id(region: &str, stack_id: &str, name: &str, now: Timestamp) -> String {
    let unique = uuid(&["change set", stack_id, name, &now.to_string()]);
    format!("arn:aws:cloudformation:{region}:{ACCOUNT}:changeSet/{name}/{unique}")
}
