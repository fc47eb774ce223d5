//! What every story begins with, and the words in which a decision is told.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use device_registry::{AllowedSerial, Name, Serial, State as Registered};
use jiff::Timestamp;
use reconcile_core::address::Address;
use reconcile_core::digest::Digest;
use reconcile_core::environment::{Environment, Section, Target};
use reconcile_core::input::{Outputs, Value};
use reconcile_core::observation::Observation;
use reconcile_core::problem::{Place, SourceFile};
use reconcile_core::redaction::Veil;
use reconcile_core::text::Text;
use reconcile_core::verdict::{Change, Verdict};
use reconcile_engine::kind::{Decision, PlanContext, Wanted};
use serde_json::json;

use crate::csr::SigningRequest;
use crate::journal::{Attempt, Issued, Journal, Outcome};
use crate::plan::plan;
use crate::report::Entry;
use crate::spec::{Days, Spec, Standing};
use crate::state::{Card, Entered, Inventory, Places, Records, State};
use crate::step::Step;

/// When every story is told.
pub(super) const NOW: &str = "2026-11-21T12:00:00Z";

/// The CA.
pub(super) const AUTHORITY: &str =
    "arn:aws:acm-pca:ap-northeast-1:111122223333:certificate-authority/aaaa";

/// The terminal.
pub(super) const NAME: &str = "clinic-0001-pc01";

/// A terminal, what is declared of it and what is seen of it.
pub(super) struct Story {
    pub(super) spec: Option<Spec>,
    pub(super) seen: Observation<State>,
    pub(super) environment: Environment,
}

impl Story {
    /// A terminal that was declared just now.
    pub(super) fn new() -> Self {
        Self {
            spec: Some(spec()),
            seen: Observation::Present(state(Records::default())),
            environment: environment(),
        }
    }

    /// A terminal that was enrolled ten days ago.
    pub(super) fn enrolled() -> Self {
        let journal = journal(vec![attempt(1, "2026-11-11T12:00:00Z", Some("a1"))]);
        let seen = Observation::Present(state(Records { entry: Some(entered(&journal)), journal }));
        Self { seen, ..Self::new() }
    }

    /// Its file was removed.
    pub(super) fn gone(mut self) -> Self {
        self.spec = None;
        self
    }

    /// Something else is declared.
    pub(super) fn declare(mut self, change: impl FnOnce(&mut Spec)) -> Self {
        change(self.spec.as_mut().unwrap());
        self
    }

    /// Something else is seen.
    pub(super) fn shows(mut self, change: impl FnOnce(&mut State)) -> Self {
        let Observation::Present(state) = &mut self.seen else { panic!("nothing is seen") };
        change(state);
        self
    }

    /// Something else is on record.
    pub(super) fn records(self, change: impl FnOnce(&mut Journal)) -> Self {
        self.shows(|state| change(&mut state.records.journal))
    }

    /// The CA's report of a time shows these certificates: serial, time of issue, digest of the key.
    pub(super) fn reported(self, as_of: &str, entries: &[(&str, &str, &str)]) -> Self {
        self.shows(|state| {
            state.inventory.as_of.insert(AUTHORITY.to_owned(), time(as_of));
            for (serial, issued_at, key) in entries {
                state.inventory.entries.push(Arc::new(entry(serial, issued_at)));
                let key = if *key == "own" { own_key() } else { Digest::of(key) };
                state.inventory.keys.insert(self::serial(serial), key);
            }
        })
    }

    /// The report shows that a certificate was revoked.
    pub(super) fn reported_revoked(self, serial: &str) -> Self {
        self.shows(|state| {
            let mut entry = entry(serial, "2026-11-11T12:00:00Z");
            entry.revoked_at = Some(time("2026-11-20T00:00:00Z"));
            state.inventory.entries.push(Arc::new(entry));
            state.inventory.as_of.insert(AUTHORITY.to_owned(), time("2026-11-21T11:00:00Z"));
        })
    }

    pub(super) fn decision(&self) -> Decision<Step> {
        let mut published = Outputs::default();
        let known = |text: &str| Value::Known(text.to_owned());
        published.publish(
            "stacks/clinic".parse().unwrap(),
            BTreeMap::from([
                ("Ca".to_owned(), known(AUTHORITY)),
                ("Bucket".to_owned(), known("clinic-0001-bucket")),
                ("Registry".to_owned(), known("registry")),
                ("Reports".to_owned(), known("reports")),
            ]),
        );
        let address: Address = format!("devices/{NAME}").parse().unwrap();
        let context = PlanContext {
            address: &address,
            environment: &self.environment,
            inputs: published.seen_from("ap-northeast-1"),
            now: time(NOW),
            veil: Veil::default(),
        };
        let wanted = self.spec.as_ref().map_or(Wanted::Gone, Wanted::Declared);
        plan(&wanted, &self.seen, &context)
    }

