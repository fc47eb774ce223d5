//! Looks at a function.

use super::Sight;
use crate::kind::ArtifactKind;
use crate::spec::Function;
use crate::state::{SeenCodeSigning, State};

/// The function, or none if it does not exist or nobody knows its name yet.
pub(super) async fn see(
    kind: &ArtifactKind,
    function: &Function,
    sight: &Sight<'_>,
) -> Result<Option<State>, String> {
    let name = sight.inputs.resolve(&function.name);
    let Some(name) = name.known() else { return Ok(None) };
    let failed = |error| format!("the function `{name}` could not be read: {error}");
    let Some(mut seen) = kind.functions.function(name).await.map_err(failed)? else {
        return Ok(None);
    };
    if sight.deep && function.code_signing_config.is_some() {
        let config = kind.functions.code_signing_config(name).await.map_err(failed)?;
        seen.code_signing = config.map_or(SeenCodeSigning::None, SeenCodeSigning::Config);
    }
    Ok(Some(State::Function(Box::new(seen))))
}
