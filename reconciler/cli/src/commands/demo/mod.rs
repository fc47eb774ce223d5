//! `reconcile sandbox demo`: the story of a terminal, told by the commands that a person would type.
//!
//! [`stage`] is where it takes place, [`story`] is what happens, [`narrator`] is how it is told. Everything that is
//! claimed is checked; the first claim that does not hold ends it.

mod narrator;
mod stage;
mod story;

use std::time::Instant;

use super::{Context, Failure};
use crate::exit::Exit;
use crate::workspace::Workspace;
use narrator::Narrator;
use stage::Stage;

pub(super) async fn run(context: &Context, workspace: &Workspace) -> Result<Exit, Failure> {
    let began = Instant::now();
    let narrator = Narrator::new(context);
    let stage = Stage::set(workspace, &narrator).await?;
    story::tell(&stage, &narrator).await?;
    let line = format!(
        "All {} claims hold. It took {} s; what is left of it is in {}.",
        narrator.checked(),
        began.elapsed().as_secs(),
        stage.folder.display()
    );
    Ok(context.result(&line, Exit::Good))
}
