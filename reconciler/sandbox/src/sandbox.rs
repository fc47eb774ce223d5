//! The sandbox as its users hold it: one open account, its doors, and the laboratory around it.

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use aws_credential_types::Credentials;
use aws_smithy_async::time::SharedTimeSource;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use bytes::Bytes;
use http::header::HOST;
use http::{Request, Response};
use serde_json::json;

use crate::account::Account;
use crate::apigateway::{Address, Arrival, HttpApis};
use crate::certificate_manager::{ServerAuthority, ServerAuthorityError};
use crate::clock::Clock;
use crate::cloudfront::{Distribution, Edge, Viewer};
use crate::credentials;
use crate::door::WayIn;
use crate::http_client::{InProcess, NoAnswer};
use crate::laboratory::{Fault, Laboratory};
use crate::lambda::{Functions, Packages};
use crate::log::{CallCounts, CallLog, Entry, LoggedCall, is_write};
use crate::s3::{self, S3Door};
use crate::store::{self, StateError, Store};
use crate::tamper::{self, TamperError, TamperRequest};
use crate::wire::{self, Answered, Asked, Doors, Exchange};
use crate::world::ACCOUNT;

/// AWS in one process. Cheap to clone: all clones are the same account.
#[derive(Debug, Clone)]
pub struct Sandbox {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    account: Arc<Account>,
    doors: Doors,
    http_apis: HttpApis,
    edge: Edge,
    way_in: Arc<WayIn>,
    laboratory: Laboratory,
    /// The account before the last write, while stale reads are planned.
    before: Mutex<Option<Arc<Account>>>,
    log: CallLog,
}

/// A sandbox as its own parts hold it: it does not keep the account open.
#[derive(Debug, Clone)]
pub(crate) struct WeakSandbox(Weak<Inner>);

impl WeakSandbox {
    /// The sandbox, if it is still open.
    pub(crate) fn upgrade(&self) -> Option<Sandbox> {
        self.0.upgrade().map(|inner| Sandbox { inner })
    }
}

impl Sandbox {
    /// Makes an empty account that ends with its last clone.
    pub fn in_memory(time: SharedTimeSource) -> Self {
        Self::new(Store::in_memory(), Packages::temporary(), time)
    }

    /// Opens the account that `directory` holds, and makes it if there is none. Several processes may
    /// have it open at once.
    pub fn open(directory: &Path, time: SharedTimeSource) -> Result<Self, StateError> {
        let sandbox = Self::new(Store::open(directory)?, Packages::beside(directory), time);
        sandbox.inner.account.transact(|_, _| ())?;
        Ok(sandbox)
    }

    /// Empties the account that `directory` holds, also for processes that have it open.
    pub fn reset(directory: &Path) -> Result<(), StateError> {
        Packages::clear(directory)
            .map_err(|source| StateError::Delete { path: directory.to_owned(), source })?;
        store::reset(directory)
    }

    fn new(store: Store, packages: Packages, time: SharedTimeSource) -> Self {
        let account = Arc::new(Account::new(store, Clock::new(time)));
        let inner = Arc::new_cyclic(|weak| {
            let way_in = Arc::new(WayIn::new(WeakSandbox(Weak::clone(weak))));
            let functions = Functions::new(Arc::clone(&account), packages, Arc::clone(&way_in));
            Inner {
                http_apis: HttpApis::new(Arc::clone(&account), functions.clone()),
                edge: Edge::default(),
                doors: Doors { s3: S3Door::new(Arc::clone(&account)), functions },
                way_in,
                account,
                laboratory: Laboratory::default(),
                before: Mutex::default(),
                log: CallLog::default(),
            }
        });
        Self { inner }
    }

    pub(crate) fn downgrade(&self) -> WeakSandbox {
        WeakSandbox(Arc::downgrade(&self.inner))
    }

    pub(crate) fn way_in(&self) -> &WayIn {
        &self.inner.way_in
    }

    pub(crate) fn account(&self) -> &Account {
        &self.inner.account
    }

    /// The HTTP client that an SDK is to use instead of the network.
    pub fn http_client(&self) -> SharedHttpClient {
        SharedHttpClient::new(InProcess(self.clone()))
    }

