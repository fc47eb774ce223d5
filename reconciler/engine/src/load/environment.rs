//! Environments as files write them, and what they mean.

use std::collections::{BTreeMap, BTreeSet};

use reconcile_core::address::Address;
use reconcile_core::environment::{Environment, Section, Target};
use reconcile_core::problem::Problem;
use schemars::JsonSchema;
use serde::Deserialize;

use super::document::Document;
use super::kinds::KindInfo;

/// Environments, as loading sees every kind.
pub const ENVIRONMENT: KindInfo = KindInfo {
    word: "Environment",
    plural: "environments",
    schema: || schemars::schema_for!(RawEnvironment),
    settings: || None,
};

/// Where the sandbox is, unless it says otherwise.
const SANDBOX_REGION: &str = "ap-northeast-1";

/// AWS takes 50 tags on a stack; the rest is left to units' own tags and to ours.
const MAX_TAGS: usize = 40;

// Unknown keys are not refused here, since the kinds' sections are among them: the schema, which knows those, has
// refused all others before this is read.
/// An account, a region, and the variables and tags that hold there.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct RawEnvironment {
    /// Where its calls go: `sandbox`, the embedded AWS, or an account and region of AWS.
    target: RawTarget,
    /// The other regions that units may be in; every look goes to all of them.
    #[serde(default)]
    regions: BTreeSet<Region>,
    /// The bucket of the ledger, the lease and the run records.
    #[schemars(
        regex(pattern = "^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$"),
        extend("patternErrorMessage" = "a bucket name: 3 to 63 lower-case letters, digits and hyphens")
    )]
    state_bucket: String,
    /// Whether this environment is taken when none is named. At most one says so.
    #[serde(default)]
    default: bool,
    /// What `${env.NAME}` means in this environment. Values are text.
    #[serde(default)]
    variables: BTreeMap<String, String>,
    /// Tags put on every stack.
    #[serde(default)]
    tags: BTreeMap<String, String>,
    /// Consent to what would otherwise be refused.
    #[serde(default)]
    allow: RawAllow,
}

// Untagged is safe here: the schema has told the two apart, in better words, before this is read.
/// Where an environment's calls go.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
enum RawTarget {
    Word(TargetWord),
    Map(TargetMap),
}

/// The embedded AWS, where it is by default.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
enum TargetWord {
    Sandbox,
}

/// A place with its particulars.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
enum TargetMap {
    /// The embedded AWS.
    Sandbox(RawSandbox),
    /// An AWS account.
    Aws(RawAws),
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct RawSandbox {
    /// The region that units are in unless they say otherwise.
    region: Region,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct RawAws {
    /// Twelve digits, in quotes. Compared with the credentials' account before any other call.
    #[schemars(
        regex(pattern = "^[0-9]{12}$"),
        extend("patternErrorMessage" = "an account id: twelve digits")
    )]
    account: String,
    /// The region that units are in unless they say otherwise.
    region: Region,
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, JsonSchema)]
#[serde(transparent)]
struct Region(
    #[schemars(
        regex(pattern = "^[a-z]{2,4}(-[a-z]+)+-[0-9]{1,2}$"),
        extend("patternErrorMessage" = "a region such as `ap-northeast-1`")
    )]
    String,
);

/// Consent to what would otherwise be refused.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct RawAllow {
    /// Addresses of units that left `desired/` and may be deleted although they hold data.
    #[serde(default)]
    delete: Vec<String>,
}

/// What files of environments mean, by name.
pub(super) fn interpret(
    documents: &[Document],
    kinds: &[KindInfo],
    problems: &mut Vec<Problem>,
) -> BTreeMap<String, Environment> {
    let mut environments = BTreeMap::new();
    let mut default: Option<&Document> = None;
    for document in documents {
        let raw = match document.read::<RawEnvironment>() {
            Ok(raw) => raw,
            Err(problem) => {
                problems.push(problem);
                continue;
            }
        };
        if let Some(first) = default.filter(|_| raw.default) {
            let message = format!("`{}` is the default environment already", first.name);
            let problem = Problem::at(document.place("/default"), message);
            problems.push(problem.hint("say `default: true` in one of them"));
        } else if raw.default {
            default = Some(document);
        }
        check_bucket(document, &raw.state_bucket, problems);
        check_variables(document, &raw.variables, problems);
        check_tags(document, &raw.tags, problems);
        let environment = mean(document, raw, kinds, problems);
        environments.insert(environment.name.clone(), environment);
    }
    environments
}

