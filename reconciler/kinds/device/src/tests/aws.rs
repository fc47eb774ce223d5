//! Buckets and a CA in memory, with virtual time. A call can fail before or after it had its effect, and a process can
//! be killed: then nothing that it says arrives any more.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use device_registry::Serial;
use jiff::{SignedDuration, Timestamp};
use reconcile_engine::aws::buckets::{Object, Written};
use reconcile_engine::aws::errors::AwsError;
use reconcile_engine::state::store::{StateStore, StoreError, Stored};
use tokio::time::Instant;

use super::authority::{self, Authority};
use crate::port::authority::{Answer, Asked, Begun, Issues, Progress, ReadsAuthorities};
use crate::port::objects::{Listed, ReadsObjects, WritesObjects};
use crate::spec::RawReason;

/// The bucket of registrations.
pub(super) const REGISTRY: &str = "registry";

/// The bucket of reports.
pub(super) const REPORTS: &str = "reports";

/// The state bucket.
pub(super) const STATE: &str = "state";

/// What goes wrong.
#[derive(Debug, Clone)]
pub(super) enum Faults {
    /// Nothing.
    None,
    /// The process is killed at this call, counted from 1, before or after its effect.
    Killed { at: u64, after: bool },
    /// Any call fails by chance, before or after its effect, or kills.
    Storm(fastrand::Rng),
}

/// An AWS. Cheap to clone: all clones are the same one.
#[derive(Debug, Clone)]
pub(super) struct Aws {
    started: Instant,
    pub(super) inside: Arc<Mutex<Inside>>,
}

#[derive(Debug)]
pub(super) struct Inside {
    pub(super) authority: Authority,
    objects: BTreeMap<(String, String), (Vec<u8>, u64, Timestamp)>,
    writes: u64,
    calls: u64,
    faults: Faults,
    is_dead: bool,
    /// Calls by their names.
    pub(super) counted: BTreeMap<&'static str, u64>,
}

/// A call did not come through.
struct Broken;

impl Aws {
    /// With nothing in it.
    pub(super) fn new() -> Self {
        let inside = Inside {
            authority: Authority::default(),
            objects: BTreeMap::new(),
            writes: 0,
            calls: 0,
            faults: Faults::None,
            is_dead: false,
            counted: BTreeMap::new(),
        };
        Self { started: Instant::now(), inside: Arc::new(Mutex::new(inside)) }
    }

    /// The time: whole seconds, as AWS tells it.
    pub(super) fn now(&self) -> Timestamp {
        let start: Timestamp = "2026-11-21T12:00:00Z".parse().unwrap();
        let passed = i64::try_from(self.started.elapsed().as_secs()).unwrap();
        start + SignedDuration::from_secs(passed)
    }

    /// A new process begins, in which this goes wrong.
    pub(super) fn begin(&self, faults: Faults) {
        let mut inside = self.inside.lock().unwrap();
        (inside.calls, inside.is_dead, inside.faults) = (0, false, faults);
    }

    /// How many calls the process made.
    pub(super) fn calls(&self) -> u64 {
        self.inside.lock().unwrap().calls
    }

    /// How many writes of objects there were.
    pub(super) fn writes(&self) -> u64 {
        self.inside.lock().unwrap().writes
    }

    /// How often a call was made.
    pub(super) fn counted(&self, name: &str) -> u64 {
        self.inside.lock().unwrap().counted.get(name).copied().unwrap_or_default()
    }

    /// Looks at an object as somebody with a console would.
    pub(super) fn object(&self, bucket: &str, key: &str) -> Option<serde_json::Value> {
        let inside = self.inside.lock().unwrap();
        let (body, ..) = inside.objects.get(&(bucket.to_owned(), key.to_owned()))?;
        Some(serde_json::from_slice(body).unwrap())
    }

    /// Writes an object as somebody with a console would.
    pub(super) fn put(&self, bucket: &str, key: &str, value: &serde_json::Value) {
        let now = self.now();
        self.inside.lock().unwrap().store((bucket, key), value.to_string().into_bytes(), now);
    }

