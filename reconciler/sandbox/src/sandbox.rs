//! The sandbox as its users hold it: one open account, its doors, and the laboratory around it.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use aws_credential_types::Credentials;
use aws_smithy_async::time::SharedTimeSource;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use bytes::Bytes;
use http::{Request, Response};
use serde_json::json;

use crate::account::Account;
use crate::clock::Clock;
use crate::credentials;
use crate::faults::{Crash, Faults, When};
use crate::http_client::InProcess;
use crate::log::{self, CallCounts, CallLog, LoggedCall};
use crate::s3::{self, S3Door};
use crate::store::{self, StateError, Store};
use crate::tamper::{self, TamperError, TamperRequest};
use crate::wire::{self, Exchange};
use crate::world::ACCOUNT;

/// AWS in one process. Cheap to clone: all clones are the same account.
#[derive(Debug, Clone)]
pub struct Sandbox {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    account: Arc<Account>,
    s3: S3Door,
    faults: Faults,
    log: CallLog,
}

impl Sandbox {
    /// Makes an empty account that ends with its last clone.
    pub fn in_memory(time: SharedTimeSource) -> Self {
        Self::new(Store::in_memory(), time)
    }

    /// Opens the account that `directory` holds, and makes it if there is none. Several processes may
    /// have it open at once.
    pub fn open(directory: &Path, time: SharedTimeSource) -> Result<Self, StateError> {
        let sandbox = Self::new(Store::open(directory)?, time);
        sandbox.inner.account.transact(|_, _| ())?;
        Ok(sandbox)
    }

    /// Empties the account that `directory` holds, also for processes that have it open.
    pub fn reset(directory: &Path) -> Result<(), StateError> {
        store::reset(directory)
    }

    fn new(store: Store, time: SharedTimeSource) -> Self {
        let account = Arc::new(Account::new(store, Clock::new(time)));
        let s3 = S3Door::new(Arc::clone(&account));
        let inner = Inner { account, s3, faults: Faults::default(), log: CallLog::default() };
        Self { inner: Arc::new(inner) }
    }

    pub(crate) fn account(&self) -> &Account {
        &self.inner.account
    }

    /// The HTTP client that an SDK is to use instead of the network.
    pub fn http_client(&self) -> SharedHttpClient {
        SharedHttpClient::new(InProcess(self.clone()))
    }

    /// Answers one HTTP request, whatever service it is for: the one entry of every door.
    pub async fn handle(&self, request: Request<Bytes>) -> Response<Bytes> {
        let Inner { account, s3, faults, log } = &*self.inner;
        let number = log.begin();
        faults.strike(number, When::Before).await;
        let Exchange { service, region, answered } =
            wire::answer(account, s3, number, request).await;
        log.record(LoggedCall {
            number,
            service,
            region,
            write: log::is_write(&answered.operation),
            operation: answered.operation,
            resource: answered.resource,
            outcome: answered.outcome,
        });
        faults.strike(number, When::After).await;
        answered.response
    }

    /// The clock of the account, which its clients are to sign with and wait by.
    pub fn time_source(&self) -> SharedTimeSource {
        SharedTimeSource::new(self.inner.account.clock().clone())
    }

    /// Puts the clock forward, for all processes and for good.
    pub fn advance_clock(&self, by: Duration) -> Result<(), StateError> {
        self.inner.account.advance_clock(by)
    }

    /// The credentials that do not expire: those that signatures are to be made with.
    pub fn credentials(&self) -> Credentials {
        credentials::credentials()
    }

    /// The account's number.
    pub fn account_id(&self) -> &'static str {
        ACCOUNT
    }

    /// Makes a versioned bucket unless it is there: what must exist before the first call.
    pub fn ensure_bucket(&self, name: &str, region: &str) -> Result<(), StateError> {
        self.inner.account.transact(|world, now| {
            let key = crate::resource::Resource::key(region, s3::BUCKET, name);
            if !world.resources.contains(&key) {
                let mut bucket = s3::new_bucket(region, name, now);
                let versioning = json!({ "Status": "Enabled" });
                bucket.properties.insert("VersioningConfiguration".to_owned(), versioning);
                world.resources.insert(key, bucket);
            }
        })
    }

    /// Changes a live property out of band; this is not an AWS call.
    pub fn tamper(&self, request: TamperRequest) -> Result<(), TamperError> {
        self.inner.account.transact(|world, _| tamper::tamper(world, request))?
    }

    /// The calls that were answered since this sandbox was opened, in the order of their answers.
    pub fn call_log(&self) -> Vec<LoggedCall> {
        self.inner.log.calls()
    }

    /// How many calls were answered since this sandbox was opened.
    pub fn call_counts(&self) -> CallCounts {
        self.inner.log.counts()
    }

    /// Runs `hook` at one call, which is then never answered.
    pub fn set_crash(&self, crash: Crash, hook: impl Fn() + Send + Sync + 'static) {
        self.inner.faults.set_crash(crash, Arc::new(hook));
    }
}