fn mean(
    document: &Document,
    raw: RawEnvironment,
    kinds: &[KindInfo],
    problems: &mut Vec<Problem>,
) -> Environment {
    let RawEnvironment { target, regions, state_bucket, default, variables, tags, allow } = raw;
    Environment {
        name: document.name.clone(),
        target: match target {
            RawTarget::Word(TargetWord::Sandbox) => {
                Target::Sandbox { region: SANDBOX_REGION.to_owned() }
            }
            RawTarget::Map(TargetMap::Sandbox(RawSandbox { region })) => {
                Target::Sandbox { region: region.0 }
            }
            RawTarget::Map(TargetMap::Aws(RawAws { account, region })) => {
                Target::Aws { account, region: region.0 }
            }
        },
        regions: regions.into_iter().map(|region| region.0).collect(),
        state_bucket,
        default,
        variables,
        tags,
        allow_delete: addresses(document, &allow.delete, problems),
        sections: sections(document, kinds),
    }
}

fn sections(document: &Document, kinds: &[KindInfo]) -> BTreeMap<String, Section> {
    let section = |kind: &KindInfo| {
        let value = document.root.get(kind.plural)?.json();
        let place = document.key_place(&format!("/{}", kind.plural));
        Some((kind.plural.to_owned(), Section { value, place }))
    };
    kinds.iter().filter_map(section).collect()
}

fn addresses(
    document: &Document,
    written: &[String],
    problems: &mut Vec<Problem>,
) -> BTreeSet<Address> {
    let mut addresses = BTreeSet::new();
    for (index, written) in written.iter().enumerate() {
        match written.parse::<Address>() {
            Ok(address) => {
                addresses.insert(address);
            }
            Err(error) => {
                let place = document.place(&format!("/allow/delete/{index}"));
                problems.push(Problem::at(place, error.to_string()));
            }
        }
    }
    addresses
}

/// What the schema's pattern cannot say about a bucket's name.
fn check_bucket(document: &Document, name: &str, problems: &mut Vec<Problem>) {
    let reserved_start =
        ["xn--", "sthree-", "amzn-s3-demo-"].iter().find(|start| name.starts_with(**start));
    let reserved_end =
        ["-s3alias", "--ol-s3", "--x-s3", "--table-s3"].iter().find(|end| name.ends_with(**end));
    if let Some(reserved) = reserved_start.or(reserved_end) {
        let message = format!("`stateBucket` contains `{reserved}`, which S3 keeps for itself");
        problems.push(Problem::at(document.part_place("/stateBucket", reserved), message));
    }
}

fn check_variables(
    document: &Document,
    variables: &BTreeMap<String, String>,
    problems: &mut Vec<Problem>,
) {
    for name in variables.keys() {
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
        if name.is_empty() || !name.chars().all(plain) {
            let place = document.key_place(&pointer("variables", name));
            let message = format!("`{name}` cannot be used in `${{env.{name}}}`");
            problems.push(
                Problem::at(place, message)
                    .hint("name a variable with letters, digits, `_` and `-`"),
            );
        }
    }
}

fn check_tags(document: &Document, tags: &BTreeMap<String, String>, problems: &mut Vec<Problem>) {
    if tags.len() > MAX_TAGS {
        let message = format!("there are {} tags, and {MAX_TAGS} at most", tags.len());
        problems.push(Problem::at(document.key_place("/tags"), message));
    }
    let allowed = |c: char| c.is_alphanumeric() || " +-=._:/@".contains(c);
    for (key, value) in tags {
        let at = pointer("tags", key);
        let lower = key.to_lowercase();
        if let Some(reserved) =
            ["aws:", "reconcile:"].iter().find(|prefix| lower.starts_with(**prefix))
        {
            let message = format!("tags that begin with `{reserved}` are reserved");
            problems.push(Problem::at(document.key_place(&at), message));
        } else if key.is_empty() || key.chars().count() > 128 || !key.chars().all(allowed) {
            let message = format!("`{key}` cannot be a tag's key");
            problems.push(
                Problem::at(document.key_place(&at), message)
                    .hint(format!("{TAG_RULE}, at most 128")),
            );
        }
        if value.chars().count() > 256 || !value.chars().all(allowed) {
            let message = format!("the tag `{key}` cannot have this value");
            problems.push(
                Problem::at(document.place(&at), message).hint(format!("{TAG_RULE}, at most 256")),
            );
        }
    }
}

const TAG_RULE: &str = "use letters, digits, spaces and `+ - = . _ : / @`";

fn pointer(map: &str, key: &str) -> String {
    format!("/{map}/{}", key.replace('~', "~0").replace('/', "~1"))
}
