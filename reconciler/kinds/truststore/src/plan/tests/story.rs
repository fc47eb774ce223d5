//! What every story begins with, and the words in which a decision is told.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use jiff::Timestamp;
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, IsCa, Issuer, KeyPair,
    date_time_ymd,
};
use reconcile_core::digest::Digest;
use reconcile_core::environment::{Environment, Target};
use reconcile_core::input::{Outputs, Value};
use reconcile_core::observation::Observation;
use reconcile_core::redaction::Veil;
use reconcile_core::text::Text;
use reconcile_core::verdict::{Change, Verdict};
use reconcile_engine::kind::{Decision, PlanContext, Wanted};

use crate::certificate::Certificate;
use crate::chain;
use crate::plan::plan;
use crate::spec::Spec;
use crate::state::{SeenAuthority, SeenObject, State};
use crate::step::Step;

/// When every story is told.
const NOW: &str = "2026-11-21T12:00:00Z";

/// A CA with its key.
pub(super) struct Ca {
    params: CertificateParams,
    key: KeyPair,
    pub(super) certificate: Certificate,
}

impl Ca {
    /// A root until 2046.
    pub(super) fn root(name: &str) -> Self {
        Self::self_signed(params(name))
    }

    /// A root of other making.
    pub(super) fn self_signed(params: CertificateParams) -> Self {
        let key = KeyPair::generate().unwrap();
        let certificate = read(&params.self_signed(&key).unwrap());
        Self { params, key, certificate }
    }

    /// A CA that this one certifies.
    pub(super) fn issues(&self, name: &str) -> Self {
        self.certifies(params(name), KeyPair::generate().unwrap())
    }

    /// A CA of other making that this one certifies.
    pub(super) fn certifies(&self, params: CertificateParams, key: KeyPair) -> Self {
        let issuer = Issuer::from_params(&self.params, &self.key);
        let certificate = read(&params.signed_by(&key, &issuer).unwrap());
        Self { params, key, certificate }
    }

    /// The same CA under a new certificate.
    pub(super) fn renewed(&self, issuer: &Self) -> Self {
        issuer.certifies(self.params.clone(), KeyPair::from_pem(&self.key.serialize_pem()).unwrap())
    }
}

/// What a CA of the name asks for.
pub(super) fn params(name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.not_before = date_time_ymd(2026, 1, 1);
    params.not_after = date_time_ymd(2046, 1, 1);
    params
}

fn read(issued: &rcgen::Certificate) -> Certificate {
    Certificate::from_der(issued.der()).unwrap()
}

pub(super) fn now() -> Timestamp {
    NOW.parse().unwrap()
}

/// A truststore of one root and one issuing CA, what is declared of it and what is seen of it.
pub(super) struct Story {
    pub(super) root: Ca,
    pub(super) issuing: Ca,
    pub(super) spec: Spec,
    pub(super) seen: Observation<State>,
    published: Outputs,
}

impl Story {
    /// Nothing is there but the bucket and the CAs.
    pub(super) fn new() -> Self {
        let root = Ca::root("Root");
        let issuing = root.issues("Issuing");
        let mut published = Outputs::default();
        let outputs = [("Bucket", "trust"), ("Issuing", "arn:0"), ("Root", "arn:1")];
        let outputs =
            outputs.map(|(name, value)| (name.to_owned(), Value::Known(value.to_owned())));
        published.publish("stacks/pca".parse().unwrap(), BTreeMap::from(outputs));
        let text = |output| Text::parse(&format!("${{stacks.pca.{output}}}")).unwrap();
        let spec = Spec {
            name: "terminals".to_owned(),
            declared_in: "desired/truststores/terminals.yaml".to_owned(),
            bucket: text("Bucket"),
            authorities: vec![text("Issuing"), text("Root")],
            removable: Vec::new(),
        };
        let story = Self { root, issuing, spec, seen: Observation::Absent, published };
        let certificates = [&story.issuing, &story.root].map(|ca| ca.certificate.clone());
        story.of(&certificates)
    }

    /// The object is what the CAs make.
    pub(super) fn stored() -> Self {
        let story = Self::new();
        let certificates = [&story.issuing, &story.root].map(|ca| ca.certificate.clone());
        story.holding(&certificates)
    }

    /// The CAs have these certificates.
    pub(super) fn of(mut self, certificates: &[Certificate]) -> Self {
        let authority = |(index, certificate): (usize, &Certificate)| SeenAuthority {
            arn: format!("arn:{index}"),
            certificate: Ok(certificate.clone()),
        };
        let authorities = certificates.iter().enumerate().map(authority).collect();
        let arns =
            (0..certificates.len()).map(|index| Text::parse(&format!("arn:{index}")).unwrap());
        if certificates.len() != self.spec.authorities.len() {
            self.spec.authorities = arns.collect();
        }
        let object = self.seen.state().and_then(|state| state.object.clone());
        let before = self.seen.state().and_then(|state| state.before.clone());
        self.seen = Observation::Present(State {
            bucket: "trust".to_owned(),
            is_versioned: true,
            key: "truststores/terminals.pem".to_owned(),
            authorities,
            object,
            before,
        });
        self
    }

