//! Looks at truststores: one call per CA, one for the object, one for the bucket where there is no object.

use std::collections::BTreeMap;

use futures::future::{join_all, try_join_all};
use reconcile_core::address::Address;
use reconcile_core::digest::Digest;
use reconcile_core::input::{Inputs, Value};
use reconcile_core::observation::Observation;
use reconcile_core::text::Text;
use reconcile_engine::aws::buckets::Object;
use reconcile_engine::aws::errors::AwsError;
use reconcile_engine::events::Event;
use reconcile_engine::kind::{Look, Seen, Wanted};
use reconcile_engine::state::ledger::Note;

use crate::certificate::Certificate;
use crate::kind::TruststoreKind;
use crate::spec::Spec;
use crate::state::{SeenAuthority, SeenObject, State};

/// How S3 writes the version of an object in a bucket that keeps none.
const NO_VERSION: &str = "null";

pub(crate) async fn all(kind: &TruststoreKind, look: &Look<'_, Spec>) -> Seen<State> {
    if !look.declared.is_empty() {
        look.events.tell(&Event::Phase { what: "reading truststores".to_owned() });
    }
    let inputs = look.published.seen_from(look.environment.target.region());
    let observations = look.declared.iter().map(|(address, spec)| {
        kind.remember(address, look.notes.get(address).and_then(Note::read));
        async move { (address.clone(), see(kind, address, spec, inputs).await) }
    });
    let declared: BTreeMap<Address, _> = join_all(observations).await.into_iter().collect();
    // A domain may pin what was left behind.
    Seen { declared, gone: Ok(Vec::new()) }
}

pub(crate) async fn one(
    kind: &TruststoreKind,
    address: &Address,
    wanted: &Wanted<'_, Spec>,
    inputs: Inputs<'_>,
) -> Observation<State> {
    match wanted {
        Wanted::Declared(spec) => see(kind, address, spec, inputs).await,
        Wanted::Gone => Observation::Absent,
    }
}

async fn see(
    kind: &TruststoreKind,
    address: &Address,
    spec: &Spec,
    inputs: Inputs<'_>,
) -> Observation<State> {
    let known = |text: &Text| match inputs.resolve(text) {
        Value::Known(text) => Some(text),
        Value::Pending(_) => None,
    };
    let arns: Option<Vec<_>> = spec.authorities.iter().map(known).collect();
    let (Some(bucket), Some(arns)) = (known(&spec.bucket), arns) else {
        return Observation::Absent;
    };
    match state(kind, (bucket, &spec.key()), arns).await {
        Ok(state) => Observation::Present(State { before: kind.remembered(address), ..state }),
        Err(why) => Observation::Unreadable(why),
    }
}

async fn state(
    kind: &TruststoreKind,
    (bucket, key): (String, &str),
    arns: Vec<String>,
) -> Result<State, String> {
    let failed = |what: String| move |error: AwsError| format!("failed to read {what}: {error}");
    let object = kind.objects.read(&bucket, key).await.map_err(failed(format!("`{key}`")))?;
    let object = object.map(seen);
    let is_versioned = if let Some(object) = &object {
        object.version.is_some()
    } else {
        let versioned = kind.objects.is_versioned(&bucket).await;
        versioned.map_err(failed(format!("the bucket `{bucket}`")))?
    };
    let authorities = arns.into_iter().map(|arn| async move {
        let certificate = kind.authorities.certificate(&arn).await;
        let certificate = certificate.map_err(failed(format!("the CA `{arn}`")))?;
        let certificate = certificate.and_then(|pem| {
            Certificate::from_pem(&pem).ok_or_else(|| "it cannot be read".to_owned())
        });
        Ok::<_, String>(SeenAuthority { arn, certificate })
    });
    let authorities = try_join_all(authorities).await?;
    Ok(State { bucket, is_versioned, key: key.to_owned(), authorities, object, before: None })
}

fn seen(object: Object) -> SeenObject {
    let Object { bytes, version, etag } = object;
    SeenObject {
        version: version.filter(|version| version != NO_VERSION),
        etag,
        digest: Digest::of(&bytes),
        certificates: Certificate::all_in(&String::from_utf8_lossy(&bytes)),
    }
}
