//! The program without an API: its key, its certificate, and the TLS that it speaks.

#![expect(clippy::expect_used, reason = "a test that cannot go on has failed")]

use std::fs;
use std::io::Read as _;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Output};
use std::sync::Arc;

use rcgen::{CertifiedKey, Issuer, KeyPair, generate_simple_self_signed};
use rustls::pki_types::PrivateKeyDer;
use rustls::version::{TLS12, TLS13};
use rustls::{ServerConfig, ServerConnection, SupportedProtocolVersion};

fn terminal(folder: &Path, arguments: &[&str]) -> Output {
    let mut program = Command::new(env!("CARGO_BIN_EXE_terminal"));
    program.args(arguments).current_dir(folder).output().expect("the program runs")
}

fn told(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A certificate for whatever key a terminal has.
fn certify(folder: &Path) -> String {
    let request = fs::read_to_string(folder.join("terminal/request.csr.pem")).expect("is there");
    let request = rcgen::CertificateSigningRequestParams::from_pem(&request).expect("a request");
    let CertifiedKey { cert, signing_key } =
        generate_simple_self_signed(["ca.example".to_owned()]).expect("is made");
    let issuer = Issuer::from_ca_cert_der(cert.der(), signing_key).expect("an issuer");
    request.signed_by(&issuer).expect("is signed").pem()
}

#[test]
fn a_key_is_for_nobody_else_and_for_good() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    assert!(terminal(folder, &["new", "clinic-0001-pc01"]).status.success());
    let key = folder.join("terminal/key.pem");
    let content = fs::read(&key).expect("is there");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = fs::metadata(&key).expect("is there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    let again = terminal(folder, &["new", "clinic-0001-pc01"]);
    assert!(told(&again).contains("failed to write"), "{again:?}");
    assert_eq!(fs::read(&key).expect("is there"), content);
}

#[test]
fn a_certificate_fits_the_key_and_the_name() {
    let (folder, other) = (tempfile::tempdir().expect("one"), tempfile::tempdir().expect("two"));
    let (folder, other) = (folder.path(), other.path());
    terminal(folder, &["new", "clinic-0001-pc01"]);
    terminal(other, &["new", "clinic-0001-pc01"]);
    fs::write(folder.join("other.pem"), certify(other)).expect("is written");
    let refused = terminal(folder, &["install", "other.pem"]);
    assert!(told(&refused).contains("for another key than this terminal's"), "{refused:?}");
    fs::write(folder.join("own.pem"), certify(folder)).expect("is written");
    assert!(terminal(folder, &["install", "own.pem"]).status.success());
}

/// Shakes hands with a terminal as a server that speaks one version of TLS; what it makes of it.
#[expect(clippy::unwrap_in_result, reason = "it is the test that fails then")]
fn shake_hands(version: &'static SupportedProtocolVersion) -> Result<(), String> {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    terminal(folder, &["new", "clinic-0001-pc01"]);
    fs::write(folder.join("own.pem"), certify(folder)).expect("is written");
    terminal(folder, &["install", "own.pem"]);
    let server = generate_simple_self_signed(["api.example".to_owned()]).expect("is made");
    fs::write(folder.join("server.pem"), server.cert.pem()).expect("is written");
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider);
    let config = config.with_protocol_versions(&[version]).expect("is known");
    let key = PrivateKeyDer::try_from(KeyPair::serialize_der(&server.signing_key)).expect("a key");
    let config =
        config.with_no_client_auth().with_single_cert(vec![server.cert.der().clone()], key);
    let mut connection =
        ServerConnection::new(Arc::new(config.expect("fit each other"))).expect("is set up");
    let listener = TcpListener::bind("127.0.0.1:0").expect("listens");
    let at = listener.local_addr().expect("is somewhere").to_string();
    let serving = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("somebody comes");
        let mut stream = rustls::Stream::new(&mut connection, &mut stream);
        stream.read(&mut [0; 1]).map(|_| ()).map_err(|error| error.to_string())
    });
    let api = ["--api", "https://api.example", "--connect", &at, "--authority", "server.pem"];
    terminal(folder, &[&["me"][..], &api].concat());
    serving.join().expect("ends")
}

#[test]
fn it_speaks_tls_1_3_and_nothing_older() {
    assert_eq!(shake_hands(&TLS13), Ok(()));
    let refused = shake_hands(&TLS12).expect_err("is refused");
    assert!(refused.contains("Tls12NotOffered"), "{refused}");
}