    /// The object holds these certificates, and so it was when it was in sync last.
    pub(super) fn holding(self, certificates: &[Certificate]) -> Self {
        let pem = chain::pem(certificates);
        let object = SeenObject {
            version: Some("v1".to_owned()),
            etag: "\"e1\"".to_owned(),
            digest: Digest::of(&pem),
            certificates: certificates.to_vec(),
        };
        self.shows(|seen| {
            seen.before = Some(object.digest.clone());
            seen.object = Some(object);
        })
    }

    /// It is seen otherwise.
    pub(super) fn shows(mut self, change: impl FnOnce(&mut State)) -> Self {
        let Observation::Present(seen) = &mut self.seen else { panic!("nothing is seen") };
        change(seen);
        self
    }

    /// Another object than the one that was in sync.
    pub(super) fn tampered(self, certificates: &[Certificate]) -> Self {
        let before = self.seen.state().and_then(|state| state.before.clone());
        self.holding(certificates).shows(|seen| seen.before = before)
    }

    /// Another unit publishes nothing any more.
    pub(super) fn without_stack(mut self) -> Self {
        self.published.publish("stacks/pca".parse().unwrap(), BTreeMap::new());
        self
    }

    /// CAs may leave.
    pub(super) fn allowing(mut self, certificates: &[&Certificate]) -> Self {
        let short = |certificate: &&Certificate| certificate.fingerprint.short().to_owned();
        self.spec.removable = certificates.iter().map(short).collect();
        self
    }

    pub(super) fn decision(&self) -> Decision<Step> {
        let environment = Environment {
            name: "production".to_owned(),
            target: Target::Aws {
                account: "111122223333".to_owned(),
                region: "ap-northeast-1".to_owned(),
            },
            regions: [].into(),
            state_bucket: "state".to_owned(),
            default: true,
            variables: BTreeMap::new(),
            tags: BTreeMap::new(),
            allow_delete: [].into(),
            sections: BTreeMap::new(),
        };
        let context = PlanContext {
            address: &"truststores/terminals".parse().unwrap(),
            environment: &environment,
            inputs: self.published.seen_from("ap-northeast-1"),
            now: now(),
            veil: Veil::default(),
        };
        plan(&Wanted::Declared(&self.spec), &self.seen, &context)
    }

    /// The decision in words: verdict, fields, dangers, steps, outputs, and what is said of the look. CAs are
    /// named by their common name, as keys differ from run to run.
    pub(super) fn told(&self) -> String {
        let Decision { planned, steps } = self.decision();
        let mut told = match &planned.verdict {
            Verdict::InSync => "in sync\n".to_owned(),
            Verdict::Change(change) => in_words(change),
            Verdict::Blocked { why, unblock, change } => {
                let change = change.as_ref().map(in_words).unwrap_or_default();
                format!("blocked: {why}\n  unblock: {unblock}\n{change}")
            }
            Verdict::Unknown { why } => format!("unknown: {why}\n"),
        };
        for step in &steps {
            let Step::Put { over, .. } = step;
            writeln!(told, "  step: {step} over {over:?}").unwrap();
        }
        for (name, value) in &planned.outputs {
            writeln!(told, "  output {name}: {value}").unwrap();
        }
        for note in &planned.coverage.notes {
            writeln!(told, "  note: {note}").unwrap();
        }
        let object = self.seen.state().and_then(|state| state.object.as_ref());
        let in_object = object.into_iter().flat_map(|object| &object.certificates);
        let of_cas = [&self.root.certificate, &self.issuing.certificate];
        let asked = self.seen.state().into_iter().flat_map(|state| &state.authorities);
        let asked = asked.filter_map(|authority| authority.certificate.as_ref().ok());
        for certificate in in_object.chain(of_cas).chain(asked) {
            let name = format!("<{}>", certificate.subject.trim_start_matches("CN="));
            told = told.replace(certificate.fingerprint.short(), &name);
        }
        told
    }
}

fn in_words(change: &Change) -> String {
    let mut told = format!("{}: {}\n", change.action, change.reason);
    for field in &change.fields {
        let none = || "-".to_owned();
        let (before, after) = (field.before.clone(), field.after.clone());
        let (before, after) = (before.unwrap_or_else(none), after.unwrap_or_else(none));
        writeln!(told, "  {}: {before} -> {after}", field.path).unwrap();
    }
    for danger in &change.dangers {
        let allowed = if danger.allowed { "allowed" } else { "not allowed" };
        writeln!(told, "  danger ({allowed}): {} {}", danger.subject, danger.what).unwrap();
    }
    told
}