    /// Deletes an object as somebody with a console would.
    pub(super) fn lose(&self, bucket: &str, key: &str) {
        let mut inside = self.inside.lock().unwrap();
        inside.objects.remove(&(bucket.to_owned(), key.to_owned())).expect("it was there");
    }

    fn call<T>(
        &self,
        name: &'static str,
        effect: impl FnOnce(&mut Inside, Timestamp) -> T,
    ) -> Result<T, Broken> {
        let now = self.now();
        let mut inside = self.inside.lock().unwrap_or_else(PoisonError::into_inner);
        inside.calls += 1;
        if inside.is_dead {
            return Err(Broken);
        }
        *inside.counted.entry(name).or_default() += 1;
        let number = inside.calls;
        let (before, after, kills) = match &mut inside.faults {
            Faults::None => (false, false, false),
            Faults::Killed { at, after } => {
                (*at == number && !*after, *at == number && *after, true)
            }
            Faults::Storm(rng) => {
                let strikes = rng.u8(0..100) < 12;
                let after = rng.bool();
                (strikes && !after, strikes && after, rng.bool())
            }
        };
        inside.is_dead = kills && (before || after);
        if before {
            return Err(Broken);
        }
        let answer = effect(&mut inside, now);
        if after { Err(Broken) } else { Ok(answer) }
    }
}

impl Inside {
    fn store(&mut self, (bucket, key): (&str, &str), body: Vec<u8>, now: Timestamp) -> String {
        self.writes += 1;
        let at = (bucket.to_owned(), key.to_owned());
        self.objects.insert(at, (body, self.writes, now));
        format!("\"{}\"", self.writes)
    }

    fn etag(&self, (bucket, key): (&str, &str)) -> Option<String> {
        let (_, tag, _) = self.objects.get(&(bucket.to_owned(), key.to_owned()))?;
        Some(format!("\"{tag}\""))
    }

    fn swap(
        &mut self,
        at: (&str, &str),
        (body, over): (Option<Vec<u8>>, Option<&str>),
        now: Timestamp,
    ) -> Option<String> {
        if self.etag(at).as_deref() != over {
            return None;
        }
        let Some(body) = body else {
            self.objects.remove(&(at.0.to_owned(), at.1.to_owned()));
            return Some(String::new());
        };
        Some(self.store(at, body, now))
    }
}

impl From<Broken> for AwsError {
    fn from(Broken: Broken) -> Self {
        Self::told("the connection broke")
    }
}

fn unanswered(operation: &'static str, key: &str) -> StoreError {
    StoreError::Failed { operation, key: key.to_owned(), why: "the connection broke".to_owned() }
}

#[async_trait]
impl StateStore for Aws {
    async fn get(&self, key: &str) -> Result<Option<Stored>, StoreError> {
        let found = ReadsObjects::read(self, STATE, key).await;
        let found = found.map_err(|_| unanswered("read", key))?;
        Ok(found.map(|object| Stored { body: object.bytes, etag: object.etag }))
    }

    async fn list(&self, prefix: &str) -> Result<Vec<String>, StoreError> {
        panic!("no journal is ever looked for: {prefix}")
    }

    async fn create(&self, key: &str, body: Vec<u8>) -> Result<String, StoreError> {
        let swapped =
            self.call("PutState", |aws, now| aws.swap((STATE, key), (Some(body), None), now));
        let swapped = swapped.map_err(|_| unanswered("write", key))?;
        swapped.ok_or_else(|| StoreError::Lost { key: key.to_owned() })
    }

    async fn replace(&self, key: &str, body: Vec<u8>, etag: &str) -> Result<String, StoreError> {
        let swapped =
            self.call("PutState", |aws, now| aws.swap((STATE, key), (Some(body), Some(etag)), now));
        let swapped = swapped.map_err(|_| unanswered("write", key))?;
        swapped.ok_or_else(|| StoreError::Lost { key: key.to_owned() })
    }

