//! Has the CA issue a certificate: written down, asked for, waited for, looked at, recorded.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use reconcile_engine::events::UnitEvents;
use reconcile_engine::kind::StepError;
use tokio::time::sleep;

use super::failed;
use crate::certificate::Authority;
use crate::journal::{Attempt, Outcome};
use crate::kind::DeviceKind;
use crate::port::authority::{Answer, Asked, Given};
use crate::step::{Adoption, Issuance};

/// The pause between two looks at a certificate that is being issued.
const PAUSE: Duration = Duration::from_secs(1);

/// How often it is looked at. The next run goes on where this one stopped.
const LOOKS: usize = 60;

impl DeviceKind {
    pub(super) async fn issue(
        &self,
        issuance: &Issuance,
        tell: &UnitEvents,
    ) -> Result<(), StepError> {
        self.keep_to_budget(issuance)?;
        let authority = self.authority(&issuance.authority).await?;
        let Some(attempt) = self.begin(issuance).await? else {
            // Somebody else began one: the next look tells what became of it.
            return Ok(());
        };
        let asked = Asked {
            authority: &issuance.authority,
            signer: authority.key,
            csr: issuance.request.pem(),
            common_name: &issuance.terminal,
            days: attempt.days,
            token: attempt.token(),
        };
        tell.step("asking the CA for a certificate");
        let left = Duration::try_from(attempt.asks_until().duration_since(self.now()));
        let within = left.unwrap_or_default();
        let arn = self.authorities.issue(&asked, within).await;
        let arn = arn.map_err(failed("have a certificate issued"))?;
        let adoption = Adoption { terminal: issuance.terminal.clone(), attempt, arn };
        self.adopt(&adoption, tell).await
    }

    /// Records the certificate of an attempt, once it is issued and turns out to be what was asked for.
    pub(super) async fn adopt(
        &self,
        adoption: &Adoption,
        tell: &UnitEvents,
    ) -> Result<(), StepError> {
        let Adoption { terminal, attempt, arn } = adoption;
        let authority = self.authority(&attempt.authority).await?;
        let given = self.given(&attempt.authority, arn, tell).await?;
        let issued = authority.check(terminal, attempt, (arn, &given.pem));
        let outcome = Some(Outcome::Issued(issued.map_err(StepError::Failed)?));
        self.put(terminal, &Attempt { outcome, ..attempt.clone() }).await.map(drop)
    }

    /// A storm is impossible, whatever was planned: no run asks for more certificates than git says.
    fn keep_to_budget(&self, issuance: &Issuance) -> Result<(), StepError> {
        let before = self.issued.fetch_add(1, Ordering::Relaxed);
        if before < issuance.per_run {
            return Ok(());
        }
        Err(StepError::Refused {
            why: format!("this run issued {} certificates already", issuance.per_run),
            unblock: "run again, or raise `devices.issuance.perRun`".to_owned(),
        })
    }

    /// Writes down that a certificate will be asked for.
    async fn begin(&self, issuance: &Issuance) -> Result<Option<Attempt>, StepError> {
        if let Some(open) = &issuance.open {
            return Ok(Some(open.clone()));
        }
        let attempt = Attempt {
            number: issuance.number,
            opened: self.now(),
            run: self.run.id.clone(),
            commit: self.run.commit.clone(),
            authority: issuance.authority.clone(),
            public_key: issuance.request.public_key.clone(),
            days: issuance.days,
            outcome: None,
        };
        let is_begun = self.put(&issuance.terminal, &attempt).await?;
        Ok(is_begun.then_some(attempt))
    }

    /// A certificate, once it is issued.
    pub(super) async fn given(
        &self,
        authority: &str,
        arn: &str,
        tell: &UnitEvents,
    ) -> Result<Given, StepError> {
        for look in 0..LOOKS {
            let answer = self.authorities.certificate(authority, arn).await;
            match answer.map_err(failed("get the certificate"))? {
                Answer::Issued(given) => return Ok(given),
                Answer::InProgress if look == 0 => tell.step("waiting for the CA to issue it"),
                Answer::InProgress => {}
                Answer::Unknown => {
                    return Err(StepError::Failed(format!("the CA does not know {arn}")));
                }
            }
            sleep(PAUSE).await;
        }
        Err(StepError::Failed(format!(
            "the CA is still issuing {arn}: the next run goes on with it"
        )))
    }

    /// A CA's own certificate, asked for once.
    async fn authority(&self, arn: &str) -> Result<Arc<Authority>, StepError> {
        // Held over the call: whoever else asks meanwhile takes this answer.
        let mut known = self.known.lock().await;
        if let Some(authority) = known.get(arn) {
            return Ok(Arc::clone(authority));
        }
        let pem = self.authorities.own_certificate(arn).await;
        let pem = pem.map_err(failed("get the CA's own certificate"))?;
        let authority = Arc::new(Authority::read(arn, &pem).map_err(StepError::Failed)?);
        known.insert(arn.to_owned(), Arc::clone(&authority));
        Ok(authority)
    }
}
