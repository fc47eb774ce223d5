//! What the program can be asked for.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use http::Uri;

/// A clinic's terminal: keeps a key and a certificate, and takes files to S3 and back.
///
/// Answers are JSON. What is interrupted goes on when the same is asked again.
#[derive(Debug, Parser)]
#[command(name = "terminal", version, max_term_width = 100)]
pub(crate) struct Cli {
    /// The folder with the key, the certificate, and what is under way.
    #[arg(long, value_name = "DIR", env = "TERMINAL_HOME", default_value = "terminal")]
    pub(crate) home: PathBuf,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// A command.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Make a key, which never leaves this folder, and a request for its certificate.
    New {
        /// The terminal's name, such as `clinic-0001-pc01`.
        name: String,
    },
    /// Take the certificate that was issued for the request.
    Install {
        /// Its file, in PEM, with or without its chain.
        certificate: PathBuf,
    },
    /// Take the newest certificate that was issued for this terminal, if it is newer.
    Renew(ApiArgs),
    /// Tell what the API knows about this terminal.
    Me(ApiArgs),
    /// List what this terminal has stored.
    List {
        /// The beginning of the paths.
        #[arg(default_value = "")]
        prefix: String,
        #[command(flatten)]
        api: ApiArgs,
    },
    /// Store a file.
    Upload {
        /// The file.
        file: PathBuf,
        /// Where it is stored, such as `2026/01/23/backup.zip`.
        path: String,
        #[command(flatten)]
        api: ApiArgs,
    },
    /// Get a file back.
    Download {
        /// Where it is stored.
        path: String,
        /// The file, which must not be there.
        file: PathBuf,
        /// The SHA-256 that it must have, in hexadecimal.
        #[arg(long, value_name = "DIGEST")]
        sha256: Option<String>,
        #[command(flatten)]
        api: ApiArgs,
    },
}

/// How the API is reached.
#[derive(Debug, Args)]
pub(crate) struct ApiArgs {
    /// The API, such as `https://devices.example.jp`.
    #[arg(long, value_name = "URL", env = "TERMINAL_API")]
    pub(crate) api: Uri,
    /// The authority of its certificate, in PEM; otherwise those that this machine trusts.
    #[arg(long, value_name = "FILE", env = "TERMINAL_AUTHORITY")]
    pub(crate) authority: Option<PathBuf>,
    /// Where to connect to instead of to the API's own address.
    #[arg(long, value_name = "ADDRESS:PORT", env = "TERMINAL_CONNECT")]
    pub(crate) connect: Option<SocketAddr>,
}
