//! A kind of the smallest size: a toy is an object of the state bucket, and its value is the object's body.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use reconcile_core::address::Address;
use reconcile_core::coverage::Coverage;
use reconcile_core::digest::Digest;
use reconcile_core::input::{Inputs, Value};
use reconcile_core::observation::Observation;
use reconcile_core::plan::Planned;
use reconcile_core::status::Running;
use reconcile_core::text::Text;
use reconcile_core::verdict::{Action, Change, Effect, FieldChange, Verdict};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::aws::session::Session;
use crate::compare::{Properties, by_property};
use crate::events::UnitEvents;
use crate::kind::{
    Decision, Declared, Kind, Links, Look, PlanContext, Seen, StepError, Unit, Wanted,
};
use crate::load::document::Document;
use crate::load::scope::Scope;
use crate::state::ledger::Note;
use crate::state::store::StateStore;

/// A toy as it is written.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct RawToy {
    value: String,
    #[serde(default)]
    depends_on: Vec<String>,
    /// What goes wrong with it.
    #[serde(default)]
    fault: Option<Fault>,
}

/// What goes wrong with a toy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum Fault {
    /// It cannot be written.
    Broken,
    /// A guard holds it back.
    Blocked,
    /// It cannot be read.
    Unreadable,
    /// Writing it has no effect.
    Stubborn,
    /// Nobody knows its value before it is written: it comes out in capitals.
    Loud,
}

/// A toy as it is meant.
#[derive(Debug)]
pub(super) struct Spec {
    value: Text,
    fault: Option<Fault>,
}

/// Writes a toy.
#[derive(Debug)]
pub(super) struct Write {
    key: String,
    body: String,
    fault: Option<Fault>,
}

impl fmt::Display for Write {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "wrote `{}`", self.body)
    }
}

/// All toys.
pub(super) struct Toys {
    bucket: Arc<dyn StateStore>,
}

/// The object that is a toy.
pub(super) fn key(address: &Address) -> String {
    format!("toy/{}", address.name())
}

impl Toys {
    async fn read(&self, address: &Address, spec: &Spec) -> Observation<String> {
        if spec.fault == Some(Fault::Unreadable) {
            return Observation::Unreadable("it is in the dark".to_owned());
        }
        match self.bucket.get(&key(address)).await {
            Ok(Some(stored)) => Observation::Present(String::from_utf8(stored.body).unwrap()),
            Ok(None) => Observation::Absent,
            Err(error) => Observation::Unreadable(error.to_string()),
        }
    }
}

#[async_trait]
impl Kind for Toys {
    const WORD: &'static str = "Toy";
    const PLURAL: &'static str = "toys";

    type Raw = RawToy;
    type Spec = Spec;
    type State = String;
    type Step = Write;

    fn interpret(raw: RawToy, document: &Document, scope: &mut Scope<'_>) -> Vec<Unit<Spec>> {
        let value = scope.text(document, "/value", &raw.value);
        let references = value
            .references()
            .map(|found| (found.clone(), document.part_place("/value", &found.to_string())));
        let depends_on = raw.depends_on.iter().enumerate().map(|(index, written)| {
            (written.parse().unwrap(), document.place(&format!("/dependsOn/{index}")))
        });
        let links = Links {
            place: document.key_place("/name"),
            region: scope.environment().target.region().to_owned(),
            physical_name: document.name.clone(),
            references: references.collect(),
            depends_on: depends_on.collect(),
            outputs: ["value".to_owned()].into(),
            provides: std::collections::BTreeSet::new(),
            needs: std::collections::BTreeSet::new(),
        };
        let address = Address::new(Self::PLURAL, &document.name);
        vec![Unit { address, spec: Spec { value, fault: raw.fault }, links: Arc::new(links) }]
    }

