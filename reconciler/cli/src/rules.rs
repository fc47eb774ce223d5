//! What is held against the rules of `infra/rules/`: templates, declarations, and each environment as a whole.
//!
//! Only here it is known which files these are. What a rule says is Guard's affair, and what follows from it
//! `reconcile_guard`'s.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::civil::Date;
use reconcile_cfn::Template;
use reconcile_core::address::Address;
use reconcile_core::environment::Environment;
use reconcile_core::problem::{Place, Problem, SourceFile};
use reconcile_engine::kind::Kind;
use reconcile_engine::load::document::Document;
use reconcile_engine::load::{Desired, ENVIRONMENT, Files};
use reconcile_guard::{About, Exception, Judgement, Rules, Subject, User};
use reconcile_kind_device::DeviceKind;
use reconcile_kind_stack::StackKind;
use reconcile_kind_stack::spec::RawStack;
use serde_json::{Map, Value as Json, json};

use crate::kinds::KINDS;

/// The folder of rules.
const RULES: &str = "infra/rules";

/// The folder whose templates are judged although nobody deploys them yet.
const TEMPLATES: &str = "infra";

/// What the rules say of what these environments declare; an error is a mistake in the rules themselves.
pub(crate) fn judge(
    files: &dyn Files,
    desired: &Desired,
    environments: &[&Environment],
    today: Date,
) -> Result<Judgement, Vec<Problem>> {
    let rules = Rules::read(texts(files, RULES, ".guard")?)?;
    let declared: Vec<_> = desired
        .documents
        .iter()
        .filter(|document| environments.iter().any(|it| document.is_in(&it.name)))
        // Terminals are many and look alike; what they must be is checked where they are read.
        .filter(|document| document.kind != DeviceKind::WORD)
        .collect();
    let of_environments: Vec<_> = desired
        .environment_documents
        .iter()
        .filter(|document| environments.iter().any(|it| it.name == document.name))
        .collect();
    let mut subjects = templates(files, &declared)?;
    subjects.extend(declared.iter().chain(&of_environments).map(|document| declaration(document)));
    subjects.extend(of_environments.iter().map(|document| whole(document, &declared)));
    reconcile_guard::judge(&rules, &subjects, today)
}

/// The templates that are deployed, and those that could be.
fn templates(
    files: &dyn Files,
    declared: &[&Document],
) -> Result<Vec<Subject<'static>>, Vec<Problem>> {
    let mut users: BTreeMap<String, Vec<User>> = BTreeMap::new();
    for document in declared {
        if let Some(stack) = stack(document) {
            users.entry(stack.template).or_default().push(user(document));
        }
    }
    let mut sources = BTreeMap::new();
    for file in texts(files, TEMPLATES, ".yaml")? {
        sources.insert(file.path.clone(), file);
    }
    let named: BTreeSet<_> = users.keys().cloned().collect();
    for path in named {
        // What cannot be read is told where the stack is interpreted.
        if let Some(text) =
            files.read(&path).ok().flatten().and_then(|it| String::from_utf8(it).ok())
        {
            sources.insert(path.clone(), SourceFile { path, text });
        }
    }
    let mut subjects = Vec::new();
    for file in sources.into_values().map(Arc::new) {
        let users = users.remove(&file.path).unwrap_or_default();
        match Template::parse(&file.text) {
            Ok(template) => subjects.push(of_template(file, template, users)),
            Err(error) if users.is_empty() => {
                let place = Place::at_line_column(&file, error.line, error.column);
                let message = format!("not a CloudFormation template: {}", error.message);
                return Err(vec![Problem::at(place, message)]);
            }
            Err(_) => {}
        }
    }
    Ok(subjects)
}

fn of_template(file: Arc<SourceFile>, template: Template, users: Vec<User>) -> Subject<'static> {
    let body = template.body.clone();
    let path = file.path.clone();
    let place = move |pointer: &str| {
        let at = template.nearest_position(pointer);
        Place::at_line_column(&file, at.line, at.column)
    };
    Subject { path, about: About::Templates, body, place: Box::new(place), users }
}

fn declaration<'a>(document: &'a Document) -> Subject<'a> {
    Subject {
        path: document.file.path.clone(),
        about: About::Declarations,
        body: document.json(),
        place: Box::new(|pointer| document.place(pointer)),
        users: if document.kind == ENVIRONMENT.word { Vec::new() } else { vec![user(document)] },
    }
}

/// An environment with all that it declares, by kind and name: what should be there can be asked for.
fn whole<'a>(environment: &'a Document, declared: &[&Document]) -> Subject<'a> {
    let mut body = Map::new();
    body.insert("kind".to_owned(), json!("Desired"));
    body.insert("environment".to_owned(), json!(environment.name));
    for info in KINDS.iter().map(|kind| kind.info()) {
        let of_kind = declared
            .iter()
            .filter(|document| document.kind == info.word && document.is_in(&environment.name));
        let by_name: Map<_, _> =
            of_kind.map(|document| (document.name.clone(), document.json())).collect();
        body.insert(info.plural.to_owned(), Json::Object(by_name));
    }
    Subject {
        path: environment.file.path.clone(),
        about: About::Declarations,
        body: Json::Object(body),
        place: Box::new(|_| environment.key_place("/name")),
        users: Vec::new(),
    }
}

/// The unit of a file, with the exceptions that it has; a stack alone can have any.
fn user(document: &Document) -> User {
    let plural = KINDS.iter().map(|kind| kind.info()).find(|info| info.word == document.kind);
    let plural = plural.map_or("", |info| info.plural);
    let exceptions = stack(document).map(|stack| stack.exceptions).unwrap_or_default();
    let exceptions = exceptions.into_iter().enumerate().filter_map(|(index, raw)| {
        Some(Exception {
            // A day that is none is told where the stack is interpreted.
            until: raw.until.parse().ok()?,
            rule: raw.rule,
            resource: raw.resource,
            reason: raw.reason,
            place: document.place(&format!("/exceptions/{index}/rule")),
        })
    });
    User { address: Address::new(plural, &document.name), exceptions: exceptions.collect() }
}

fn stack(document: &Document) -> Option<RawStack> {
    (document.kind == StackKind::WORD).then(|| document.read().ok()).flatten()
}

/// The files that stand directly in a folder and end so.
fn texts(files: &dyn Files, folder: &str, end: &str) -> Result<Vec<SourceFile>, Vec<Problem>> {
    let failed = |path: &str, why: &dyn std::fmt::Display| {
        vec![Problem::whole(format!("`{path}` cannot be read: {why}"))]
    };
    let mut texts = Vec::new();
    for path in files.list(folder).map_err(|error| failed(folder, &error))? {
        let name = path.strip_prefix(folder).map(|rest| rest.trim_start_matches('/'));
        if name.is_some_and(|name| name.ends_with(end) && !name.contains('/')) {
            let bytes = files.read(&path).map_err(|error| failed(&path, &error))?;
            let text = String::from_utf8(bytes.unwrap_or_default());
            let text = text.map_err(|error| failed(&path, &error))?;
            texts.push(SourceFile { path, text });
        }
    }
    Ok(texts)
}
