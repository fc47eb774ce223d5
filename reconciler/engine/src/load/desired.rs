//! Everything that `desired/` declares, read and checked at once.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use reconcile_core::address::Address;
use reconcile_core::environment::Environment;
use reconcile_core::problem::{Problem, SourceFile, did_you_mean};

use super::document::Document;
use super::environment::{self, ENVIRONMENT};
use super::files::Files;
use super::kinds::{DESIRED, KindInfo};
use super::problems::{in_file, in_order};
use super::schema::Checker;
use super::{encoding, header, secrets, tree};

/// What could be read of `desired/`, and what is wrong with the rest.
///
/// What is readable is interpreted all the same, so that its mistakes are told with the others.
#[derive(Debug)]
pub struct Loaded {
    /// What could be read.
    pub desired: Desired,
    /// What is wrong; nothing may be planned unless this is empty.
    pub problems: Vec<Problem>,
}

/// What `desired/` declares.
#[derive(Debug, Clone, Default)]
pub struct Desired {
    /// By name.
    pub environments: BTreeMap<String, Environment>,
    /// Environments' files, by path.
    pub environment_documents: Vec<Document>,
    /// Units' files, by path: of a known kind, true to its schema, named as their file.
    pub documents: Vec<Document>,
    /// Units whose files cannot be understood: they exist, so that references to them are no mistakes.
    pub broken: BTreeSet<Address>,
}

impl Loaded {
    /// What is declared, if nothing is wrong with it.
    pub fn complete(self) -> Result<Desired, Vec<Problem>> {
        if self.problems.is_empty() { Ok(self.desired) } else { Err(self.problems) }
    }
}

impl Desired {
    /// The environment of this name; if none is named, the one that says `default: true`, or the only one.
    pub fn environment(&self, name: Option<&str>) -> Result<&Environment, Problem> {
        let names = || self.environments.keys().map(String::as_str);
        let list = || format!("there are {}", quoted(names()));
        if let Some(name) = name {
            return self.environments.get(name).ok_or_else(|| {
                let hint = did_you_mean(name, names()).unwrap_or_else(list);
                Problem::whole(format!("there is no environment `{name}`")).hint(hint)
            });
        }
        let mut all = self.environments.values();
        let only = all.next().filter(|_| self.environments.len() == 1);
        let default = self.environments.values().find(|environment| environment.default);
        default.or(only).ok_or_else(|| {
            Problem::whole("no environment is named, and none is the default").hint(format!(
                "name one with `--environment` ({}), or write `default: true` in one of their files",
                list()
            ))
        })
    }

    /// The documents of a kind (its word) that are meant for an environment.
    pub fn documents<'a>(
        &'a self,
        kind: &'a str,
        environment: &'a Environment,
    ) -> impl Iterator<Item = &'a Document> {
        self.documents
            .iter()
            .filter(move |document| document.kind == kind && document.is_in(&environment.name))
    }
}

/// Reads everything under `desired/`; what is wrong with any file is told together.
pub fn load(files: &dyn Files, kinds: &[KindInfo]) -> Result<Desired, Vec<Problem>> {
    load_what_can_be_read(files, kinds).complete()
}

/// Reads everything under `desired/`, for whoever goes on to look for mistakes of other kinds.
pub fn load_what_can_be_read(files: &dyn Files, kinds: &[KindInfo]) -> Loaded {
    read(files, kinds)
        .unwrap_or_else(|problem| Loaded { desired: Desired::default(), problems: vec![problem] })
}

fn read(files: &dyn Files, kinds: &[KindInfo]) -> Result<Loaded, Problem> {
    let mut loader = Loader::new(files, kinds)?;
    let paths = files
        .list(DESIRED)
        .map_err(|error| Problem::whole(format!("`{DESIRED}/` cannot be read: {error}")))?;
    for path in &paths {
        loader.file(path);
    }
    Ok(loader.finish())
}

struct Loader<'a> {
    files: &'a dyn Files,
    kinds: Vec<KindInfo>,
    checkers: Vec<Checker>,
    /// The names of all files of environments, whether they can be read or not.
    environments: BTreeSet<String>,
    documents: Vec<Document>,
    broken: BTreeSet<Address>,
    problems: Vec<Problem>,
}

impl<'a> Loader<'a> {
    fn new(files: &'a dyn Files, kinds: &[KindInfo]) -> Result<Self, Problem> {
        let kinds: Vec<_> = [ENVIRONMENT].iter().chain(kinds).copied().collect();
        Ok(Self {
            files,
            checkers: kinds
                .iter()
                .map(|kind| Checker::new(kind, &kinds))
                .collect::<Result<_, _>>()?,
            kinds,
            environments: BTreeSet::new(),
            documents: Vec::new(),
            broken: BTreeSet::new(),
            problems: Vec::new(),
        })
    }