    /// Answers one HTTP request, whatever it is for: the one entry of every door. A request to an HTTP API or a
    /// distribution is no call of AWS's, and is neither struck nor logged as one.
    pub async fn handle(&self, mut request: Request<Bytes>) -> Result<Response<Bytes>, NoAnswer> {
        let Inner { account, laboratory, log, http_apis, edge, .. } = &*self.inner;
        let arrival = request.extensions_mut().remove::<Arrival>();
        if let Some((distribution, viewer)) = self.distribution(arrival.as_ref(), &request) {
            return Ok(edge.answer((account, http_apis), &distribution, viewer, request).await);
        }
        if let Some(arrival) = arrival {
            return Ok(http_apis.answer_by_tls(arrival, request).await);
        }
        if let Some(address) = Address::of(&request) {
            return Ok(http_apis.answer_at(address, request).await);
        }
        let asked = Asked::of(&request);
        let number = log.begin();
        let fault = laboratory.strike(&asked);
        let entry = Entry { number, at: account.clock().timestamp(), fault };
        if fault == Some(Fault::CrashBefore) {
            log.record(entry.unanswered(&asked));
            laboratory.crash().await;
        }
        laboratory.travel(&asked, fault).await;
        if fault == Some(Fault::Reset) {
            log.record(entry.unanswered(&asked));
            return Err(NoAnswer);
        }
        let refusal = laboratory.refusal(&asked, fault, account.clock().timestamp());
        let Exchange { service, region, answered } = match refusal {
            Some(error) => wire::refuse(&asked, number, &error),
            None => self.act(&asked, number, fault, request).await,
        };
        let Answered { response, operation, resource, outcome } = answered;
        log.record(
            entry.answered(&Asked { service, region, operation, resource, ..asked }, outcome),
        );
        match fault {
            Some(Fault::CrashAfter) => laboratory.crash().await,
            Some(Fault::Timeout) => std::future::pending().await,
            _ => Ok(response),
        }
    }

    /// The distribution that a request is for, if it is for one.
    fn distribution(
        &self,
        arrival: Option<&Arrival>,
        request: &Request<Bytes>,
    ) -> Option<(Distribution, Viewer)> {
        let host = request.headers().get(HOST).and_then(|host| host.to_str().ok());
        let found = self.inner.account.transact(|world, _| match arrival {
            Some(arrival) => Distribution::by_alias(world, &arrival.server_name),
            None => Distribution::by_host(world, host?),
        });
        // What is wrong with the account is told by whoever answers instead.
        let viewer = if arrival.is_some() { Viewer::Https } else { Viewer::Http };
        Some((found.ok().flatten()?, viewer))
    }

    /// Lets the call's service answer: from the account, or from what it was.
    async fn act(
        &self,
        asked: &Asked,
        number: u64,
        fault: Option<Fault>,
        request: Request<Bytes>,
    ) -> Exchange {
        let Inner { account, laboratory, doors, .. } = &*self.inner;
        let before = if fault == Some(Fault::StaleRead) { self.before().clone() } else { None };
        if let Some(before) = before {
            return wire::answer(&before, doors, number, request).await;
        }
        if is_write(&asked.operation) {
            self.remember(laboratory.looks_back());
        }
        wire::answer(account, doors, number, request).await
    }

    /// Keeps the account as it is now for reads that are to be stale, or keeps nothing.
    pub(crate) fn remember(&self, is_needed: bool) {
        // A copy that cannot be made is told by the call that comes next.
        let copy = if is_needed { self.inner.account.copy().ok() } else { None };
        *self.before() = copy.map(Arc::new);
    }

    fn before(&self) -> MutexGuard<'_, Option<Arc<Account>>> {
        self.inner.before.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn laboratory(&self) -> &Laboratory {
        &self.inner.laboratory
    }

    /// The certificate, in PEM, of the authority that issues those of custom domain names.
    pub fn server_authority(&self) -> Result<String, ServerAuthorityError> {
        Ok(ServerAuthority::of(&self.inner.account)?.certificate)
    }

    /// How many calls have begun.
    pub(crate) fn calls_begun(&self) -> u64 {
        self.inner.log.begun()
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
        self.inner.account.transact(|world, now| tamper::tamper(world, request, now))?
    }

    /// The calls since this sandbox was opened, in the order in which they were answered or came to nothing.
    pub fn call_log(&self) -> Vec<LoggedCall> {
        self.inner.log.calls()
    }

    /// How many calls came to an end since this sandbox was opened.
    pub fn call_counts(&self) -> CallCounts {
        self.inner.log.counts()
    }
}
