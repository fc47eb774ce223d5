//! What the benchmark may be told.

use std::path::PathBuf;

/// How it is used.
pub(crate) const USAGE: &str = "\
usage: bench [--quick] [--only LETTERS] [--program FILE] [--terraform-plugins FOLDER] [--write-readme]
       bench --report FILE [--write-readme]

    --quick              the smallest sizes only
    --only a,b           these scenarios
    --program FILE       another build of `reconcile` than the one that is built first
    --terraform-plugins  where Terraform's AWS provider is, for who cannot reach its registry
    --write-readme       writes the README's tables and their chart, too
    --report FILE        measures nothing: shows what an earlier run wrote
";

/// The options.
#[derive(Debug, Default)]
pub(crate) struct Arguments {
    pub(crate) quick: bool,
    /// Letters of scenarios; none are all.
    pub(crate) only: Vec<char>,
    pub(crate) program: Option<PathBuf>,
    pub(crate) terraform_plugins: Option<PathBuf>,
    pub(crate) write_readme: bool,
    /// What an earlier run found, to be shown instead of measuring.
    pub(crate) report: Option<PathBuf>,
}

impl Arguments {
    /// Reads them.
    pub(crate) fn read(given: &[String]) -> Result<Self, String> {
        let mut arguments = Self::default();
        let mut given = given.iter();
        while let Some(option) = given.next() {
            let mut value = || {
                given.next().cloned().ok_or_else(|| format!("`{option}` needs a value\n{USAGE}"))
            };
            match option.as_str() {
                "--quick" => arguments.quick = true,
                "--write-readme" => arguments.write_readme = true,
                "--only" => {
                    arguments.only = value()?.chars().filter(char::is_ascii_lowercase).collect();
                }
                "--program" => arguments.program = Some(value()?.into()),
                "--report" => arguments.report = Some(value()?.into()),
                "--terraform-plugins" => arguments.terraform_plugins = Some(value()?.into()),
                _ => return Err(format!("what is `{option}`?\n{USAGE}")),
            }
        }
        Ok(arguments)
    }

    /// Whether a scenario is asked for.
    pub(crate) fn wants(&self, letters: &str) -> bool {
        self.only.is_empty() || letters.chars().any(|letter| self.only.contains(&letter))
    }
}
