//! Terraform with the AWS provider's `aws_cloudformation_stack`, if it is on this machine.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Map, json};

use super::{Tool, Workshop, write};
use crate::process;
use crate::units::Unit;

pub(super) const NAME: &str = "Terraform";

/// Found, not installed: it is in no registry that we install from.
#[derive(Debug)]
pub(super) struct Terraform {
    program: PathBuf,
    home: PathBuf,
    /// A folder in which `init` was run.
    prepared: PathBuf,
    plugins: Option<PathBuf>,
}

impl Terraform {
    pub(super) fn find(workshop: &Workshop) -> Result<Box<dyn Tool>, Box<dyn Error>> {
        let program =
            Workshop::on_path("terraform").ok_or("there is no `terraform` on the path")?;
        let prepared = workshop.folder.join("terraform");
        write(&prepared.join("provider.tf.json"), &provider().to_string())?;
        let mut init = process::inheriting(&program);
        init.current_dir(&prepared).args(["init", "-input=false", "-no-color"]);
        if let Some(plugins) = &workshop.terraform_plugins {
            init.arg(format!("-plugin-dir={}", plugins.display()));
        }
        process::run(init).map_err(|error| {
            let reason = error.to_string();
            let line =
                reason.lines().find(|line| line.contains("rror")).unwrap_or(&reason).to_owned();
            format!(
                "`terraform init` does not get the AWS provider ({})",
                line.trim_matches(['│', ' '])
            )
        })?;
        let plugins = workshop.terraform_plugins.clone();
        Ok(Box::new(Self { program, home: workshop.home(), prepared, plugins }))
    }

    fn command(&self, folder: &Path, name: &str) -> Command {
        let mut command = process::clean(&self.program, &self.home);
        command.current_dir(folder).arg(name);
        command.env("CHECKPOINT_DISABLE", "1").env("TF_IN_AUTOMATION", "1");
        command.env("TF_DATA_DIR", self.prepared.join(".terraform"));
        command
    }
}

fn provider() -> serde_json::Value {
    json!({
        "terraform": { "required_providers": { "aws": { "source": "hashicorp/aws" } } },
        "provider": { "aws": {
            "skip_credentials_validation": true,
            "skip_metadata_api_check": true,
            "skip_region_validation": true,
            "skip_requesting_account_id": true,
        } },
    })
}

impl Tool for Terraform {
    fn name(&self) -> &'static str {
        NAME
    }

    fn declare(&self, folder: &Path, units: &[Unit], exist: bool) -> Result<(), Box<dyn Error>> {
        let (mut stacks, mut imports) = (Map::new(), Vec::new());
        for unit in units {
            let stack = json!({ "name": unit.name, "template_body": unit.template() });
            stacks.insert(unit.name.clone(), stack);
            let to = format!("aws_cloudformation_stack.{}", unit.name);
            imports.push(json!({ "to": to, "id": unit.name }));
        }
        let mut declared = json!({ "resource": { "aws_cloudformation_stack": stacks } });
        if exist {
            declared["import"] = imports.into();
        }
        write(&folder.join("provider.tf.json"), &provider().to_string())?;
        fs::copy(self.prepared.join(".terraform.lock.hcl"), folder.join(".terraform.lock.hcl"))?;
        write(&folder.join("main.tf.json"), &declared.to_string())
    }

    fn deploy(&self, folder: &Path) -> Command {
        let mut command = self.command(folder, "apply");
        command.args(["-auto-approve", "-input=false", "-no-color"]);
        command
    }

    fn version(&self) -> Command {
        self.command(Path::new("."), "version")
    }

    fn files(&self) -> Vec<PathBuf> {
        let installed = self.plugins.clone().unwrap_or_else(|| self.prepared.join(".terraform"));
        vec![self.program.clone(), installed]
    }

    fn remark(&self) -> &'static str {
        "10 at a time, with the AWS provider"
    }
}
