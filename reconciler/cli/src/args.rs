//! The command line: what can be asked, and the settings that come with it.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use reconcile_core::address::Address;

use crate::commands::device::DeviceCommand;
use crate::commands::import::ImportCommand;
use crate::commands::report::ReportArgs;
use crate::publish::Publish;
use crate::views::Format;
use crate::{console, examples};

/// Makes AWS match what git declares under `desired/`.
///
/// Without a command: plans, asks, and applies.
#[derive(Debug, Parser)]
#[command(name = "reconcile", version, after_help = examples::PROGRAM, max_term_width = 100)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
    #[command(flatten)]
    pub(crate) apply: ApplyArgs,
    /// Only show what would be done: the same as `reconcile plan`.
    #[arg(long)]
    pub(crate) dry_run: bool,
}

/// What every command takes.
#[derive(Debug, Clone, Args)]
pub(crate) struct Global {
    /// The environment; otherwise the one that says `default: true`.
    #[arg(short, long, global = true, value_name = "NAME")]
    pub(crate) environment: Option<String>,
    /// Only units whose address matches, such as `stacks/kms` or `stacks/*` (repeatable).
    #[arg(long, global = true, value_name = "GLOB")]
    pub(crate) only: Vec<String>,
    /// No units whose address matches (repeatable).
    #[arg(long, global = true, value_name = "GLOB")]
    pub(crate) exclude: Vec<String>,
    /// What the result is written as.
    #[arg(short, long, global = true, value_enum, default_value_t)]
    pub(crate) output: Output,
    #[command(flatten)]
    pub(crate) publish: Publish,
    /// Show no progress.
    #[arg(long, global = true)]
    pub(crate) no_progress: bool,
    /// The repository; otherwise the nearest folder above that has `desired/`.
    #[arg(short = 'C', long, global = true, value_name = "DIR")]
    pub(crate) root: Option<PathBuf>,
    /// Read the files as this revision of git has them, for commands that only look.
    #[arg(long = "ref", global = true, value_name = "REVISION")]
    pub(crate) revision: Option<String>,
    /// The profile of the AWS configuration.
    #[arg(long, global = true, value_name = "NAME", env = "AWS_PROFILE", hide_env = true)]
    pub(crate) profile: Option<String>,
    /// Who the run is recorded for.
    #[arg(long, global = true, value_name = "NAME", env = "GITHUB_ACTOR", hide_env_values = true)]
    pub(crate) actor: Option<String>,
    /// More diagnostics on stderr (repeatable).
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub(crate) verbose: u8,
    /// Whether this is a CI job.
    #[arg(long, global = true, env = "CI", hide = true, num_args = 0..=1, default_missing_value = "true")]
    ci: Option<String>,
    #[arg(long, global = true, env = "TERM", hide = true)]
    term: Option<String>,
    #[arg(long, global = true, env = "USER", hide = true)]
    user: Option<String>,
    /// Where the log of the job is that the run is recorded for; in GitHub Actions it is known.
    #[arg(long, global = true, value_name = "URL")]
    run_url: Option<String>,
    #[arg(long, global = true, env = "GITHUB_SERVER_URL", hide = true)]
    github_server: Option<String>,
    #[arg(long, global = true, env = "GITHUB_REPOSITORY", hide = true)]
    github_repository: Option<String>,
    #[arg(long, global = true, env = "GITHUB_RUN_ID", hide = true)]
    github_run: Option<String>,
    /// A plan of what goes wrong in the sandbox: see `reconciler/sandbox/README.md`.
    #[arg(long, global = true, hide = true, value_name = "FILE")]
    pub(crate) sandbox_faults: Option<PathBuf>,
}

/// What a result is written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum Output {
    /// For a terminal.
    #[default]
    Text,
    /// One versioned value, for programs.
    Json,
    /// For a pull request's comment, within `--markdown-bytes`.
    Markdown,
}

