//! The file of a terminal that is not declared yet, with what the other terminals have.

use clap::Args;
use device_registry::Name;
use reconcile_core::problem::Problem;
use reconcile_engine::load::edit::scalar;

use super::super::Failure;
use super::terminals::{FOLDER, Terminal, Terminals};
use crate::args::Global;

/// What else the file says; taken from the clinic's other terminals, or else from all others, where they agree.
#[derive(Debug, Default, Args)]
pub(crate) struct Values {
    /// The CA that issues, such as '${stacks.pca.IssuingCaArn}'.
    #[arg(long, value_name = "TEXT")]
    authority: Option<String>,
    /// The clinic's bucket, such as '${stacks.clinic-0001.BucketName}'.
    #[arg(long, value_name = "TEXT")]
    bucket: Option<String>,
    /// How long a certificate is valid, such as 90d.
    #[arg(long, value_name = "TIME")]
    validity: Option<String>,
    /// How long before its end it is renewed, such as 30d.
    #[arg(long, value_name = "TIME")]
    renew_before: Option<String>,
}

/// A key of the file.
struct Value<'a> {
    key: &'static str,
    /// How it is said on the command line.
    option: &'static str,
    /// Whether it may be left out of the file.
    has_default: bool,
    /// What was said.
    given: Option<&'a str>,
}

impl<'a> Value<'a> {
    fn required(key: &'static str, option: &'static str, given: Option<&'a str>) -> Self {
        Self { key, option, has_default: false, given }
    }

    fn optional(key: &'static str, option: &'static str, given: Option<&'a str>) -> Self {
        Self { has_default: true, ..Self::required(key, option, given) }
    }
}

/// A terminal that is not declared yet.
#[derive(Debug)]
pub(in crate::commands) struct Draft {
    /// The path of its file.
    pub(in crate::commands) path: String,
    /// What the file says.
    pub(in crate::commands) text: String,
    /// The path of its signing request.
    pub(in crate::commands) request: String,
}

impl Draft {
    /// Of a terminal in a clinic. All that is missing is told at once.
    pub(in crate::commands) fn new(
        (clinic, name): (&str, &str),
        values: &Values,
        terminals: &Terminals,
        global: &Global,
    ) -> Result<Self, Vec<Problem>> {
        let mut problems: Vec<_> = [clinic, name].into_iter().filter_map(wrong_name).collect();
        let others = Others { terminals, clinic };
        let request = format!("{name}.csr.pem");
        let mut lines = vec![
            "# yaml-language-server: $schema=../../.schemas/device.schema.json".to_owned(),
            "kind: Device".to_owned(),
            format!("name: {}", scalar(name)),
            format!("clinic: {}", scalar(clinic)),
        ];
        match others.environments(global.environment.as_deref()) {
            Ok(list) => lines.extend(list.map(|list| format!("environments: [{list}]"))),
            Err(problem) => problems.push(problem),
        }
        lines.push(format!("csr: {}", scalar(&request)));
        for value in values.all() {
            match others.value(&value) {
                Ok(text) => {
                    lines.extend(text.map(|text| format!("{}: {}", value.key, scalar(&text))));
                }
                Err(problem) => problems.push(problem),
            }
        }
        lines.push("state: enrolled\n".to_owned());
        if !problems.is_empty() {
            return Err(problems);
        }
        let folder = format!("{FOLDER}/{clinic}");
        let (path, request) = (format!("{folder}/{name}.yaml"), format!("{folder}/{request}"));
        Ok(Self { path, text: lines.join("\n"), request })
    }
}

/// What is wrong with the name of a terminal or clinic.
fn wrong_name(name: &str) -> Option<Problem> {
    let problem = Name::try_from(name.to_owned()).err().map(|error| error.to_string());
    // The file's name ends at the first dot.
    let dotted =
        || name.contains('.').then(|| format!("`{name}` has a `.`, which no name here can"));
    problem
        .or_else(dotted)
        .map(|message| Problem::whole(message).hint("such as `clinic-0001` and `clinic-0001-pc01`"))
}

impl Values {
    fn all(&self) -> [Value<'_>; 4] {
        let Self { authority, bucket, validity, renew_before } = self;
        [
            Value::required("authority", "--authority", authority.as_deref()),
            Value::required("bucket", "--bucket", bucket.as_deref()),
            Value::optional("validity", "--validity", validity.as_deref()),
            Value::optional("renewBefore", "--renew-before", renew_before.as_deref()),
        ]
    }

    /// Refuses to declare a terminal a second time as something else.
    pub(super) fn agree_with(&self, terminal: &Terminal, clinic: &str) -> Result<(), Failure> {
        let given = self.all().map(|value| (value.key, value.given));
        let clinic = [("clinic", Some(clinic))];
        for (key, value) in clinic.into_iter().chain(given) {
            let Some(value) = value.filter(|value| terminal.file.text(key) != Some(value)) else {
                continue;
            };
            let message = format!("`{}` is declared already, with another `{key}`", terminal.name);
            let hint = format!("write `{key}: {}` into the file if that is meant", scalar(value));
            return Err(Failure::Refused(
                Problem::at(terminal.file.place(key), message).hint(hint),
            ));
        }
        Ok(())
    }
}

