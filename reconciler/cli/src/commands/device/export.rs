//! `reconcile device export`: a terminal's newest certificate with its chain, for whoever installs it.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use device_registry::{Certificate, Name, Registration};
use reconcile_core::problem::Problem;
use reconcile_kind_device::aws::Buckets;
use reconcile_kind_device::port::objects::ReadsObjects as _;
use reconcile_x509::{pem, pkcs7};

use super::super::{Context, Failure};
use super::look::Sight;
use super::{list, look};
use crate::exit::Exit;
use crate::workspace::Workspace;

/// Arguments of `device export`.
#[derive(Debug, Args)]
pub(crate) struct ExportArgs {
    /// The terminal.
    name: String,
    /// In which form.
    #[arg(long = "as", value_enum, default_value_t)]
    form: Form,
    /// The file that it is written to, instead of stdout.
    #[arg(long, value_name = "FILE")]
    to: Option<PathBuf>,
}

/// The form of a certificate with its chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
enum Form {
    /// Certificates one after the other, the terminal's first: for OpenSSL and curl.
    #[default]
    Pem,
    /// One block: for `certreq -accept` and the Windows certificate store.
    Pkcs7,
}

pub(super) async fn run(
    context: &Context,
    workspace: &Workspace,
    args: &ExportArgs,
) -> Result<Exit, Failure> {
    let sight = look::at_all(context, workspace).await?;
    let Certificate { pem, chain } = certificate(&sight, &args.name).await?;
    let all = format!("{}\n{chain}", pem.trim_end());
    let text = match args.form {
        Form::Pem => all,
        Form::Pkcs7 => {
            let blocks: Vec<_> = pem::blocks(&all).into_iter().map(|(_, der)| der).collect();
            pkcs7::of_certificates(&blocks).map_err(|error| {
                Problem::whole(format!(
                    "the certificate of `{}` cannot be read: {error}",
                    args.name
                ))
            })?
        }
    };
    let Some(file) = &args.to else { return Ok(context.result(&text, Exit::Good)) };
    std::fs::write(file, text).map_err(|error| {
        Problem::whole(format!("failed to write `{}`: {error}", file.display()))
    })?;
    Ok(context.result(&format!("Wrote {}.", file.display()), Exit::Good))
}

/// The newest certificate of a terminal, as the registry has it.
async fn certificate(sight: &Sight, name: &str) -> Result<Certificate, Problem> {
    let (terminal, registry) = list::named(name, &sight.terminals)?;
    let none = || {
        Problem::whole(format!("`{name}` has no certificate yet")).hint(format!(
            "it gets one when it is applied: `reconcile apply --only devices/{name}`"
        ))
    };
    let registry = registry.as_deref().ok_or_else(none)?;
    let name =
        Name::try_from(terminal.name.clone()).map_err(|error| Problem::whole(error.to_string()))?;
    let key = device_registry::key(&name);
    let read = Buckets::new(&sight.session).read(registry, &key).await;
    let read = read.map_err(|error| Problem::whole(format!("failed to read `{key}`: {error}")))?;
    let registration = Registration::from_json(&read.ok_or_else(none)?.bytes)
        .map_err(|error| Problem::whole(format!("`{key}` cannot be understood: {error}")))?;
    registration.certificate.ok_or_else(none)
}