    fn file(&mut self, path: &str) {
        let Some((folder, name)) = path.rsplit_once('/') else {
            return;
        };
        if path.split('/').any(|segment| segment.starts_with('.')) {
            return;
        }
        let (stem, extension) = name.rsplit_once('.').unwrap_or((name, ""));
        if !matches!(extension, "yaml" | "yml") {
            return self.other_file(path);
        }
        if extension == "yml" {
            let hint = format!("rename it to `{folder}/{stem}.yaml`");
            let problem = in_file(path, format!("`{name}` does not end in `.yaml`"));
            self.problems.push(problem.hint(hint));
            return;
        }
        let plural = folder.split('/').nth(1).unwrap_or_default();
        match self.kinds.iter().position(|kind| kind.plural == plural) {
            Some(kind) => {
                if plural == ENVIRONMENT.plural {
                    self.environments.insert(stem.to_owned());
                }
                match self.document(path, stem, kind) {
                    Some(document) => self.documents.push(document),
                    None => drop(self.broken.insert(Address::new(plural, stem))),
                }
            }
            None => self.problems.push(self.misplaced(path, plural)),
        }
    }

    /// Reads a file that is no document: a page for people, a signing request. It may be no text at all.
    fn other_file(&mut self, path: &str) {
        let text = self.files.read(path).ok().flatten().and_then(|it| String::from_utf8(it).ok());
        let file = text.map(|text| Arc::new(SourceFile { path: path.to_owned(), text }));
        self.problems.extend(file.and_then(|file| secrets::none_in(file).err()));
    }

    /// Reads one file. What is wrong is noted; a document is only made of a file without problems.
    fn document(&mut self, path: &str, stem: &str, kind: usize) -> Option<Document> {
        let before = self.problems.len();
        let file = match self.files.read(path) {
            Ok(bytes) => encoding::decode(path, &bytes.unwrap_or_default()),
            Err(error) => Err(in_file(path, format!("`{path}` cannot be read: {error}"))),
        };
        let file = file.and_then(secrets::none_in);
        let file = file.map_err(|problem| self.problems.push(problem)).ok()?;
        let root = tree::parse(&file, &mut self.problems)?;
        let (info, checker) = (self.kinds.get(kind)?, self.checkers.get(kind)?);
        if let Err(problem) = header::check_kind(&file, &root, info, &self.kinds) {
            self.problems.push(problem);
            return None;
        }
        self.problems.extend(checker.check(&file, &root));
        self.problems.extend(header::check_name(&file, &root, stem));
        (self.problems.len() == before).then(|| Document {
            file,
            kind: info.word.to_owned(),
            name: stem.to_owned(),
            environments: header::environments(&root),
            root: Arc::new(root),
        })
    }

    fn misplaced(&self, path: &str, plural: &str) -> Problem {
        let folders = || self.kinds.iter().map(|kind| kind.plural);
        let near = did_you_mean(plural, folders()).filter(|_| !plural.is_empty());
        let all = || {
            let folders: Vec<_> =
                self.kinds.iter().map(|kind| format!("`{}/`", kind.folder())).collect();
            format!("files stand in {}", folders.join(", "))
        };
        in_file(path, format!("`{path}` is not in the folder of any kind"))
            .hint(near.unwrap_or_else(all))
    }

    fn finish(mut self) -> Loaded {
        let (environments, documents): (Vec<_>, Vec<_>) = std::mem::take(&mut self.documents)
            .into_iter()
            .partition(|document| document.kind == ENVIRONMENT.word);
        if self.problems.is_empty() && (environments.is_empty() || documents.is_empty()) {
            self.problems.push(nothing(&environments));
        }
        self.duplicates(&environments);
        self.duplicates(&documents);
        let meant = environment::interpret(&environments, &self.kinds, &mut self.problems);
        self.unknown_environments(&documents);
        Loaded {
            desired: Desired {
                environments: meant,
                environment_documents: environments,
                documents,
                broken: self.broken,
            },
            problems: in_order(self.problems),
        }
    }

    /// Refuses a name that two files of a kind have, in different folders.
    fn duplicates(&mut self, documents: &[Document]) {
        let mut seen: BTreeMap<(&str, &str), &Document> = BTreeMap::new();
        for document in documents {
            let key = (document.kind.as_str(), document.name.as_str());
            if let Some(first) = seen.get(&key) {
                let message = format!("there is another {} `{}`", document.kind, document.name);
                let hint = format!("`{}` declares it: rename one of them", first.file.path);
                self.problems.push(Problem::at(document.place("/name"), message).hint(hint));
            } else {
                seen.insert(key, document);
            }
        }
    }

    /// Refuses names of environments that have no file; a file with problems of its own is still one.
    fn unknown_environments(&mut self, documents: &[Document]) {
        let known = || self.environments.iter().map(String::as_str);
        for document in documents {
            for (index, name) in document.environments.iter().flatten().enumerate() {
                if !self.environments.contains(name) {
                    let place = document.part_place(&format!("/environments/{index}"), name);
                    let hint = did_you_mean(name, known())
                        .unwrap_or_else(|| format!("there are {}", quoted(known())));
                    let message = format!("there is no environment `{name}`");
                    self.problems.push(Problem::at(place, message).hint(hint));
                }
            }
        }
    }
}

/// Both are needed: without units, everything that is owned would be planned for deletion.
fn nothing(environments: &[Document]) -> Problem {
    let (what, hint) = if environments.is_empty() {
        ("no environment", "add one as `desired/environments/NAME.yaml`, with `kind: Environment`")
    } else {
        (
            "nothing but environments",
            "add a unit, such as `desired/stacks/NAME.yaml` with `kind: Stack`",
        )
    };
    Problem::whole(format!("`{DESIRED}/` declares {what}")).hint(hint)
}

fn quoted<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let names: Vec<_> = names.map(|name| format!("`{name}`")).collect();
    names.join(", ")
}
