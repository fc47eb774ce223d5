//! The one platform that is played: AWS Lambda's.

use serde_json::{Value, json};

use super::refusal::{invalid, not_found};
use crate::call::{Answer, Call};
use crate::error::AwsError;

/// The platform's ID.
pub(super) const LAMBDA: &str = "AWSLambda-SHA384-ECDSA";

/// The platform's name as people read it.
pub(super) const DISPLAY_NAME: &str = "AWS Lambda";

/// Refuses platforms that are not played.
pub(super) fn check(id: &str) -> Result<(), AwsError> {
    if id == LAMBDA {
        return Ok(());
    }
    Err(invalid(format!("The sandbox signs for {LAMBDA} only, and not for {id}")))
}

/// Answers `GetSigningPlatform`.
pub(super) fn get_signing_platform(call: &Call) -> Answer {
    let id = call.required("platformId")?;
    if id == LAMBDA {
        Ok(description())
    } else {
        Err(not_found(format!("Platform {id} not found")))
    }
}

/// Answers `ListSigningPlatforms`.
pub(super) fn list_signing_platforms() -> Value {
    json!({ "platforms": [description()] })
}

fn description() -> Value {
    json!({
        "platformId": LAMBDA,
        "displayName": DISPLAY_NAME,
        "target": "lambda",
        "category": "AWS",
        "maxSizeInMB": 250,
        "revocationSupported": true,
        "signingImageFormat": {
            "supportedFormats": ["JSONEmbedded"],
            "defaultFormat": "JSONEmbedded",
        },
    })
}
