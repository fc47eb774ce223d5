//! What a run holds of AWS.

use std::path::PathBuf;
use std::sync::Arc;

use aws_config::SdkConfig;
use aws_config::retry::RetryConfig;
use aws_smithy_async::time::SharedTimeSource;
use jiff::Timestamp;
use reconcile_core::calls::Calls;
use reconcile_core::digest::Digest;
use reconcile_core::environment::{Environment, Target};

use super::clock::timestamp;
use super::errors::AwsError;
use super::naming::NameCalls;
use super::wires::{Through, Wires};
use crate::state::s3::S3Store;
use crate::state::store::StateStore;

/// The clients' configuration, the clock, the state bucket, and who this run is. Cheap to clone.
///
/// Expected flow: [`Session::connect`] once, then clients from [`Session::sdk`].
///
/// Guarantees: the first call is STS's `GetCallerIdentity`, and if it names another account than the
/// environment does, it is the only one. Every attempt of every client waits for its quota and is counted;
/// a client that could not be counted cannot call at all.
///
/// Assumptions: finding credentials may call AWS, too (SSO, STS, instance metadata); those calls are the
/// SDK's, before there is a session, and not counted.
#[derive(Debug, Clone)]
pub struct Session {
    /// Where.
    pub environment: Arc<Environment>,
    /// The account that STS named.
    pub account: String,
    /// Whom STS named: the ARN of the caller.
    pub arn: String,
    /// Who this run is.
    pub run: Arc<RunIdentity>,
    /// The state bucket.
    pub state: Arc<dyn StateStore>,
    /// The root of the work tree, for what is built from it; none where there is none.
    pub work_tree: Option<PathBuf>,
    pub(super) wires: Wires,
}

/// What a session needs to be made.
#[derive(Debug)]
pub struct Connect {
    /// Where.
    pub environment: Arc<Environment>,
    /// Who the run is.
    pub run: RunIdentity,
    /// The root of the work tree, where there is one.
    pub work_tree: Option<PathBuf>,
    /// The time. AWS refuses a request that is signed minutes off.
    pub time_source: SharedTimeSource,
    /// How AWS is reached.
    pub through: Through,
}

/// Why there is no session.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConnectError {
    /// STS did not say who calls.
    #[error("failed to ask AWS who is calling: {0}")]
    Unidentified(AwsError),
    /// The credentials are another account's. Nothing else was called.
    #[error(
        "environment `{environment}` is account {expected}, but the credentials are account {got}'s (`{arn}`)"
    )]
    OtherAccount {
        /// The environment.
        environment: String,
        /// The account that it names.
        expected: String,
        /// The account that STS names.
        got: String,
        /// Whom STS names.
        arn: String,
    },
}

/// Who a run is, for tags, tokens and records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunIdentity {
    /// A name for the run that sorts by time.
    pub id: String,
    /// The commit of the work tree (40 hex digits), where there is one.
    pub commit: Option<String>,
    /// The person or job behind it: GitHub's actor, or the user of the laptop.
    pub actor: Option<String>,
    /// Where the job's log is, where a job runs it.
    pub url: Option<String>,
}

impl RunIdentity {
    /// The identity of a run that begins `now`; `process` tells apart what begins at the same time.
    ///
    /// The name keeps to the characters of CloudFormation's tokens: `20261121T205209123Z-3f2a9c4b11d0`.
    pub fn new(
        now: Timestamp,
        commit: Option<String>,
        actor: Option<String>,
        process: u32,
    ) -> Self {
        let time = now.strftime("%Y%m%dT%H%M%S%3f");
        let rest = Digest::of_json(&(now.as_nanosecond().to_string(), &commit, &actor, process));
        Self { id: format!("{time}Z-{}", rest.short()), commit, actor, url: None }
    }

    /// The same run, whose log is there.
    #[must_use]
    pub fn logged_at(self, url: Option<String>) -> Self {
        Self { url, ..self }
    }
}

impl Session {
    /// Finds credentials and asks AWS whose they are.
    pub async fn connect(connect: Connect) -> Result<Self, ConnectError> {
        let Connect { environment, run, work_tree, time_source, through } = connect;
        let region = environment.target.region();
        let wires = Wires::new(through, region, time_source).await;
        let (account, arn) = caller(&wires.sdk(region)).await?;
        if let Target::Aws { account: expected, .. } = &environment.target
            && *expected != account
        {
            return Err(ConnectError::OtherAccount {
                environment: environment.name.clone(),
                expected: expected.clone(),
                got: account,
                arn,
            });
        }
        let state = Arc::new(S3Store::new(
            &wires.sdk(region),
            environment.state_bucket.clone(),
            account.clone(),
        ));
        Ok(Self { environment, account, arn, run: Arc::new(run), state, work_tree, wires })
    }

    /// The configuration of a client in `region`.
    ///
    /// An SDK's shared configuration cannot carry an interceptor, so a client adds its own:
    ///
    /// ```no_run
    /// # use reconcile_engine::aws::{naming::NameCalls, session::Session};
    /// # fn client(session: &Session) -> aws_sdk_s3::Client {
    /// let config = aws_sdk_s3::config::Builder::from(&session.sdk("us-east-1"))
    ///     .interceptor(NameCalls)
    ///     .build();
    /// aws_sdk_s3::Client::from_conf(config)
    /// # }
    /// ```
    pub fn sdk(&self, region: &str) -> SdkConfig {
        self.wires.sdk(region)
    }

    /// The time, as the session's clock has it.
    pub fn now(&self) -> Timestamp {
        timestamp(self.wires.time_source())
    }

    /// The calls made so far.
    pub fn calls(&self) -> Calls {
        self.wires.calls()
    }
}

/// Whose credentials a configuration holds: account and ARN.
async fn caller(sdk: &SdkConfig) -> Result<(String, String), ConnectError> {
    let config = aws_sdk_sts::config::Builder::from(sdk)
        .interceptor(NameCalls)
        // Somebody waits, and what fails here is rarely AWS.
        .retry_config(RetryConfig::standard().with_max_attempts(3))
        .build();
    let answer = aws_sdk_sts::Client::from_conf(config)
        .get_caller_identity()
        .send()
        .await
        .map_err(|error| ConnectError::Unidentified(AwsError::of(&error)))?;
    Ok((answer.account.unwrap_or_default(), answer.arn.unwrap_or_default()))
}
