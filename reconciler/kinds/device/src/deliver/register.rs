//! Writes registrations, by compare-and-swap.

use device_registry::{Certificate, Registration, key};
use reconcile_core::digest::Digest;
use reconcile_engine::events::UnitEvents;
use reconcile_engine::kind::StepError;

use super::failed;
use crate::kind::DeviceKind;
use crate::plan::word;
use crate::report::authority_of;
use crate::state::Card;
use crate::step::Publication;

impl DeviceKind {
    pub(super) async fn publish(
        &self,
        publication: &Publication,
        tell: &UnitEvents,
    ) -> Result<(), StepError> {
        let Publication { bucket, card, certificate, over } = publication;
        tell.step(format!("registering it as {}", word(card.state)));
        let certificate = match certificate {
            Some(arn) => Some(self.published_certificate(publication, arn, tell).await?),
            None => None,
        };
        let Card { terminal, clinic, bucket: of_clinic, prefix, state, serials, certificate: _ } =
            card;
        let registration = Registration {
            terminal: terminal.clone(),
            clinic: clinic.clone(),
            bucket: of_clinic.clone(),
            prefix: prefix.clone(),
            state: *state,
            serials: serials.clone(),
            certificate,
        };
        let body = registration.to_json();
        let body = body.map_err(|error| StepError::Failed(error.to_string()))?;
        // Where somebody else was faster, the next look tells what is left to do.
        let written = self.objects.write((bucket, &key(terminal)), body, over.as_deref()).await;
        written.map(drop).map_err(failed("write the registration"))
    }

    pub(super) async fn forget(
        &self,
        (bucket, terminal): (&str, &str),
        etag: &str,
    ) -> Result<(), StepError> {
        let deleted =
            self.objects.delete((bucket, &format!("registry/{terminal}.json")), etag).await;
        deleted.map(drop).map_err(failed("take the registration away"))
    }

    /// The certificate as it stands in the registration already; otherwise the CA is asked. A terminal can so be
    /// suspended while the CA does not answer.
    async fn published_certificate(
        &self,
        publication: &Publication,
        arn: &str,
        tell: &UnitEvents,
    ) -> Result<Certificate, StepError> {
        let Publication { bucket, card, certificate: _, over } = publication;
        let is_meant = |pem: &str| card.certificate.as_ref() == Some(&Digest::of(pem));
        if over.is_some() {
            let object = self.objects.read(bucket, &key(&card.terminal)).await;
            let object = object.map_err(failed("read the registration"))?;
            let before = object.and_then(|object| Registration::from_json(&object.bytes).ok());
            if let Some(certificate) = before.and_then(|before| before.certificate)
                && is_meant(&certificate.pem)
            {
                return Ok(certificate);
            }
        }
        let given = self.given(authority_of(arn), arn, tell).await?;
        if !is_meant(&given.pem) {
            let why = format!("the CA gives another certificate for {arn} than the recorded one");
            return Err(StepError::Failed(why));
        }
        Ok(Certificate { pem: given.pem, chain: given.chain })
    }
}
