//! Requests as OpenSSL makes them (`fixtures/`), each with what is thought of it.

use super::SigningRequest;

const NAME: &str = "clinic-0001-pc01";

macro_rules! fixture {
    ($name:literal) => {
        include_str!(concat!("fixtures/", $name, ".csr.pem"))
    };
}

fn refusal(text: &str) -> String {
    let refusal = SigningRequest::of_terminal(NAME, text).unwrap_err();
    assert!(refusal.hint.contains("certreq"), "{}", refusal.hint);
    assert!(refusal.hint.contains("openssl req"), "{}", refusal.hint);
    refusal.message
}

#[test]
fn what_asks_for_no_more_than_a_terminal_gets_is_let_in() {
    for text in [fixture!("p256"), fixture!("p384"), fixture!("rsa-2048")] {
        let request = SigningRequest::of_terminal(NAME, text).unwrap();
        let again = SigningRequest::of_terminal(NAME, &request.pem());
        assert_eq!(again, Ok(request));
    }
}

#[test]
fn the_label_of_certreq_and_the_line_ends_of_windows_are_read() {
    let request = SigningRequest::of_terminal(NAME, fixture!("rsa-2048"));
    let text = fixture!("rsa-2048").replace(" CERTIFICATE REQUEST", " NEW CERTIFICATE REQUEST");
    let text = text.replace('\n', "\r\n");
    assert_eq!(SigningRequest::of_terminal(NAME, &text), request);
}

#[test]
fn what_is_wrong_is_said() {
    let refusals = [
        ("other name", fixture!("other-name")),
        ("two names", fixture!("two-names")),
        ("no name", fixture!("no-name")),
        ("short key", fixture!("rsa-1024")),
        ("other curve", fixture!("p521")),
        ("other type", fixture!("ed25519")),
        ("SHA-1", fixture!("sha1")),
        ("alternative name", fixture!("alternative-name")),
        ("CA", fixture!("authority")),
        ("key usage", fixture!("signs-certificates")),
        ("extended key usage", fixture!("server")),
        ("unknown extension", fixture!("policies")),
        ("secret", fixture!("challenge-password")),
    ];
    let told: Vec<_> =
        refusals.iter().map(|(what, text)| format!("{what}: {}\n", refusal(text))).collect();
    insta::assert_snapshot!(told.concat(), @r"
    other name: its common name is `clinic-0002-pc01`, not `clinic-0001-pc01`
    two names: it has 2 common names, and one is taken
    no name: it has no common name
    short key: its key is RSA of 1024 bits, and 2048 to 4096 are taken
    other curve: its key is on the curve P-521, and P-256 and P-384 are taken
    other type: its key is of a type that is not taken
    SHA-1: it is signed with SHA-1
    alternative name: it asks for other names (subject alternative name)
    CA: it asks for being a CA (basic constraints)
    key usage: it asks for signing certificates or revocation lists (key usage)
    extended key usage: it asks for an extended key usage other than client authentication
    unknown extension: it asks for the extension 2.5.29.32, which is not taken
    secret: a challenge password stands in it
    ");
}

#[test]
fn what_is_no_request_is_refused() {
    let request = fixture!("p256");
    let twice = format!("{request}{request}");
    let certificate = request.replace("CERTIFICATE REQUEST", "CERTIFICATE");
    let told: Vec<_> = ["", "MIIB", &twice, &certificate, &"x".repeat(40_000)]
        .iter()
        .map(|text| format!("{}\n", refusal(text)))
        .collect();
    insta::assert_snapshot!(told.concat(), @r"
    it is not one signing request in PEM
    it is not one signing request in PEM
    it is not one signing request in PEM
    it holds a `CERTIFICATE`, not a signing request
    it has 40000 bytes, and the CA takes 32768
    ");
}

#[test]
fn whatever_is_altered_is_refused() {
    let right = SigningRequest::of_terminal(NAME, fixture!("p256")).unwrap();
    // Between the two stands the signature's algorithm, which is not signed itself.
    let (signed, signature) = (0..264, 278..right.der.len());
    for at in signed.chain(signature) {
        let mut der = right.der.clone();
        der[at] ^= 1;
        let text = crate::pem::write("CERTIFICATE REQUEST", &der);
        assert!(SigningRequest::of_terminal(NAME, &text).is_err(), "byte {at}");
    }
    let mut longer = right.der;
    longer.push(0);
    refusal(&crate::pem::write("CERTIFICATE REQUEST", &longer));
}
