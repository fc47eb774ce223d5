//! The functions of this repository, deployed and asked over HTTP.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

use reconcile_tests::binary::reconcile;
use reconcile_tests::functions::this_repository;
use serde_json::Value;

/// `reconcile sandbox serve`, for as long as this lives.
struct Door(Child);

impl Door {
    /// Opens the sandbox of this repository; answers with where its API is, too.
    fn open() -> (Self, String) {
        let mut serve = Command::new(reconcile());
        serve.args(["sandbox", "serve", "--port", "0"]).current_dir(this_repository());
        let mut child = serve.stdout(Stdio::piped()).spawn().expect("the program runs");
        let said = BufReader::new(child.stdout.take().expect("it says where it is"));
        let mut lines = said.lines().map(|line| line.expect("it says so in UTF-8"));
        let line = lines.find(|line| line.contains(".execute-api.")).expect("there is an API");
        let (_, url) = line.split_once(" answers at http://").expect("it says where");
        (Self(child), url.to_owned())
    }
}

impl Drop for Door {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing to stop.
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// Status and body of an answer to `GET`.
fn get(url: &str, path: &str) -> (u16, Value) {
    let (host, stage) = url.split_once('/').expect("the API has a stage");
    let port = host.rsplit_once(':').expect("it has a port").1;
    let mut stream = TcpStream::connect(format!("127.0.0.1:{port}")).expect("it answers");
    let request =
        format!("GET /{stage}{path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).expect("it reads");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("it answers in UTF-8");
    let (head, body) = answer.split_once("\r\n\r\n").expect("it speaks HTTP");
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
    (status.expect("it has a status"), serde_json::from_str(body).expect("it is JSON"))
}

#[test]
fn answer_as_their_contract_says() {
    let run = |line: &str| {
        let mut program = Command::new(reconcile());
        let output = program.args(line.split(' ')).current_dir(this_repository()).output();
        let output = output.expect("the program runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    };
    run("sandbox reset");
    run("apply --no-progress");
    let again: Value =
        serde_json::from_slice(&run("apply --no-progress --output json")).expect("it is JSON");
    assert_eq!((&again["status"], &again["calls"]["writes"]), (&"in_sync".into(), &0.into()));
    let (_door, url) = Door::open();
    let (status, health) = get(&url, "/health");
    assert_eq!((status, &health["ok"], &health["path"]), (200, &true.into(), &"/v1/health".into()));
    assert!(health["ts"].is_u64() && health["requestId"].is_string(), "{health}");
    assert_eq!(health["sourceIp"], "127.0.0.1");
    let (status, told) = get(&url, "/status");
    assert_eq!((status, &told["configuration"]["complete"]), (200, &true.into()), "{told}");
    assert_eq!((get(&url, "/nothing").0, get(&url, "/").0), (404, 404));
}