/// A command.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Show what would be changed; changes nothing.
    #[command(after_help = examples::PLAN)]
    Plan(PlanArgs),
    /// Make AWS match.
    #[command(after_help = examples::APPLY)]
    Apply(ApplyArgs),
    /// Ask AWS what was changed outside git; exit code 2 if anything was.
    #[command(after_help = examples::DRIFT)]
    Drift,
    /// Show what differs between two revisions, offline: as a plan, if AWS were as the first one says.
    #[command(after_help = examples::DIFF)]
    Diff(DiffArgs),
    /// Check every file, offline.
    #[command(after_help = examples::VALIDATE)]
    Validate,
    /// Build packages of Lambda functions, without AWS.
    #[command(after_help = examples::BUILD)]
    Build(BuildArgs),
    /// Show what runs now, who applies, what was applied last, and what git has that was not.
    #[command(after_help = examples::STATUS)]
    Status(StatusArgs),
    /// Show the last runs: who applied what, from which commit, and what went wrong.
    #[command(after_help = examples::HISTORY)]
    History(HistoryArgs),
    /// Show the units and what each depends on.
    #[command(after_help = examples::GRAPH)]
    Graph(GraphArgs),
    /// Write what runs, what differs and who applied it: a page for people, evidence for an auditor.
    #[command(after_help = examples::REPORT)]
    Report(ReportArgs),
    /// Declare terminals, suspend or revoke them, and show what they are.
    #[command(subcommand, after_help = examples::DEVICE)]
    Device(DeviceCommand),
    /// Declare what is there already, as it is: a stack, a function, or a terminal with its certificate.
    #[command(subcommand, after_help = examples::IMPORT)]
    Import(ImportCommand),
    /// Print the JSON Schema of a kind of file, or write all of them.
    #[command(after_help = examples::SCHEMA)]
    Schema(SchemaArgs),
    /// Make what reconcile itself needs in an account: the state bucket, and the roles of its jobs.
    #[command(after_help = examples::BOOTSTRAP)]
    Bootstrap(BootstrapArgs),
    /// Print the completions of a shell.
    #[command(after_help = examples::COMPLETIONS)]
    Completions {
        /// Which.
        shell: Shell,
    },
    /// Write the manual pages, one for every command.
    #[command(after_help = examples::MAN)]
    Man {
        /// Into this folder.
        #[arg(value_name = "DIR")]
        folder: PathBuf,
    },
    /// The embedded AWS.
    #[command(subcommand, after_help = examples::SANDBOX)]
    Sandbox(SandboxCommand),
}

/// How to plan.
#[derive(Debug, Clone, Copy, Default, Args)]
pub(crate) struct LookArgs {
    /// Read every template and policy again, whatever the ledger vouches for.
    #[arg(long)]
    pub(crate) full: bool,
    /// Ask AWS for a fresh drift detection first.
    #[arg(long)]
    pub(crate) detect: bool,
}

/// Arguments of `plan`.
#[derive(Debug, Args)]
pub(crate) struct PlanArgs {
    #[command(flatten)]
    pub(crate) look: LookArgs,
    /// Exit with 2 when there is something to change.
    #[arg(long)]
    pub(crate) detailed_exitcode: bool,
    /// Exit with 3, and say what differs, if the plan has not this digest (or a beginning of it), or is not the plan in
    /// this JSON file.
    #[arg(long, value_name = "DIGEST|FILE")]
    pub(crate) expect: Option<String>,
}

/// Arguments of `diff`.
#[derive(Debug, Args)]
pub(crate) struct DiffArgs {
    /// `BASE..HEAD`; `BASE...HEAD`, from where HEAD left BASE; or `BASE`, from there to the files as they are.
    #[arg(value_name = "REVISIONS", default_value = "HEAD")]
    pub(crate) revisions: String,
    /// Exit with 2 when something differs.
    #[arg(long)]
    pub(crate) detailed_exitcode: bool,
}

/// How long another run is waited for, in seconds: longer than one that was killed holds on.
pub(crate) const LEASE_WAIT: u64 = 90;

