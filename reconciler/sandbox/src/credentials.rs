//! Who may call: the sandbox's own role, and the sessions that STS hands out.
//!
//! They make signatures verifiable and callers tellable. They protect nothing: the sandbox is the
//! caller's own, and every identity may do everything.

use aws_credential_types::Credentials;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::world::{ACCOUNT, World};

/// The access key that does not expire, and its secret.
const OWN: &str = "sandbox";

/// An identity as STS tells it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Caller {
    pub(crate) arn: String,
    pub(crate) user_id: String,
}

impl Default for Caller {
    /// Who calls with the access key that does not expire.
    fn default() -> Self {
        Self {
            arn: format!("arn:aws:sts::{ACCOUNT}:assumed-role/sandbox/reconcile"),
            user_id: "AROASANDBOXSANDBOXSAN:reconcile".to_owned(),
        }
    }
}

/// Temporary credentials: a row of [`World::sessions`] by its access key ID.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Session {
    pub(crate) secret_access_key: String,
    pub(crate) token: String,
    pub(crate) expires: Timestamp,
    pub(crate) caller: Caller,
}

/// What is known of an access key ID.
#[derive(Debug, Clone)]
pub(crate) enum Key {
    /// The sandbox's own, which does not expire.
    Own,
    /// One of STS's.
    Temporary(Session),
}

impl Key {
    pub(crate) fn find(world: &World, access_key_id: &str) -> Option<Self> {
        match world.sessions.get(access_key_id) {
            Some(session) => Some(Self::Temporary(session.clone())),
            None => (access_key_id == OWN).then_some(Self::Own),
        }
    }

    pub(crate) fn secret(&self) -> &str {
        match self {
            Self::Own => OWN,
            Self::Temporary(session) => &session.secret_access_key,
        }
    }

    pub(crate) fn caller(self) -> Caller {
        match self {
            Self::Own => Caller::default(),
            Self::Temporary(session) => session.caller,
        }
    }
}

/// The credentials that do not expire.
pub(crate) fn credentials() -> Credentials {
    Credentials::new(OWN, OWN, None, None, "sandbox")
}
