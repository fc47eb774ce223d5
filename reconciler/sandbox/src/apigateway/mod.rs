//! API Gateway: HTTP APIs in front of functions.
//!
//! Which API and stage a request is for ([`Address`], [`Entrance`]) is told apart from how it is answered
//! ([`HttpApis::answer`]), so that a [`domain`] can bring its own name and clients' certificates. An API
//! is what its resources say: there is no deployment that could lag behind them.
//!
//! ## Caveats
//!
//! * Integrations are `AWS_PROXY` to functions, with payload format 2.0; all others fail.
//! * Authorizers are not played: a route that asks for one lets nobody in.
//! * Throttling counts this process's requests only.
//! * A custom domain name's mapping key stays in the path that the function is told, and not in the one that routes
//!   match.

mod access_log;
mod address;
mod cors;
mod domain;
mod event;
mod model;
mod providers;
mod response;
mod routing;
#[cfg(test)]
mod tests;
mod throttle;
mod visit;

use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use http::{HeaderValue, Request, Response};
use jiff::Timestamp;

use access_log::{IntegrationOutcome, Outcome};
use address::Astray;
pub(crate) use address::{Address, Entrance};
pub(crate) use domain::{ApiMappingProvider, Arrival, Domain, DomainNameProvider};
pub(crate) use model::Api;
use model::{Integration, Route};
pub(crate) use providers::{ApiProvider, PartProvider, RouteProvider, StageProvider};
use response::Refusal;
use routing::Taken;
use throttle::Throttles;
pub(crate) use visit::Peer;
use visit::Visit;

use crate::account::Account;
use crate::lambda::{self, Ended, Functions, Invocation, Invoker, NotRun, Wanted};
use crate::logs;
use crate::store::StateError;
use crate::world::{ACCOUNT, World};

/// The longest body of a request.
const LARGEST_BODY: usize = 10 * 1024 * 1024;

/// The service that permissions of functions name.
const PRINCIPAL: &str = "apigateway.amazonaws.com";

/// The account's HTTP APIs.
#[derive(Debug)]
pub(crate) struct HttpApis {
    account: Arc<Account>,
    functions: Functions,
    throttles: Throttles,
}

impl HttpApis {
    pub(crate) fn new(account: Arc<Account>, functions: Functions) -> Self {
        Self { account, functions, throttles: Throttles::default() }
    }

    /// Answers a request to an API's own host.
    pub(crate) async fn answer_at(
        &self,
        address: Address,
        request: Request<Bytes>,
    ) -> Response<Bytes> {
        self.admit(request, |world, request, _| address.enter(world, request.uri().path())).await
    }

    /// Answers a request to a custom domain name.
    pub(crate) async fn answer_by_tls(
        &self,
        arrival: Arrival,
        request: Request<Bytes>,
    ) -> Response<Bytes> {
        let enter = |world: &World, request: &Request<Bytes>, now| {
            let domain = Domain::find(world, &arrival.server_name).ok_or(Astray::Forbidden)?;
            domain.enter(world, &arrival, request, now)
        };
        self.admit(request, enter).await
    }

    /// Answers a request that finds its way in.
    async fn admit(
        &self,
        request: Request<Bytes>,
        enter: impl FnOnce(&World, &Request<Bytes>, Timestamp) -> Result<Entrance, Astray>,
    ) -> Response<Bytes> {
        let entered = self.account.transact(|world, now| enter(world, &request, now));
        match entered {
            Ok(Ok(entrance)) => self.answer(entrance, request).await,
            Ok(Err(Astray::Forbidden)) => Refusal::FORBIDDEN.response(),
            Ok(Err(Astray::Nowhere)) => Refusal::NOT_FOUND.response(),
            Err(error) => broken(&error),
        }
    }

    /// Answers a request that came in by this entrance, and logs it.
    pub(crate) async fn answer(
        &self,
        entrance: Entrance,
        request: Request<Bytes>,
    ) -> Response<Bytes> {
        let began = Instant::now();
        let received = self.account.transact(|world, now| Visit::of(world, entrance, request, now));
        let visit = match received {
            Ok(visit) => visit,
            Err(error) => return broken(&error),
        };
        let mut outcome = Outcome::default();
        let answered = match cors::preflight(&visit) {
            Some(response) => Ok(response),
            None => self.take_route(&visit, &mut outcome).await,
        };
        let mut response = answered.unwrap_or_else(|refusal| {
            outcome.error = Some(refusal.message);
            refusal.response()
        });
        if visit.method != "OPTIONS" {
            cors::dress(&visit, response.headers_mut());
        }
        if let Ok(id) = HeaderValue::from_str(&visit.request_id) {
            response.headers_mut().insert("apigw-requestid", id);
        }
        outcome.latency_ms = began.elapsed().as_millis();
        self.log(&visit, &outcome, &response);
        response
    }