/// Arguments of `apply`.
#[derive(Debug, Default, Args)]
pub(crate) struct ApplyArgs {
    #[command(flatten)]
    pub(crate) look: LookArgs,
    /// Do not ask.
    #[arg(short, long)]
    pub(crate) yes: bool,
    /// Apply only if the plan has this digest (or a beginning of it), or is the plan in this JSON file.
    #[arg(long, value_name = "DIGEST|FILE")]
    pub(crate) expect: Option<String>,
    /// Apply although files under `desired/` or `infra/` are not committed.
    #[arg(long)]
    pub(crate) allow_dirty: bool,
    /// Units that are changed at a time.
    #[arg(long, value_name = "N", default_value_t = 10)]
    pub(crate) parallelism: usize,
    /// Seconds to wait for another run that is applying; a run that was killed holds on for 60.
    #[arg(long, value_name = "SECONDS", default_value_t = LEASE_WAIT)]
    pub(crate) lease_wait: u64,
}

/// Arguments of `bootstrap`.
#[derive(Debug, Args)]
pub(crate) struct BootstrapArgs {
    /// Only show what would be done.
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Do not ask.
    #[arg(short, long)]
    pub(crate) yes: bool,
    /// Apply although files under `desired/` or `infra/` are not committed.
    #[arg(long)]
    pub(crate) allow_dirty: bool,
    /// Print what a role may do, as an IAM policy, and do nothing else.
    #[arg(long, value_enum, value_name = "ROLE", conflicts_with_all = ["dry_run", "yes"])]
    pub(crate) print_policy: Option<BootstrapRole>,
}

/// A role that `bootstrap` makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum BootstrapRole {
    /// Of jobs that look.
    Plan,
    /// Of jobs that apply.
    Apply,
    /// Of CloudFormation.
    #[value(name = "cloudformation")]
    CloudFormation,
}

/// Arguments of `build`.
#[derive(Debug, Args)]
pub(crate) struct BuildArgs {
    /// The artifacts; all of the environment's if none is named.
    #[arg(value_name = "NAME")]
    pub(crate) names: Vec<String>,
}

/// Arguments of `status`.
#[derive(Debug, Args)]
pub(crate) struct StatusArgs {
    /// The branch that should be applied; otherwise what is checked out.
    #[arg(long, value_name = "REVISION")]
    pub(crate) branch: Option<String>,
}

/// Arguments of `history`.
#[derive(Debug, Args)]
pub(crate) struct HistoryArgs {
    /// One run with its steps: its name, the beginning or the last part of it, or `last`.
    #[arg(value_name = "RUN")]
    pub(crate) run: Option<String>,
    /// How many runs.
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub(crate) last: usize,
}

/// Arguments of `graph`.
#[derive(Debug, Args)]
pub(crate) struct GraphArgs {
    /// How to draw it.
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: GraphFormat,
}

/// How a graph is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum GraphFormat {
    /// A line a unit.
    #[default]
    Text,
    /// Graphviz.
    Dot,
    /// Mermaid, which GitHub draws.
    Mermaid,
}

/// Arguments of `schema`.
#[derive(Debug, Args)]
pub(crate) struct SchemaArgs {
    /// `environment`, a kind such as `stack`, or `output` and `diff` (of `--output json`).
    #[arg(required_unless_present = "write")]
    pub(crate) name: Option<String>,
    /// Write every schema to `desired/.schemas/`.
    #[arg(long, conflicts_with = "name")]
    pub(crate) write: bool,
}

/// What can be done to the sandbox.
#[derive(Debug, Subcommand)]
pub(crate) enum SandboxCommand {
    /// Delete everything in it.
    Reset,
    /// Change a live property, as somebody with a console would.
    Tamper {
        /// The stack, such as `stacks/s3`.
        address: Address,
        /// The resource's logical ID.
        logical_id: String,
        /// The property, such as `/VersioningConfiguration/Status`.
        pointer: String,
        /// The new value, as JSON or as text; `null` removes it.
        value: String,
    },
    /// Move its clock.
    #[command(subcommand)]
    Clock(ClockCommand),
    /// Tell the story of a terminal, from its first certificate to its renewal, and check every step.
    ///
    /// In a copy of this repository with an account of its own, `.reconcile/demo`.
    Demo,
    /// Answer the AWS CLI and other SDKs over HTTP, until it is stopped.
    Serve(ServeArgs),
}