    async fn delete(&self, key: &str, _: &str) -> Result<(), StoreError> {
        panic!("no journal is ever deleted: {key}")
    }

    fn url(&self, key: &str) -> String {
        format!("https://state.example/{key}")
    }
}

#[async_trait]
impl ReadsObjects for Aws {
    async fn list(&self, bucket: &str, prefix: &str) -> Result<Vec<Listed>, AwsError> {
        let listed = self.call("List", |aws, _| {
            let of_bucket = aws.objects.iter().filter(|((other, _), _)| other == bucket);
            let listed = of_bucket.filter(|((_, key), _)| key.starts_with(prefix)).map(
                |((_, key), (_, tag, modified))| Listed {
                    key: key.clone(),
                    etag: format!("\"{tag}\""),
                    modified: *modified,
                },
            );
            listed.collect()
        });
        Ok(listed?)
    }

    async fn read(&self, bucket: &str, key: &str) -> Result<Option<Object>, AwsError> {
        let read = self.call("Read", |aws, _| {
            let etag = aws.etag((bucket, key))?;
            let (body, ..) = aws.objects.get(&(bucket.to_owned(), key.to_owned()))?;
            Some(Object { bytes: body.clone(), etag, version: None })
        });
        Ok(read?)
    }
}

#[async_trait]
impl WritesObjects for Aws {
    async fn write(
        &self,
        at: (&str, &str),
        body: Vec<u8>,
        over: Option<&str>,
    ) -> Result<Written, AwsError> {
        let swapped = self.call("Write", |aws, now| aws.swap(at, (Some(body), over), now))?;
        Ok(swapped.map_or(Written::Lost, |_| Written::Done))
    }

    async fn delete(&self, at: (&str, &str), etag: &str) -> Result<Written, AwsError> {
        let swapped = self.call("Delete", |aws, now| aws.swap(at, (None, Some(etag)), now))?;
        Ok(swapped.map_or(Written::Lost, |_| Written::Done))
    }
}

#[async_trait]
impl ReadsAuthorities for Aws {
    async fn own_certificate(&self, _: &str) -> Result<String, AwsError> {
        Ok(self.call("GetCertificateAuthorityCertificate", |_, _| authority::own_certificate())?)
    }

    async fn certificate(&self, _: &str, arn: &str) -> Result<Answer, AwsError> {
        let given = self.call("GetCertificate", |aws, _| aws.authority.given(arn))?;
        Ok(given.map_or(Answer::Unknown, Answer::Issued))
    }

    async fn begin_report(&self, _: &str, bucket: &str) -> Result<Begun, AwsError> {
        Ok(self.call("CreateReport", |aws, now| {
            let Some(report) = aws.authority.report(now) else {
                return Begun::TooSoon("in progress".to_owned());
            };
            let id = now.as_second().to_string();
            let key = format!("audit-report/aaaa/{id}.json");
            aws.store((bucket, &key), report.to_string().into_bytes(), now);
            Begun::Report(id)
        })?)
    }

    async fn report(&self, _: &str, id: &str) -> Result<Progress, AwsError> {
        let key = format!("audit-report/aaaa/{id}.json");
        Ok(self.call("DescribeReport", |_, _| Progress::Written(key))?)
    }
}

#[async_trait]
impl Issues for Aws {
    async fn issue(&self, asked: &Asked<'_>, within: Duration) -> Result<String, AwsError> {
        if within.is_zero() {
            return Err(AwsError::told("it is too late"));
        }
        Ok(self.call("Issue", |aws, now| aws.authority.issue(asked, now))?)
    }

    async fn revoke(&self, _: &str, serial: &Serial, reason: RawReason) -> Result<(), AwsError> {
        Ok(self.call("Revoke", |aws, now| {
            aws.authority.revoke(serial.as_str(), reason.word(), now);
        })?)
    }
}