    /// Finds the route, and lets its integration answer if the request may pass.
    async fn take_route(
        &self,
        visit: &Visit,
        outcome: &mut Outcome,
    ) -> Result<Response<Bytes>, Refusal> {
        if visit.body.len() > LARGEST_BODY {
            return Err(Refusal::TOO_LARGE);
        }
        let Entrance { api, stage, route_path, .. } = &visit.entrance;
        let routes = self.account.transact(|world, _| api.routes(world));
        let routes = routes.map_err(|_| Refusal::INTERNAL)?;
        let taken = routing::choose(routes, &visit.method, route_path);
        let taken = taken.ok_or(Refusal::NOT_FOUND)?;
        outcome.route_key.clone_from(&taken.route.key);
        let throttled = format!("{}/{}/{}", api.id, stage.name, taken.route.key);
        if !self.throttles.admit(throttled, stage.throttle(&taken.route.key), visit.at) {
            return Err(Refusal::TOO_MANY);
        }
        match &*taken.route.authorization {
            "NONE" => {}
            "AWS_IAM" => return Err(Refusal::FORBIDDEN),
            _ => return Err(Refusal::UNAUTHORIZED),
        }
        let integration = taken.route.integration.as_ref().ok_or(Refusal::INTERNAL)?;
        self.integrate(visit, &taken, integration, outcome).await
    }

    /// Lets the function answer.
    async fn integrate(
        &self,
        visit: &Visit,
        taken: &Taken,
        integration: &Integration,
        outcome: &mut Outcome,
    ) -> Result<Response<Bytes>, Refusal> {
        let event = Bytes::from(event::event(visit, taken).to_string());
        if event.len() > lambda::LARGEST_PAYLOAD {
            return Err(Refusal::TOO_LARGE);
        }
        let began = Instant::now();
        let mut told = IntegrationOutcome::default();
        let result = match self.invocation(visit, &taken.route, integration, event) {
            Ok(invocation) => {
                told.request_id.clone_from(&invocation.event.request_id);
                let running = self.functions.run(invocation);
                let running = tokio::time::timeout(integration.timeout, running).await;
                running.map_or(Err(Refusal::UNAVAILABLE), |ended| read(ended, &mut told))
            }
            Err(why) => {
                told.error = Some(why);
                Err(Refusal::INTERNAL)
            }
        };
        told.latency_ms = began.elapsed().as_millis();
        outcome.integration = Some(told);
        result
    }

    /// The invocation that an integration stands for, or why there is none.
    fn invocation(
        &self,
        visit: &Visit,
        route: &Route,
        integration: &Integration,
        event: Bytes,
    ) -> Result<Invocation, String> {
        if integration.kind != "AWS_PROXY" || integration.payload_format != "2.0" {
            return Err(format!(
                "The sandbox plays AWS_PROXY integrations with payload format 2.0, and not {} {}",
                integration.kind, integration.payload_format
            ));
        }
        let region = &visit.entrance.api.region;
        let arn = integration.function_arn();
        let source = source_arn(visit, route);
        let permitted = self.account.transact(|world, _| {
            let invoker = Invoker { service: PRINCIPAL, source_arn: &source };
            lambda::permits(world, region, arn, invoker)
        });
        if !permitted.map_err(|error| error.to_string())? {
            return Err("The IAM role configured on the integration or API Gateway doesn't have permissions to call the integration. Check the permissions and try again.".to_owned());
        }
        let wanted = Wanted {
            region,
            function: arn,
            qualifier: None,
            trace: Some(&visit.trace),
            client_context: None,
        };
        self.functions.prepare(&wanted, event).map_err(|error| error.message)
    }

    /// Writes the access log's line, if the stage has an access log.
    fn log(&self, visit: &Visit, outcome: &Outcome, response: &Response<Bytes>) {
        let Entrance { api, stage, .. } = &visit.entrance;
        let Some((destination, format)) = &stage.access_log else { return };
        let Some(line) = access_log::line(format, visit, outcome, response) else { return };
        let group = destination.split_once(":log-group:").map_or("", |(_, group)| group);
        let group = group.trim_end_matches(":*");
        let stream = format!("{}/{}", api.id, stage.name);
        let written = self.account.transact(|world, now| {
            let place = logs::Place { region: &api.region, group, stream: &stream };
            if logs::has_group(world, &api.region, group) {
                logs::write(world, place, now, &[line]);
            }
        });
        if let Err(error) = written {
            tracing::warn!(%error, "an access log could not be written");
        }
    }
}

/// What a function's end means for the request.
fn read(
    ended: Result<Ended, NotRun>,
    told: &mut IntegrationOutcome,
) -> Result<Response<Bytes>, Refusal> {
    let ended = match ended {
        Ok(ended) => ended,
        Err(NotRun::TooMany) => {
            told.status = 429;
            return Err(Refusal::UNAVAILABLE);
        }
        Err(NotRun::Broken(why)) => {
            told.error = Some(why);
            return Err(Refusal::INTERNAL);
        }
    };
    told.status = 200;
    match ended.outcome {
        Ok(payload) => {
            let response = response::interpret(&payload).ok_or(Refusal::INTERNAL)?;
            told.answered = Some(response.status().as_u16());
            Ok(response)
        }
        Err(failure) => {
            told.error = Some(format!(
                "The Lambda function returned the following error: {}. Check your Lambda function code and try again.",
                failure.error_type()
            ));
            Err(Refusal::INTERNAL)
        }
    }
}

/// The route as permissions name it: `arn:aws:execute-api:<region>:<account>:<api>/<stage>/GET/pets`.
fn source_arn(visit: &Visit, route: &Route) -> String {
    let Entrance { api, stage, .. } = &visit.entrance;
    let resource = match route.key.split_once(' ') {
        Some((_, path)) => format!("{}{path}", visit.method),
        None => route.key.clone(),
    };
    format!("arn:aws:execute-api:{}:{ACCOUNT}:{}/{}/{resource}", api.region, api.id, stage.name)
}

fn broken(error: &StateError) -> Response<Bytes> {
    tracing::warn!(%error, "the account could not be read");
    Refusal::INTERNAL.response()
}
