//! A function for tests: the smallest `bootstrap` that speaks Lambda's Runtime API.
//!
//! It does what its event tells it to; an event of an HTTP API is given back, or answered with its own body.

use std::env;
use std::io::{self, Read as _, Write as _};
use std::net::TcpStream;
use std::process::ExitCode;
use std::time::Duration;

use serde_json::{Value, json};

/// An answer over HTTP.
struct Answer {
    status: u16,
    head: String,
    body: String,
}

fn main() -> io::Result<ExitCode> {
    let api = variable("AWS_LAMBDA_RUNTIME_API");
    match variable("INIT").as_str() {
        "exit" => return Ok(ExitCode::from(3)),
        "error" => {
            let error = r#"{"errorType":"Test.Init","errorMessage":"not today"}"#;
            post(&api, "/2018-06-01/runtime/init/error", error, "Test.Init")?;
            return Ok(ExitCode::from(1));
        }
        "sleep" => std::thread::sleep(Duration::from_mins(10)),
        _ => {}
    }
    say("initialised")?;
    let mut count = 0;
    loop {
        count += 1;
        let next = get(&api, "/2018-06-01/runtime/invocation/next")?;
        let id = header(&next.head, "lambda-runtime-aws-request-id");
        let event: Value = serde_json::from_str(&next.body)?;
        let path = format!("/2018-06-01/runtime/invocation/{id}");
        match outcome(&event, &next, count)? {
            Outcome::Answer(answer) => post(&api, &format!("{path}/response"), &answer, "")?,
            Outcome::Error(error) => post(&api, &format!("{path}/error"), &error, "Test.Failure")?,
            Outcome::Exit(code) => return Ok(ExitCode::from(code)),
        };
    }
}

/// What comes of an event.
enum Outcome {
    Answer(String),
    Error(String),
    Exit(u8),
}

/// Does what the event asks for.
fn outcome(event: &Value, next: &Answer, count: u32) -> io::Result<Outcome> {
    let number = |name: &str| event[name].as_u64().unwrap_or_default();
    let text = |name: &str| event[name].as_str().unwrap_or_default();
    if let Some(line) = event["say"].as_str() {
        say(line)?;
        eprint_line(&format!("{line} again"))?;
    }
    Ok(Outcome::Answer(match text("do") {
        "count" => json!({ "count": count, "process": std::process::id() }).to_string(),
        "variables" => {
            let all = env::vars().map(|(name, value)| (name, Value::String(value)));
            Value::Object(all.collect()).to_string()
        }
        "head" => json!(next.head).to_string(),
        "sleep" => {
            std::thread::sleep(Duration::from_millis(number("ms")));
            json!(std::process::id()).to_string()
        }
        "exit" => return Ok(Outcome::Exit(u8::try_from(number("code")).unwrap_or_default())),
        "abort" => std::process::abort(),
        "hold" => {
            let length = usize::try_from(number("mb")).unwrap_or_default() * 1024 * 1024;
            let held = vec![1_u8; length];
            json!(held.iter().map(|byte| u64::from(*byte)).sum::<u64>()).to_string()
        }
        "length" => {
            let length = usize::try_from(number("bytes")).unwrap_or_default();
            format!("\"{}\"", "x".repeat(length.saturating_sub(2)))
        }
        "fetch" => {
            let endpoint = variable("AWS_ENDPOINT_URL");
            let host = endpoint.trim_start_matches("http://");
            json!(get(host, text("path"))?.status).to_string()
        }
        "fail" => {
            let error = json!({ "errorType": "Test.Failure", "errorMessage": text("why") });
            return Ok(Outcome::Error(error.to_string()));
        }
        "wrong" => "{ not JSON".to_owned(),
        _ => match event["requestContext"]["http"]["method"].as_str() {
            Some("PUT") => text("body").to_owned(),
            _ => event.to_string(),
        },
    }))
}

fn get(host: &str, path: &str) -> io::Result<Answer> {
    exchange(host, &format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"))
}

fn post(host: &str, path: &str, body: &str, error_type: &str) -> io::Result<Answer> {
    let length = body.len();
    let request = format!(
        "POST {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nContent-Length: {length}\r\nLambda-Runtime-Function-Error-Type: {error_type}\r\n\r\n{body}"
    );
    exchange(host, &request)
}

fn exchange(host: &str, request: &str) -> io::Result<Answer> {
    let mut stream = TcpStream::connect(host)?;
    // A server that has read enough may answer before all is sent.
    let sent = stream.write_all(request.as_bytes());
    let mut bytes = Vec::new();
    let read = stream.read_to_end(&mut bytes);
    let answer = String::from_utf8_lossy(&bytes).into_owned();
    match answer.split_once("\r\n\r\n") {
        Some((head, body)) => {
            let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
            let (head, body) = (head.to_owned(), body.to_owned());
            Ok(Answer { status: status.unwrap_or_default(), head, body })
        }
        None => sent.and(read).and_then(|_| Err(io::ErrorKind::UnexpectedEof.into())),
    }
}

fn header(head: &str, name: &str) -> String {
    let mut lines = head.lines().filter_map(|line| line.split_once(": "));
    let found = lines.find(|(known, _)| known.eq_ignore_ascii_case(name));
    found.map_or_else(String::new, |(_, value)| value.to_owned())
}

fn say(line: &str) -> io::Result<()> {
    writeln!(io::stdout(), "{line}")
}

fn eprint_line(line: &str) -> io::Result<()> {
    writeln!(io::stderr(), "{line}")
}

fn variable(name: &str) -> String {
    env::var_os(name).map(|value| value.to_string_lossy().into_owned()).unwrap_or_default()
}
