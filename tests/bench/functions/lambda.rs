//! Lambda's Runtime API: hands the same event out again and again, and notes when it is answered.

use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::sync::Notify;

use crate::Failure;

/// What happened, in order.
#[derive(Debug, Default)]
pub(crate) struct Noted {
    /// When an event was handed out, and when its answer was there.
    pub(crate) invocations: Vec<(Instant, Instant)>,
    pub(crate) last_answer: Bytes,
    handed_out: Option<Instant>,
    failure: Option<String>,
}

/// One execution environment's Runtime API.
#[derive(Debug)]
pub(crate) struct RuntimeApi {
    event: Bytes,
    /// How often the event is handed out.
    times: usize,
    noted: Mutex<Noted>,
    done: Notify,
}

impl RuntimeApi {
    pub(crate) fn new(event: &str, times: usize) -> Arc<Self> {
        let event = Bytes::copy_from_slice(event.as_bytes());
        Arc::new(Self { event, times, noted: Mutex::default(), done: Notify::new() })
    }

    /// Serves until the event was answered as often as it should be.
    pub(crate) async fn serve(self: Arc<Self>, listener: TcpListener) -> Result<Noted, Failure> {
        let accept = async {
            loop {
                let (stream, _) = listener.accept().await?;
                stream.set_nodelay(true)?;
                let api = Arc::clone(&self);
                tokio::spawn(async move {
                    let service = service_fn(|request| api.answer(request));
                    let http = hyper::server::conn::http1::Builder::new();
                    // It ends when the function is stopped.
                    http.serve_connection(TokioIo::new(stream), service).await.unwrap_or_default();
                });
            }
        };
        let result: Result<(), std::io::Error> = tokio::select! {
            failed = accept => failed,
            () = self.done.notified() => Ok(()),
        };
        result?;
        let noted = std::mem::take(&mut *self.noted.lock().unwrap_or_else(PoisonError::into_inner));
        match noted.failure {
            Some(failure) => Err(failure.into()),
            None => Ok(noted),
        }
    }

    async fn answer(
        &self,
        request: Request<Incoming>,
    ) -> Result<Response<Full<Bytes>>, Infallible> {
        if request.method() == Method::GET {
            return Ok(self.next().await);
        }
        let path = request.uri().path().to_owned();
        let body = request.into_body().collect().await.map(http_body_util::Collected::to_bytes);
        self.note(&path, body.unwrap_or_default());
        let mut accepted = Response::new(Full::default());
        *accepted.status_mut() = StatusCode::ACCEPTED;
        Ok(accepted)
    }

    async fn next(&self) -> Response<Full<Bytes>> {
        let is_over = {
            let mut noted = self.noted.lock().unwrap_or_else(PoisonError::into_inner);
            noted.handed_out = Some(Instant::now());
            noted.invocations.len() >= self.times || noted.failure.is_some()
        };
        if is_over {
            self.done.notify_one();
            std::future::pending::<()>().await;
        }
        let mut response = Response::new(Full::new(self.event.clone()));
        let headers = response.headers_mut();
        for (name, value) in [
            ("content-type", "application/json"),
            ("lambda-runtime-aws-request-id", "8476a536-e9f4-11e8-9739-2dfe598c3fcd"),
            ("lambda-runtime-deadline-ms", "9999999999999"),
            (
                "lambda-runtime-invoked-function-arn",
                "arn:aws:lambda:ap-northeast-1:111122223333:function:f",
            ),
        ] {
            headers.insert(name, hyper::header::HeaderValue::from_static(value));
        }
        response
    }

    fn note(&self, path: &str, body: Bytes) {
        let now = Instant::now();
        let mut noted = self.noted.lock().unwrap_or_else(PoisonError::into_inner);
        if !path.ends_with("/response") {
            noted.failure = Some(format!("{path}: {}", String::from_utf8_lossy(&body)));
            self.done.notify_one();
        }
        if let Some(handed_out) = noted.handed_out.take() {
            noted.invocations.push((handed_out, now));
        }
        noted.last_answer = body;
    }
}
