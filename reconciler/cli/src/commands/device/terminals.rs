//! The terminals that git declares, as files that can be edited.
//!
//! Read without the environments: a terminal is one file, wherever it is meant for, and one that is
//! half declared (its signing request is missing) is there, too.

use reconcile_core::problem::{Problem, did_you_mean};
use reconcile_engine::load::edit::Editable;

use crate::workspace::Workspace;

/// Where the files are.
pub(in crate::commands) const FOLDER: &str = "desired/devices";

/// A terminal's file.
#[derive(Debug, Clone)]
pub(in crate::commands) struct Terminal {
    /// The file's stem.
    pub(in crate::commands) name: String,
    /// The clinic that the file names.
    pub(in crate::commands) clinic: String,
    /// The file.
    pub(in crate::commands) file: Editable,
}

/// All terminals, in the order of their files.
#[derive(Debug, Clone)]
pub(in crate::commands) struct Terminals(pub(super) Vec<Terminal>);

impl Terminals {
    /// Reads all files; what cannot be read is told together.
    pub(in crate::commands) fn read(workspace: &Workspace) -> Result<Self, Vec<Problem>> {
        let unreadable = |path: &str, error: &std::io::Error| {
            vec![Problem::whole(format!("`{path}` cannot be read: {error}"))]
        };
        let paths = workspace.files.list(FOLDER).map_err(|error| unreadable(FOLDER, &error))?;
        let (mut terminals, mut problems) = (Vec::new(), Vec::new());
        for path in paths {
            let stem = path.strip_suffix(".yaml").and_then(|path| path.rsplit('/').next());
            let Some(name) = stem.map(str::to_owned) else { continue };
            let bytes = workspace.files.read(&path).map_err(|error| unreadable(&path, &error))?;
            match Editable::read(&path, &bytes.unwrap_or_default()) {
                Ok(file) => {
                    let clinic = file.text("clinic").unwrap_or_default().to_owned();
                    terminals.push(Terminal { name, clinic, file });
                }
                Err(found) => problems.extend(found),
            }
        }
        if problems.is_empty() { Ok(Self(terminals)) } else { Err(problems) }
    }

    /// The terminal of this name, if it is declared.
    pub(in crate::commands) fn find(&self, name: &str) -> Option<&Terminal> {
        let name = name.strip_prefix("devices/").unwrap_or(name);
        self.0.iter().find(|terminal| terminal.name == name)
    }

    /// The terminal of this name, which has to be declared.
    pub(in crate::commands) fn get(&self, name: &str) -> Result<&Terminal, Problem> {
        let declare = || format!("`reconcile device new CLINIC {name}` declares it");
        self.find(name).ok_or_else(|| {
            let problem = self.undeclared(name);
            let hint = problem.hint.clone().unwrap_or_else(declare);
            problem.hint(hint)
        })
    }

    /// That no terminal has this name, and which one may be meant.
    pub(in crate::commands) fn undeclared(&self, name: &str) -> Problem {
        let names = self.0.iter().map(|terminal| terminal.name.as_str());
        let hint = did_you_mean(name, names);
        let message = format!("no terminal `{name}` is declared under `{FOLDER}/`");
        Problem { hint, ..Problem::whole(message) }
    }
}

impl Terminal {
    /// The path of its file.
    pub(in crate::commands) fn path(&self) -> &str {
        &self.file.file().path
    }

    /// The path of its signing request, whether that is there or not.
    pub(in crate::commands) fn request_path(&self) -> Option<String> {
        let folder = self.path().rsplit_once('/').map_or("", |(folder, _)| folder);
        self.file.text("csr").map(|csr| format!("{folder}/{csr}"))
    }
}