/// Arguments of `sandbox serve`.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct ServeArgs {
    /// The port; 0 takes a free one.
    #[arg(long, default_value_t = 4599)]
    pub(crate) port: u16,
    /// The port of custom domain names, which answer by TLS; otherwise the one after `--port`.
    #[arg(long, value_name = "PORT")]
    pub(crate) tls_port: Option<u16>,
    /// The address to listen at.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1")]
    pub(crate) host: IpAddr,
}

impl ServeArgs {
    /// The two addresses to listen at: of AWS, and of custom domain names.
    pub(crate) fn addresses(&self) -> (SocketAddr, SocketAddr) {
        let Self { port, tls_port, host } = *self;
        let next = if port == 0 { 0 } else { port.saturating_add(1) };
        (SocketAddr::new(host, port), SocketAddr::new(host, tls_port.unwrap_or(next)))
    }
}

/// What can be done to the sandbox's clock.
#[derive(Debug, Subcommand)]
pub(crate) enum ClockCommand {
    /// Put it forward, such as `2m` or `60d`.
    Advance {
        /// By how much.
        #[arg(value_parser = parse_time)]
        by: Duration,
    },
}

/// A length of time such as `90m`, or `60d` of 24 hours each.
pub(crate) fn parse_time(written: &str) -> Result<Duration, jiff::Error> {
    let span: jiff::Span = written.parse()?;
    Duration::try_from(span.to_duration(jiff::SpanRelativeTo::days_are_24_hours())?)
}

/// What the command line and its surroundings say beyond the command.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Settings {
    pub(crate) console: console::Settings,
}

impl Settings {
    pub(crate) fn of(cli: &Cli) -> Self {
        let Global { ci, term, .. } = &cli.global;
        Self {
            console: console::Settings {
                ci: ci.as_deref().is_some_and(|value| !matches!(value, "" | "false" | "0")),
                dumb: term.as_deref() == Some("dumb"),
                ..console::Settings::default()
            },
        }
    }
}

impl Global {
    /// What `tracing` shows; nothing unless asked for.
    pub(crate) fn log_filter(&self) -> Option<&'static str> {
        match self.verbose {
            0 => None,
            1 => Some(
                "reconcile=debug,reconcile_engine=debug,reconcile_kind_stack=debug,reconcile_kind_artifact=debug,reconcile_kind_truststore=debug",
            ),
            2 => Some("debug"),
            // At `trace` the SDK writes answers down as they came, with whatever is in them.
            _ => Some("trace,aws=debug"),
        }
    }

    /// Where the log of the job is that this is part of.
    pub(crate) fn log_url(&self) -> Option<String> {
        let Self { run_url, github_server, github_repository, github_run, .. } = self;
        let of_github = || {
            let (server, repository) = (github_server.as_ref()?, github_repository.as_ref()?);
            Some(format!("{server}/{repository}/actions/runs/{}", github_run.as_ref()?))
        };
        run_url.clone().or_else(of_github)
    }

    /// The same for one unit only, whatever `--only` and `--exclude` say.
    pub(crate) fn about(&self, address: &str) -> Self {
        Self { only: vec![address.to_owned()], exclude: Vec::new(), ..self.clone() }
    }

    /// The same, for another environment.
    pub(crate) fn in_environment(&self, name: &str) -> Self {
        Self { environment: Some(name.to_owned()), ..self.clone() }
    }

    /// The person or job behind the run.
    pub(crate) fn who(&self) -> Option<String> {
        self.actor.clone().or_else(|| self.user.clone())
    }
}

impl ApplyArgs {
    pub(crate) fn patience(&self) -> Duration {
        Duration::from_secs(self.lease_wait)
    }
}

impl From<Output> for Format {
    fn from(output: Output) -> Self {
        match output {
            Output::Text => Self::Text,
            Output::Json => Self::Json,
            Output::Markdown => Self::Markdown,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_goes_forward_by_days_too() {
        assert_eq!(parse_time("60d").unwrap(), Duration::from_hours(60 * 24));
        assert_eq!(parse_time("2m").unwrap(), Duration::from_mins(2));
        assert!(parse_time("-1h").is_err() && parse_time("soon").is_err());
    }
}
