//! Where Signer's operations are called, by its published model.

use super::refusal;
use crate::wire::{Api, Route};

/// Signer's part of the protocol.
pub(crate) static API: Api = Api { routes: &ROUTES, failure: refusal::body };

static ROUTES: [Route; 15] = [
    Route::new("CancelSigningProfile", "DELETE", "/signing-profiles/{profileName}", 200),
    Route::new("DescribeSigningJob", "GET", "/signing-jobs/{jobId}", 200),
    Route::new("GetRevocationStatus", "GET", "/revocations", 200),
    Route::new("GetSigningPlatform", "GET", "/signing-platforms/{platformId}", 200),
    Route::new("GetSigningProfile", "GET", "/signing-profiles/{profileName}", 200),
    Route::new("ListSigningJobs", "GET", "/signing-jobs", 200),
    Route::new("ListSigningPlatforms", "GET", "/signing-platforms", 200),
    Route::new("ListSigningProfiles", "GET", "/signing-profiles", 200),
    Route::new("ListTagsForResource", "GET", "/tags/{resourceArn}", 200),
    Route::new("PutSigningProfile", "PUT", "/signing-profiles/{profileName}", 200),
    Route::new("RevokeSignature", "PUT", "/signing-jobs/{jobId}/revoke", 200),
    Route::new("RevokeSigningProfile", "PUT", "/signing-profiles/{profileName}/revoke", 200),
    Route::new("StartSigningJob", "POST", "/signing-jobs", 200),
    Route::new("TagResource", "POST", "/tags/{resourceArn}", 200),
    Route::new("UntagResource", "DELETE", "/tags/{resourceArn}", 200),
];
