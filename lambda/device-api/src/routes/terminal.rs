//! What a terminal can learn about itself.

use gateway::Reply;
use serde_json::json;

use crate::refusal::Refusal;
use crate::service::Asked;
use crate::storage::Storage;

impl<S: Storage> Asked<'_, S> {
    /// The newest certificate that was issued for it, which it renews itself with.
    pub(super) fn read_certificate(&self) -> Result<Reply, Refusal> {
        let certificate = self.registration.certificate.as_ref().ok_or(Refusal::NoCertificate)?;
        let body = json!({ "certificate": certificate.pem, "chain": certificate.chain });
        Ok(Reply::json(200, &body))
    }

    pub(super) fn describe_terminal(&self) -> Reply {
        let (presented, settings) = (&self.presented, self.settings);
        let body = json!({
            "terminal": presented.terminal,
            "clinic": self.registration.clinic,
            "certificate": {
                "serial": presented.serial,
                "notBefore": presented.not_before,
                "notAfter": presented.not_after,
            },
            "limits": {
                "objectBytes": settings.max_object,
                "partLimitBytes": settings.part_limit,
                "partBytes": settings.part_size,
                "urlSeconds": settings.url_lifetime.as_secs(),
            },
        });
        Reply::json(200, &body)
    }
}
