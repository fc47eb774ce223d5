//! Carries out a step; decides nothing.

use reconcile_engine::events::UnitEvents;
use reconcile_engine::kind::StepError;

use crate::kind::TruststoreKind;
use crate::step::Step;

pub(crate) async fn carry_out(
    kind: &TruststoreKind,
    step: &Step,
    tell: &UnitEvents,
) -> Result<(), StepError> {
    let Step::Put { bucket, key, pem, over } = step;
    tell.step(format!("putting `{key}`"));
    let put = kind.objects.write((bucket, key), pem.clone().into_bytes(), over).await;
    put.map_err(|error| StepError::Failed(format!("failed to put `{key}`: {error}")))
}
