//! `reconcile import device`: a terminal that has its certificate already.

use std::path::{Path, PathBuf};

use clap::Args;
use reconcile_core::address::Address;
use reconcile_core::problem::Problem;
use reconcile_engine::aws::session::Session;
use reconcile_engine::plan::World;
use reconcile_kind_device::csr::SigningRequest;
use reconcile_kind_device::{DeviceKind, certificate, import};

use super::super::Failure;
use super::super::device::draft::{Draft, Values};
use super::super::device::request;
use super::super::device::terminals::Terminals;
use super::{Evidence, Place, Proposal};

/// Arguments of `import device`.
#[derive(Debug, Args)]
pub(crate) struct DeviceArgs {
    /// The terminal's name, which is its certificate's common name.
    name: String,
    /// The clinic that it stands in.
    #[arg(long)]
    clinic: String,
    /// Its certificate: a PEM file, an ARN, or a serial number.
    #[arg(long, value_name = "FILE|ARN|SERIAL")]
    certificate: String,
    /// A signing request for the same key, in PEM: that it has the key.
    #[arg(long, value_name = "FILE")]
    csr: PathBuf,
    #[command(flatten)]
    values: Values,
    /// Write over files that are there.
    #[arg(long)]
    force: bool,
}

/// The certificate that is to be put on record.
#[derive(Debug)]
pub(super) enum Certificate {
    /// One that is for the request's key: that is all there is to know of it.
    OfKey,
    /// One that the CA's audit report has to show under this ARN or serial number.
    Called(String),
}

pub(super) fn propose(place: &Place<'_>, args: &DeviceArgs) -> Result<Proposal, Failure> {
    let DeviceArgs { name, clinic, certificate, csr, values, force } = args;
    let terminals = Terminals::read(place.workspace)?;
    if let Some(terminal) = terminals.find(name).filter(|_| !force) {
        let message = format!("`{name}` is declared already, in {}", terminal.path());
        let hint = format!(
            "what its CA issued for its key is put on record by `reconcile apply --detect --only devices/{name}`"
        );
        return Err(Failure::Refused(Problem::whole(message).hint(hint)));
    }
    let request = request::read(name, csr)?;
    let certificate = meant(certificate, &request)?;
    let draft = Draft::new((clinic, name), values, &terminals, &place.context.global)?;
    let Draft { path, text, request: request_path } = draft;
    Ok(Proposal {
        address: Address::new("devices", name),
        files: vec![(path, text), (request_path, request.pem())],
        open: None,
        consequences: Vec::new(),
        notes: Vec::new(),
        evidence: Evidence::Certificate(certificate),
        force: *force,
    })
}

/// Which certificate is meant. One in a file has to be for the request's key.
fn meant(certificate: &str, request: &SigningRequest) -> Result<Certificate, Failure> {
    if !Path::new(certificate).is_file() {
        return Ok(Certificate::Called(certificate.to_owned()));
    }
    let failed = |why: &dyn std::fmt::Display| {
        Problem::whole(format!("failed to read the certificate `{certificate}`: {why}"))
    };
    let text = std::fs::read_to_string(certificate).map_err(|error| failed(&error))?;
    let key = certificate::key_of(&text).map_err(|error| failed(&error))?;
    if key == request.public_key {
        return Ok(Certificate::OfKey);
    }
    let message =
        format!("the certificate `{certificate}` is for another key than the signing request");
    Err(Failure::Refused(Problem::whole(message).hint(
        "have the terminal make a request for the key that it has: `certreq -new` with `UseExistingKeySet = TRUE`",
    )))
}

/// Makes sure that an apply will put the certificate on record, and not have another one issued.
pub(super) async fn check(
    certificate: &Certificate,
    address: &Address,
    (world, session): (&World, &Session),
) -> Result<(), Failure> {
    let refused = |why: String| {
        let message = format!("the certificate of `{address}` cannot be taken over: {why}");
        Failure::Refused(Problem::whole(message).hint(
            "declare the terminal with `reconcile device add`, and it gets a new certificate",
        ))
    };
    let seen = world.seen_of::<DeviceKind>();
    let unit = seen.iter().find(|(unit, _)| unit.address == *address);
    let Some((unit, seen)) = unit else { return Err(refused("it is not declared".to_owned())) };
    let serials = import::adoptable(session, &unit.spec, seen).await.map_err(refused)?;
    let Certificate::Called(name) = certificate else { return Ok(()) };
    // An ARN ends in the serial number.
    let named = name.rsplit('/').next().unwrap_or(name).replace(':', "").to_ascii_lowercase();
    if serials.iter().any(|serial| *serial.to_string() == named) {
        return Ok(());
    }
    let serials: Vec<String> = serials.iter().map(ToString::to_string).collect();
    Err(refused(format!("for its key the CA issued {}, not `{name}`", serials.join(", "))))
}
