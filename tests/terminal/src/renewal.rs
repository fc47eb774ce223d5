//! Taking a newer certificate. The terminal asks for it with the one that it has, and keeps its key.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::api::{Api, ApiError};
use crate::home::Home;
use crate::identity::{self, Facts, IdentityError};

/// Why there is no newer certificate.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RenewalError {
    #[error(transparent)]
    Api(#[from] ApiError),
    #[error(transparent)]
    Identity(#[from] IdentityError),
}

/// The newest certificate that was issued.
#[derive(Debug, Deserialize)]
struct Issued {
    certificate: String,
    chain: String,
}

/// Takes the newest certificate, if it is newer; what is told of it.
pub(crate) async fn renew(api: &Api, home: &Home) -> Result<Value, RenewalError> {
    let Issued { certificate, chain } = api.get("/v1/certificate").await?;
    let issued = Facts::of(&identity::certificates(&certificate)?)?;
    let known = identity::current(home)?;
    let is_newer = known.is_none_or(|known| known.not_after < issued.not_after);
    if is_newer {
        identity::keep(home, &format!("{}\n{chain}", certificate.trim_end()))?;
    }
    Ok(json!({ "renewed": is_newer, "serial": issued.serial }))
}