    fn check(_: &[Unit<Spec>], _: &mut Scope<'_>) {}

    fn plan(
        wanted: &Wanted<'_, Spec>,
        seen: &Observation<String>,
        context: &PlanContext<'_>,
    ) -> Decision<Write> {
        let Wanted::Declared(spec) = wanted else { panic!("toys are never gone") };
        let resolved = context.inputs.resolve(&spec.value);
        let body = resolved.known().map(|value| match spec.fault {
            Some(Fault::Loud) => value.to_uppercase(),
            _ => value.to_owned(),
        });
        let verdict = verdict(spec, seen, body.as_deref());
        let output = match (&verdict, seen) {
            (Verdict::InSync | Verdict::Blocked { .. }, Observation::Present(state)) => {
                Value::Known(state.clone())
            }
            _ => resolved,
        };
        let step = |body| Write { key: key(context.address), body, fault: spec.fault };
        let steps = match &verdict {
            Verdict::Change(_) => body.map(step).into_iter().collect(),
            Verdict::InSync | Verdict::Blocked { .. } | Verdict::Unknown { .. } => Vec::new(),
        };
        let planned = Planned {
            verdict,
            outputs: BTreeMap::from([("value".to_owned(), output)]),
            desired: Digest::of(spec.value.to_string()),
            observed: Digest::of(format!("{seen:?}")),
            coverage: Coverage::default(),
        };
        Decision { planned, steps }
    }

    fn compare(
        before: Option<&Declared<'_, Spec>>,
        wanted: &Wanted<'_, Spec>,
        context: &PlanContext<'_>,
    ) -> Planned {
        let says = |spec: &Spec, context: &PlanContext<'_>| {
            Properties::from([(
                "value".to_owned(),
                context.inputs.resolve(&spec.value).to_string(),
            )])
        };
        let own = Value::Pending([context.address.clone()].into());
        let after = match wanted {
            Wanted::Declared(spec) => Some(says(spec, context)),
            Wanted::Gone => None,
        };
        let before = before.map(|one| says(one.spec, &one.context));
        by_property(before.as_ref(), after.as_ref(), [("value".to_owned(), own)].into())
    }

    fn note(_: &Spec, state: &String) -> Option<Note> {
        Note::of(state)
    }

    fn status(state: &String) -> Running {
        Running { state: state.clone(), commit: None, since: None, identity: String::new() }
    }

    fn published(state: &String) -> BTreeMap<String, String> {
        BTreeMap::from([("value".to_owned(), state.clone())])
    }

    fn connect(session: &Session) -> Self {
        Self { bucket: Arc::clone(&session.state) }
    }

    async fn observe(&self, look: &Look<'_, Spec>) -> Seen<String> {
        let mut declared = BTreeMap::new();
        for (address, spec) in &look.declared {
            declared.insert(address.clone(), self.read(address, spec).await);
        }
        Seen { declared, gone: Ok(Vec::new()) }
    }

    async fn observe_one(
        &self,
        address: &Address,
        wanted: &Wanted<'_, Spec>,
        _: Inputs<'_>,
    ) -> Observation<String> {
        let Wanted::Declared(spec) = wanted else { return Observation::Absent };
        self.read(address, spec).await
    }

    async fn carry_out(&self, step: &Write, _: &UnitEvents) -> Result<(), StepError> {
        tokio::time::sleep(Duration::from_secs(1)).await;
        match step.fault {
            Some(Fault::Broken) => return Err(StepError::Failed("it fell apart".to_owned())),
            Some(Fault::Stubborn) => return Ok(()),
            _ => {}
        }
        let body = step.body.clone().into_bytes();
        let stored = self.bucket.get(&step.key).await.unwrap();
        let written = match stored {
            Some(stored) => self.bucket.replace(&step.key, body, &stored.etag).await,
            None => self.bucket.create(&step.key, body).await,
        };
        written.map(drop).map_err(|error| StepError::Failed(error.to_string()))
    }
}

/// A toy that is not there is made; one with another value is made anew.
fn verdict(spec: &Spec, seen: &Observation<String>, wanted: Option<&str>) -> Verdict {
    let before = match seen {
        Observation::Unreadable(why) => return Verdict::Unknown { why: why.clone() },
        Observation::Present(state) if wanted == Some(state.as_str()) => return Verdict::InSync,
        Observation::Present(state) => Some(state.clone()),
        Observation::Absent => None,
    };
    if spec.fault == Some(Fault::Blocked) {
        let (why, unblock) = ("a guard says no".to_owned(), "ask the guard".to_owned());
        return Verdict::Blocked { why, unblock, change: None };
    }
    let (action, effect) = match before {
        Some(_) => (Action::Replace, Effect::Replace),
        None => (Action::Create, Effect::Create),
    };
    let after = wanted.map(str::to_owned);
    let field = FieldChange { path: "value".to_owned(), before, after, effect };
    Verdict::Change(Change { fields: vec![field], ..Change::new(action, "its value differs") })
}
