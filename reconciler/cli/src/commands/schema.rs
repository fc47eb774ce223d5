//! `reconcile schema`: the JSON Schemas that editors use and that loading checks against.

use reconcile_core::problem::{Problem, did_you_mean};
use reconcile_engine::load::{ENVIRONMENT, KindInfo, generated};

use super::{Context, Failure};
use crate::args::SchemaArgs;
use crate::exit::Exit;
use crate::views::json;
use crate::workspace::{Workspace, infos};

/// Where the schemas are checked in.
const FOLDER: &str = "desired/.schemas";

pub(super) fn run(context: &Context, args: &SchemaArgs) -> Result<Exit, Failure> {
    let schemas = all()?;
    let Some(name) = &args.name else {
        let root = Workspace::find(&context.global)?.root.join(FOLDER);
        write(&root, &schemas)
            .map_err(|error| Problem::whole(format!("failed to write `{FOLDER}`: {error}")))?;
        return Ok(
            context.result(&format!("Wrote {} schemas to {FOLDER}/.", schemas.len()), Exit::Good)
        );
    };
    let names = || schemas.iter().map(|(name, _)| name.as_str());
    if let Some((_, schema)) = schemas.iter().find(|(known, _)| known == name) {
        Ok(context.result(schema.trim_end(), Exit::Good))
    } else {
        let list = || format!("there are {}", names().collect::<Vec<_>>().join(", "));
        let hint = did_you_mean(name, names()).unwrap_or_else(list);
        Err(Problem::whole(format!("there is no schema `{name}`")).hint(hint).into())
    }
}

/// Every schema, by name.
fn all() -> Result<Vec<(String, String)>, Problem> {
    let kinds = infos();
    let of = |info: &KindInfo| (info.word.to_lowercase(), generated(info, &kinds));
    let mut schemas: Vec<_> = [ENVIRONMENT].iter().chain(&kinds).map(of).collect();
    let output = serde_json::to_string_pretty(&json::schema());
    let output = output.map_err(|error| Problem::whole(error.to_string()))?;
    schemas.push(("output".to_owned(), output + "\n"));
    let output = serde_json::to_string_pretty(&json::comparison_schema());
    let output = output.map_err(|error| Problem::whole(error.to_string()))?;
    schemas.push(("diff".to_owned(), output + "\n"));
    Ok(schemas)
}

fn write(folder: &std::path::Path, schemas: &[(String, String)]) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    for (name, schema) in schemas {
        std::fs::write(folder.join(format!("{name}.schema.json")), schema)?;
    }
    Ok(())
}
