//! `reconcile man`: the manual pages, from the same words as `--help`.

use std::fs;
use std::path::Path;

use clap::CommandFactory as _;
use reconcile_core::problem::Problem;

use super::{Context, Failure};
use crate::args::Cli;
use crate::exit::Exit;

pub(super) fn run(context: &Context, folder: &Path) -> Result<Exit, Failure> {
    let failed = |error: std::io::Error| {
        Problem::whole(format!("failed to write to `{}`: {error}", folder.display()))
    };
    fs::create_dir_all(folder).map_err(failed)?;
    clap_mangen::generate_to(Cli::command().disable_help_subcommand(true), folder)
        .map_err(failed)?;
    let text = format!("The manual pages are in {}: `man reconcile`", folder.display());
    Ok(context.result(&text, Exit::Good))
}
