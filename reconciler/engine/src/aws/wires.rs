//! What clients are made of: the SDK's settings, and how AWS is reached.

use std::sync::Arc;
use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::stalled_stream_protection::StalledStreamProtectionConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{AppName, BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_async::rt::sleep::TokioSleep;
use aws_smithy_async::time::SharedTimeSource;
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use aws_smithy_http_client::{Builder, ConnectorBuilder};
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use reconcile_core::calls::Calls;

use super::connector::{Counted, Traffic};

/// What the defaults of the SDK are; pinned, so that a new version of it changes nothing by itself.
fn behaviour() -> BehaviorVersion {
    BehaviorVersion::v2026_01_12()
}

/// How calls are marked in the user agent that CloudTrail shows.
const APP_NAME: &str = "reconcile";

/// Attempts of one call. With the SDK's backoff (1 s, doubled, at most 20 s) the last one comes about a
/// minute after the first, which outlasts the throttling that a busy account causes.
const ATTEMPTS: u32 = 8;

/// How long an attempt may wait for the first byte of its answer. The SDK has no limit, and without one a
/// connection that a firewall dropped holds a run up for ever.
const READ_TIMEOUT: Duration = Duration::from_mins(1);

/// How AWS is reached.
#[derive(Debug)]
pub enum Through {
    /// An AWS in this process. Settings of the machine (`AWS_*`, `~/.aws`) are not read.
    Process {
        /// What takes the requests.
        http_client: SharedHttpClient,
        /// What signs them.
        credentials: Credentials,
    },
    /// The network, with the SDK's default chain of credentials and settings.
    Network {
        /// The profile of `~/.aws`, if not the one that the chain takes.
        profile: Option<String>,
    },
}

/// What the clients of one session are made of.
#[derive(Debug, Clone)]
pub(super) struct Wires {
    base: SdkConfig,
    inner: SharedHttpClient,
    time_source: SharedTimeSource,
    traffic: Arc<Traffic>,
}

impl Wires {
    /// Reads the machine's settings, if AWS is reached through the network.
    pub(super) async fn new(through: Through, region: &str, time_source: SharedTimeSource) -> Self {
        let (base, inner) = match through {
            Through::Process { http_client, credentials } => (of_process(credentials), http_client),
            Through::Network { profile } => {
                let inner = https_client();
                let loader = loader(region, profile)
                    .http_client(inner.clone())
                    .time_source(time_source.clone());
                (loader.load().await, inner)
            }
        };
        Self { base, inner, time_source, traffic: Arc::default() }
    }

    /// The configuration of a client in `region`.
    pub(super) fn sdk(&self, region: &str) -> SdkConfig {
        self.base
            .to_builder()
            .region(Region::new(region.to_owned()))
            .time_source(self.time_source.clone())
            .sleep_impl(TokioSleep::new())
            .http_client(Counted {
                inner: self.inner.clone(),
                region: region.to_owned(),
                traffic: Arc::clone(&self.traffic),
            })
            .retry_config(RetryConfig::standard().with_max_attempts(ATTEMPTS))
            // An upload waits for its quota within the attempt, which looks stalled; ours are small, and
            // the read timeout covers them.
            .stalled_stream_protection(
                StalledStreamProtectionConfig::enabled().upload_enabled(false).build(),
            )
            .build()
    }

    /// The clock that requests are signed by.
    pub(super) fn time_source(&self) -> &SharedTimeSource {
        &self.time_source
    }

    /// The calls made so far.
    pub(super) fn calls(&self) -> Calls {
        self.traffic.calls()
    }
}

fn timeouts() -> TimeoutConfig {
    TimeoutConfig::builder().read_timeout(READ_TIMEOUT).build()
}

fn of_process(credentials: Credentials) -> SdkConfig {
    let mut builder = SdkConfig::builder()
        .behavior_version(behaviour())
        .timeout_config(timeouts())
        .credentials_provider(SharedCredentialsProvider::new(credentials));
    builder.set_app_name(AppName::new(APP_NAME).ok());
    builder.build()
}

fn loader(region: &str, profile: Option<String>) -> aws_config::ConfigLoader {
    let mut loader = aws_config::defaults(behaviour())
        .region(Region::new(region.to_owned()))
        .sleep_impl(TokioSleep::new())
        .timeout_config(timeouts());
    if let Ok(name) = AppName::new(APP_NAME) {
        loader = loader.app_name(name);
    }
    match profile {
        Some(profile) => loader.profile_name(profile),
        None => loader,
    }
}

/// The client that the SDK would make itself, which it does not let others wrap.
fn https_client() -> SharedHttpClient {
    Builder::new().build_with_connector_fn(|settings, components| {
        let mut builder =
            ConnectorBuilder::default().tls_provider(Provider::Rustls(CryptoMode::AwsLc));
        builder.set_connector_settings(settings.cloned());
        if let Some(components) = components {
            builder.set_sleep_impl(components.sleep_impl());
        }
        builder.set_proxy_config(Some(ProxyConfig::from_env()));
        builder.build()
    })
}
