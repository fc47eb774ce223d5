//! Looks at a program before it is packed: whether it can run where it is to run.

use super::cargo::LAMBDA_GLIBC;
use crate::spec::Architecture;
use crate::step::Recipe;

/// The beginning of every ELF file.
const ELF: [u8; 4] = *b"\x7fELF";

/// Where an ELF header says which machine it is for (System V ABI, `e_machine`), in the order of bytes
/// that both of Lambda's machines have.
const MACHINE: std::ops::Range<usize> = 18..20;

/// How a program names the C library that it needs at least.
const GLIBC: &[u8] = b"GLIBC_";

/// Refuses a program that would not start.
pub(super) fn check(program: &[u8], recipe: &Recipe) -> Result<(), String> {
    let machine = match recipe.architecture {
        // Whatever this machine makes, it runs.
        Architecture::Host => return Ok(()),
        Architecture::Arm64 => 183_u16,
        Architecture::X86_64 => 62,
    };
    if !program.starts_with(&ELF) || program.get(MACHINE) != Some(&machine.to_le_bytes()[..]) {
        return Err(format!("what was built is not a Linux program for {}", recipe.architecture));
    }
    let needed = needed_glibc(program);
    if recipe.runs_on_lambda && needed.is_some_and(|needed| needed > LAMBDA_GLIBC) {
        let ((major, minor), (has_major, has_minor)) = (needed.unwrap_or_default(), LAMBDA_GLIBC);
        return Err(format!(
            "what was built needs glibc {major}.{minor}, and Lambda's `provided.al2023` has \
             {has_major}.{has_minor}: install cargo-zigbuild, which builds for an older one"
        ));
    }
    Ok(())
}

/// The newest version of the C library among those that a program names.
fn needed_glibc(program: &[u8]) -> Option<(u32, u32)> {
    let names = program.windows(GLIBC.len()).enumerate().filter(|(_, window)| *window == GLIBC);
    let versions = names.filter_map(|(at, _)| {
        let rest = program.get(at + GLIBC.len()..)?;
        let length = rest.iter().position(|byte| *byte == 0)?;
        let (major, minor) = std::str::from_utf8(rest.get(..length)?).ok()?.split_once('.')?;
        let minor = minor.split('.').next()?;
        Some((major.parse().ok()?, minor.parse().ok()?))
    });
    versions.max()
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::{check, needed_glibc};
    use crate::sources::CargoConfig;
    use crate::spec::Architecture;
    use crate::step::Recipe;

    /// The beginning of a Linux program for a machine, that names a version of the C library.
    fn program(machine: u8, glibc: &str) -> Vec<u8> {
        let mut program = b"\x7fELF".to_vec();
        program.resize(18, 0);
        program.extend([machine, 0]);
        program.extend(format!("..\0GLIBC_2.2.5\0GLIBC_{glibc}\0").bytes());
        program
    }

    fn recipe(architecture: Architecture) -> Recipe {
        Recipe {
            name: "hello".to_owned(),
            declared_in: "desired/artifacts/hello.yaml:3".to_owned(),
            krate: "hello".to_owned(),
            binary: "hello".to_owned(),
            architecture,
            runs_on_lambda: true,
            profile: "lambda".to_owned(),
            features: Vec::new(),
            config: CargoConfig::default(),
            parts: BTreeMap::new(),
            files: BTreeSet::new(),
        }
    }

    #[test]
    fn the_newest_version_counts() {
        let program = b"\x7fELF..\0GLIBC_2.9\0GLIBC_2.34\0GLIBC_2.2.5\0GLIBC_PRIVATE\0";
        assert_eq!(needed_glibc(program), Some((2, 34)));
        assert_eq!(needed_glibc(b"\x7fELF, static"), None);
    }

    #[test]
    fn what_would_not_start_on_lambda_is_refused() {
        let arm = recipe(Architecture::Arm64);
        assert_eq!(check(&program(183, "2.34"), &arm), Ok(()));
        insta::assert_snapshot!(check(&program(183, "2.38"), &arm).unwrap_err(), @"what was built needs glibc 2.38, and Lambda's `provided.al2023` has 2.34: install cargo-zigbuild, which builds for an older one");
        insta::assert_snapshot!(check(&program(62, "2.34"), &arm).unwrap_err(), @"what was built is not a Linux program for arm64");
        let sandbox = Recipe { runs_on_lambda: false, ..arm };
        assert_eq!(check(&program(183, "2.38"), &sandbox), Ok(()));
    }
}