    /// The decision in words: verdict, fields, dangers, steps.
    pub(super) fn told(&self) -> String {
        let Decision { planned, steps } = self.decision();
        let mut told = match &planned.verdict {
            Verdict::InSync => "in sync\n".to_owned(),
            Verdict::Change(change) => in_words(change),
            Verdict::Blocked { why, unblock, change: _ } => {
                format!("blocked: {why}\n  unblock: {unblock}\n")
            }
            Verdict::Unknown { why } => format!("unknown: {why}\n"),
        };
        for step in &steps {
            writeln!(told, "  step: {step}").unwrap();
        }
        told
    }

    /// What is said of the look.
    pub(super) fn notes(&self) -> String {
        self.decision().planned.coverage.notes.join("\n")
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
        writeln!(told, "  {} {} ({})", danger.subject, danger.what, danger.allowed).unwrap();
    }
    told
}

pub(super) fn time(written: &str) -> Timestamp {
    written.parse().unwrap()
}

pub(super) fn serial(written: &str) -> Serial {
    Serial::try_from(written.to_owned()).unwrap()
}

/// The digest of the key that the terminal's signing request is for.
pub(super) fn own_key() -> Digest {
    request().public_key
}

fn request() -> SigningRequest {
    SigningRequest::of_terminal(NAME, include_str!("../../csr/fixtures/p256.csr.pem")).unwrap()
}

fn name(written: &str) -> Name {
    Name::try_from(written.to_owned()).unwrap()
}

pub(super) fn spec() -> Spec {
    Spec {
        declared_in: format!("desired/devices/clinic-0001/{NAME}.yaml"),
        name: name(NAME),
        clinic: name("clinic-0001"),
        prefix: format!("terminals/{NAME}/").try_into().unwrap(),
        request: Arc::new(request()),
        authority: Text::parse("${stacks.clinic.Ca}").unwrap(),
        bucket: Text::parse("${stacks.clinic.Bucket}").unwrap(),
        validity: Days::new(90),
        renew_before: Days::new(30),
        overlap: Days::new(14),
        standing: Standing::Enrolled,
        issue_again: [].into(),
        revoke: [].into(),
    }
}

fn state(records: Records) -> State {
    let places = Places { registry: "registry".to_owned(), reports: "reports".to_owned() };
    State {
        terminal: NAME.to_owned(),
        places: Arc::new(places),
        records,
        inventory: Inventory::default(),
    }
}

/// An attempt of this time, which led to a certificate of this serial number if there is one.
pub(super) fn attempt(number: u32, opened: &str, issued: Option<&str>) -> Attempt {
    let opened = time(opened);
    let outcome = issued.map(|written| {
        Outcome::Issued(Issued {
            arn: format!("{AUTHORITY}/certificate/{written}"),
            serial: serial(written),
            not_before: opened,
            not_after: Days::new(90).after(opened),
            pem: Digest::of(written),
            revoked: None,
        })
    });
    Attempt {
        number,
        opened,
        run: "a-run".to_owned(),
        commit: None,
        authority: AUTHORITY.to_owned(),
        public_key: own_key(),
        days: 90,
        outcome,
    }
}

/// These attempts, and nothing else.
pub(super) fn journal(attempts: Vec<Attempt>) -> Journal {
    Journal { attempts, ..Journal::default() }
}

/// What is registered of an enrolled terminal whose certificates are these.
pub(super) fn entered(journal: &Journal) -> Entered {
    let serials = journal.held().map(|held| AllowedSerial {
        serial: held.issued.serial.clone(),
        not_after: held.issued.not_after,
    });
    let card = Card {
        terminal: name(NAME),
        clinic: name("clinic-0001"),
        bucket: "clinic-0001-bucket".to_owned().try_into().unwrap(),
        prefix: format!("terminals/{NAME}/").try_into().unwrap(),
        state: Registered::Enrolled,
        serials: serials.collect(),
        certificate: journal.held().next_back().map(|held| held.issued.pem.clone()),
    };
    Entered { etag: "1".to_owned(), says: Some(card) }
}

fn entry(written: &str, issued_at: &str) -> Entry {
    Entry {
        certificate_arn: format!("{AUTHORITY}/certificate/{written}"),
        serial: serial(written),
        subject: format!("CN={NAME}"),
        not_after: Days::new(90).after(time(issued_at)),
        issued_at: time(issued_at),
        revoked_at: None,
        template_arn: String::new(),
    }
}

pub(super) fn environment() -> Environment {
    let text = "devices:".to_owned();
    let file =
        Arc::new(SourceFile { path: "desired/environments/production.yaml".to_owned(), text });
    let value = json!({ "registry": "${stacks.clinic.Registry}", "auditReports": "${stacks.clinic.Reports}" });
    let section = Section { value, place: Place { file, range: 0..7 } };
    Environment {
        regions: [].into(),
        name: "production".to_owned(),
        target: Target::Sandbox { region: "ap-northeast-1".to_owned() },
        state_bucket: "state".to_owned(),
        default: true,
        variables: BTreeMap::new(),
        tags: BTreeMap::new(),
        allow_delete: [].into(),
        sections: BTreeMap::from([("devices".to_owned(), section)]),
    }
}