/// The terminals from whose files values are taken.
#[derive(Clone, Copy)]
struct Others<'a> {
    terminals: &'a Terminals,
    clinic: &'a str,
}

impl<'a> Others<'a> {
    /// What was said, or else what they agree on, with this clinic's name where that has their own clinic's.
    fn value(self, value: &Value<'_>) -> Result<Option<String>, Problem> {
        let Value { key, option, has_default, given } = *value;
        if let Some(given) = given {
            return Ok(Some(given.to_owned()));
        }
        let theirs = |terminal: &Terminal| {
            let text = terminal.file.text(key)?;
            let clinic = terminal.clinic.as_str();
            Some(if clinic.is_empty() {
                text.to_owned()
            } else {
                text.replace(clinic, self.clinic)
            })
        };
        match self.agreed(theirs) {
            Ok(None) if !has_default => Err(missing(key, option, "no other terminal has one")),
            Ok(value) => Ok(value),
            Err(found) => {
                Err(missing(key, option, &format!("the others have {}", found.join(", "))))
            }
        }
    }

    /// The environments that the file names: the one given, or those that the others agree on.
    fn environments(self, given: Option<&str>) -> Result<Option<String>, Problem> {
        if let Some(given) = given {
            return Ok(Some(scalar(given)));
        }
        let list = |terminal: &Terminal| {
            let names = terminal.file.list("environments").unwrap_or_default();
            Some(names.into_iter().map(scalar).collect::<Vec<_>>().join(", "))
        };
        match self.agreed(list) {
            Ok(list) => Ok(list.filter(|list| !list.is_empty())),
            Err(_) => Err(missing("environments", "--environment", "the others differ")),
        }
    }

    /// What the clinic's terminals agree on, or else all of them; all there is where they do not.
    fn agreed(
        self,
        value: impl Fn(&Terminal) -> Option<String>,
    ) -> Result<Option<String>, Vec<String>> {
        let of = |within: &dyn Fn(&&'a Terminal) -> bool| {
            let mut found: Vec<_> =
                self.terminals.0.iter().filter(within).filter_map(&value).collect();
            found.sort();
            found.dedup();
            found
        };
        let mut found = of(&|terminal| terminal.clinic == self.clinic);
        if found.is_empty() {
            found = of(&|_| true);
        }
        if found.len() > 1 { Err(found) } else { Ok(found.pop()) }
    }
}

fn missing(key: &str, option: &str, why: &str) -> Problem {
    Problem::whole(format!("`{key}` has to be said: {why}")).hint(format!("add `{option} VALUE`"))
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;
    use reconcile_engine::load::edit::Editable;

    use super::*;
    use crate::args::Cli;

    fn terminal(clinic: &str, name: &str, more: &str) -> Terminal {
        let text = format!("kind: Device\nname: {name}\nclinic: {clinic}\n{more}");
        let path = format!("{FOLDER}/{clinic}/{name}.yaml");
        let file = Editable::read(&path, text.as_bytes()).unwrap();
        Terminal { name: name.to_owned(), clinic: clinic.to_owned(), file }
    }

    fn draft(terminals: Vec<Terminal>, clinic: &str, name: &str) -> Result<String, String> {
        let cli = Cli::try_parse_from(["reconcile"]).map_err(|error| error.to_string())?;
        let terminals = Terminals(terminals);
        let draft = Draft::new((clinic, name), &Values::default(), &terminals, &cli.global);
        draft.map(|draft| draft.text).map_err(|problems| {
            let lines = problems.iter().map(|problem| format!("{}\n", problem.message));
            lines.collect()
        })
    }

    const FIRST: &str = "authority: ca\nbucket: backup-c1\nvalidity: 60d\nenvironments: [a, b]\n";

    #[test]
    fn another_clinic_has_its_own_bucket() {
        let text = draft(vec![terminal("c1", "c1-pc1", FIRST)], "c2", "c2-pc1").unwrap();
        assert_eq!(
            text,
            "# yaml-language-server: $schema=../../.schemas/device.schema.json\nkind: Device\n\
             name: c2-pc1\nclinic: c2\nenvironments: [a, b]\ncsr: c2-pc1.csr.pem\nauthority: ca\n\
             bucket: backup-c2\nvalidity: 60d\nstate: enrolled\n"
        );
    }

    #[test]
    fn the_clinics_own_terminals_go_before_all_others() {
        let own = "authority: ca\nbucket: own\nvalidity: 30d\n";
        let terminals = vec![terminal("c1", "c1-pc1", FIRST), terminal("c2", "c2-pc1", own)];
        let text = draft(terminals, "c2", "c2-pc2").unwrap();
        assert!(text.contains("bucket: own\nvalidity: 30d\n"), "{text}");
        assert!(!text.contains("environments"), "{text}");
    }

    #[test]
    fn what_cannot_be_known_is_asked_for_all_at_once() {
        let other = "authority: other\nbucket: backup-c1\n";
        let terminals = vec![terminal("c1", "c1-pc1", FIRST), terminal("c1", "c1-pc2", other)];
        assert_eq!(
            draft(terminals, "c1", "c1.pc3").unwrap_err(),
            "`c1.pc3` has a `.`, which no name here can\n\
             `environments` has to be said: the others differ\n\
             `authority` has to be said: the others have ca, other\n"
        );
    }
}
