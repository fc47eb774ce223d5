//! The rules as their files write them, and what they are held against.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use reconcile_core::address::Address;
use reconcile_core::problem::{Place, Problem, SourceFile};
use serde_json::Value as Json;

use crate::judgement::Exception;

/// The file whose rules are about what is declared; all others are about templates.
const ABOUT_DECLARATIONS: &str = "desired.guard";

/// What a file of rules is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum About {
    /// Templates.
    Templates,
    /// What is declared: each file, and all of them together.
    Declarations,
}

/// Files of rules, read.
#[derive(Debug, Default)]
pub struct Rules {
    pub(crate) files: Vec<(About, Arc<SourceFile>)>,
    pub(crate) rules: Vec<Rule>,
}

/// One rule.
#[derive(Debug, Clone)]
pub struct Rule {
    /// Its name.
    pub name: String,
    /// What it keeps, as the comment above it says: sections of documents, then controls.
    pub keeps: String,
    /// Where its name is written.
    pub place: Place,
}

/// What rules are held against.
pub struct Subject<'a> {
    /// The file that it is made of.
    pub path: String,
    /// Which rules.
    pub about: About,
    /// What it says; a template with its functions in the long form.
    pub body: Json,
    /// Where the value at a JSON pointer is written, or the nearest thing around it.
    pub place: Box<dyn Fn(&str) -> Place + 'a>,
    /// Who deploys it: those alone can have exceptions.
    pub users: Vec<User>,
}

/// A unit that deploys a template, or that is declared by a file.
#[derive(Debug, Clone)]
pub struct User {
    /// Its name, without a part.
    pub address: Address,
    /// What it may break.
    pub exceptions: Vec<Exception>,
}

impl fmt::Debug for Subject<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Subject").field("path", &self.path).finish_non_exhaustive()
    }
}

impl Rules {
    /// Finds the rules in their files. That a name is there twice is wrong: results go by names.
    pub fn read(files: Vec<SourceFile>) -> Result<Self, Vec<Problem>> {
        let mut read = Self::default();
        let mut problems = Vec::new();
        let mut seen = BTreeMap::new();
        for file in files.into_iter().map(Arc::new) {
            for rule in of_file(&file) {
                if let Some(first) = seen.insert(rule.name.clone(), file.path.clone()) {
                    let message = format!("there is another rule `{}`", rule.name);
                    let hint = format!("it stands in `{first}`: rename one of them");
                    problems.push(Problem::at(rule.place.clone(), message).hint(hint));
                }
                read.rules.push(rule);
            }
            let name = file.path.rsplit('/').next();
            let about = if name == Some(ABOUT_DECLARATIONS) {
                About::Declarations
            } else {
                About::Templates
            };
            read.files.push((about, file));
        }
        if problems.is_empty() { Ok(read) } else { Err(problems) }
    }

    /// The rules, in the order of their files.
    pub fn iter(&self) -> impl Iterator<Item = &Rule> {
        self.rules.iter()
    }

    /// The rule of a name.
    pub fn get(&self, name: &str) -> Option<&Rule> {
        self.rules.iter().find(|rule| rule.name == name)
    }
}

fn of_file(file: &Arc<SourceFile>) -> Vec<Rule> {
    let mut rules = Vec::new();
    let mut comment: Vec<&str> = Vec::new();
    let mut start = 0;
    for line in file.text.split_inclusive('\n') {
        if let Some(text) = line.strip_prefix('#') {
            comment.push(text.trim());
        } else {
            if let Some(rest) = line.strip_prefix("rule ") {
                let name: String =
                    rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                let begin = start + "rule ".len();
                let range = begin..begin + name.len();
                let place = Place { file: Arc::clone(file), range };
                rules.push(Rule { name, keeps: comment.join(" "), place });
            }
            comment.clear();
        }
        start += line.len();
    }
    rules
}
