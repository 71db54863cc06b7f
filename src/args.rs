//! The command line: what is said there, parsed into the types that everything behind it trusts.

mod notify;
mod output;
mod owners;
mod policy;
mod probe;
mod state;
mod suppress;

use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use chrono::{DateTime, Datelike, Utc};
use clap::builder::PossibleValuesParser;
use clap::{Args, Parser, Subcommand, ValueEnum};
use howler_checks::CHECKS;
use howler_model::{AccountId, Endpoint, Region, Severity};
use howler_reports::REPORTS;
use howler_sources::{Asked, ExternalId, ParentId, RoleArn, RoleName, SOURCES};

pub use notify::Notify;
pub use output::Output;
pub use owners::{Owners, OwnersTest};
pub use policy::Policy;
pub use probe::Probe;
pub use state::{History, HistoryCommand, Remember, Retell};
pub use suppress::{Suppress, SuppressAdd, SuppressFile};

use crate::config::Tag;
use crate::shard::Share;

/// Finds TLS certificates that expire and AWS quotas that run out, and says what it could not see.
#[derive(Debug, Parser)]
#[command(version, max_term_width = 100, after_help = EXAMPLES)]
pub struct Howler {
    #[command(subcommand)]
    pub command: Command,
}

const EXAMPLES: &str = "\
Examples:
  howler demo
  howler scan
  howler scan --org
  howler scan -r eu-west-1 --check quota-utilization
  howler scan --role arn:aws:iam::123456789012:role/howler -o json=report.json
  howler scan --endpoint api.example.com:443
  howler scan --org --shard 3/16 -o part-3
  howler merge part-*
  howler explain certificate-expiry

Exit codes: 0 complete and nothing to report, 1 findings, 2 usage, 3 incomplete, 4 not delivered, 5 internal.";

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Scan AWS accounts, endpoints and files.
    #[command(after_help = SCAN_HELP)]
    Scan(Scan),
    /// Tell the parts of a scan that was split with --shard as one.
    #[command(after_help = MERGE_HELP)]
    Merge(Merge),
    /// Scan a made-up organisation of three accounts, with no AWS account of your own.
    #[command(after_help = DEMO_HELP)]
    Demo(Demo),
    /// Show what a scan would ask: accounts, regions, scopes and sources.
    #[command(after_help = PLAN_HELP)]
    Plan(Plan),
    /// Try what a scan begins with, and say what to do where it does not work.
    #[command(after_help = DOCTOR_HELP)]
    Doctor(Doctor),
    /// Tell the gateways again what is open, and what they could not take before.
    #[command(after_help = NOTIFY_HELP)]
    Notify(Retell),
    /// Show what earlier scans saw of a finding, a resource or an account.
    #[command(after_help = HISTORY_HELP)]
    History(History),
    /// Write a commented howler.toml.
    Init {
        /// Where; never over what is there
        #[arg(value_name = "PATH", default_value = crate::config::FILE_NAME)]
        path: PathBuf,
    },
    /// Show the configuration.
    Config {
        #[command(subcommand)]
        config: Config,
    },
    /// Show who owns what.
    Owners {
        #[command(subcommand)]
        owners: Owners,
    },
    /// Say what need not be told, until when and why.
    Suppress {
        #[command(subcommand)]
        suppress: Suppress,
    },
    /// List all checks.
    Checks {
        /// List the places where certificates live instead: what sees each, what that is tested on, and what is not
        /// seen and why.
        #[arg(long)]
        sources: bool,
        /// As a table or as JSON.
        #[arg(long, default_value = "table")]
        format: ListFormat,
    },
    /// Explain a check: what it finds, why that matters, what to do.
    Explain {
        /// The check.
        #[arg(value_parser = check_names())]
        check: String,
    },
    /// Print what howler may do in an account.
    Policy {
        #[command(subcommand)]
        policy: Policy,
    },
    /// Print the JSON Schema of the report.
    Schema,
}

const SCAN_HELP: &str = "\
What is scanned:
  AWS is scanned as the caller, unless accounts are chosen with --org, --ou, --tag or --account:
  then exactly these are, the caller's own by its own credentials and every other one by the role
  of --role-name; and, beside them, each --role. With --via, the last of its roles is the caller.
  With --endpoint, --endpoints-from or --file, and no flag that is about AWS, only those are
  scanned and no AWS credentials are needed.

Configuration:
  howler.toml may say it once for all (howler init writes one, howler config show prints what
  holds). A flag comes before a variable such as HOWLER_ACCOUNTS__ROLE_NAME, and that before the
  file. A flag that chooses accounts takes the place of the whole choice of the file.

Exit codes (higher beats lower):
  0    complete, nothing at or above --fail-on
  1    findings at or above --fail-on
  2    usage or configuration error, nothing was scanned
  3    incomplete: something could not be seen (--allow-gaps lowers it)
  4    a report could not be written or a gateway not reached
  5    internal error
  128+ ended by a signal; what was seen until then is reported";

const MERGE_HELP: &str = "\
Each part is what `howler scan --shard I/N -o PATH` wrote. Of two parts of the same shard the newer
one counts. What a missing part should have seen is a gap. Parts of different accounts, checks or
thresholds are not merged.

Exit codes are those of howler scan.";

const DEMO_HELP: &str = "\
Nothing is remembered unless --state says where, so that what is made up stays apart from what is
real. No file is read: gateways are those of --notify.

Exit codes are those of howler scan.";

const PLAN_HELP: &str = "\
Nothing is asked but who we are, which accounts there are, and which regions they have.

Exit codes: 0 all of it can be asked, 2 usage, 3 an account or its regions could not be found out.";

const DOCTOR_HELP: &str = "\
Exit codes: 0 all is well, 2 usage, 3 something is to do.";

const NOTIFY_HELP: &str = "\
Nothing is scanned. Gateways that forget (Alertmanager, Security Hub) are told all that is open once
more, others what they were not told yet. With --from, a report is told instead of what is
remembered, to gateways that know again what they were told: Alertmanager, PagerDuty and Security
Hub.

Exit codes: 0 all was taken, 2 usage, 4 a gateway could not be reached.";

const HISTORY_HELP: &str = "\
Without --finding, --resource or --account, all findings that are open.

Exit codes: 0 shown or made anew, 2 usage, 4 rebuild could not read or write what it had to.";

#[derive(Debug, Args)]
pub struct Plan {
    #[command(flatten)]
    pub reach: Reach,
    #[command(flatten)]
    pub judge: Judge,
    #[command(flatten)]
    pub file: ConfigFile,
}

#[derive(Debug, Args)]
pub struct Doctor {
    #[command(flatten)]
    pub aws: Aws,
    #[command(flatten)]
    pub file: ConfigFile,
}

#[derive(Debug, Subcommand)]
pub enum Config {
    /// Show each value that holds, and where it came from.
    Show(ConfigFile),
}

#[derive(Debug, Args)]
pub struct Scan {
    #[command(flatten)]
    pub reach: Reach,
    #[command(flatten)]
    pub judge: Judge,
    #[command(flatten)]
    pub tell: Tell,
    /// Scan one share of everything and write it to -o PATH, for howler merge; /N takes I from an array job
    #[arg(long = "shard", value_name = "I/N", help_heading = "How it is told")]
    pub share: Option<Share>,
    #[command(flatten)]
    pub file: ConfigFile,
}

#[derive(Debug, Args)]
pub struct Merge {
    /// Parts of one scan
    #[arg(value_name = "PART", required = true)]
    pub parts: Vec<PathBuf>,
    #[command(flatten)]
    pub tell: Tell,
    #[command(flatten)]
    pub file: ConfigFile,
}

#[derive(Debug, Args)]
pub struct Demo {
    #[command(flatten)]
    pub judge: Judge,
    #[command(flatten)]
    pub tell: Tell,
}

/// Which accounts and regions of AWS.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "What is scanned")]
pub struct Aws {
    /// All accounts of the organisation
    #[arg(long = "org")]
    pub organization: bool,
    /// All accounts in an organisational unit and in the units in it [repeatable]
    #[arg(long = "ou", value_name = "ID")]
    pub units: Vec<ParentId>,
    /// An account [repeatable]
    #[arg(long = "account", value_name = "ID")]
    pub ids: Vec<AccountId>,
    /// All but this account [repeatable]
    #[arg(long = "skip-account", value_name = "ID")]
    pub left_out: Vec<AccountId>,
    /// All accounts of the organisation that have this tag [repeatable: they have all of them]
    #[arg(long = "tag", value_name = "KEY=VALUE")]
    pub tags: Vec<Tag>,
    /// A role to take before all others, which are then taken as that one [repeatable: one after another]
    #[arg(long = "via", value_name = "ARN")]
    pub via: Vec<RoleArn>,
    /// The role to take in every account but the caller's own [default: howler]
    #[arg(long, value_name = "NAME")]
    pub role_name: Option<RoleName>,
    /// The external id that the roles ask for; howler.toml may have another for each account
    #[arg(long, value_name = "ID")]
    pub external_id: Option<ExternalId>,
    /// A role to take, beside the accounts above [repeatable]
    #[arg(long = "role", value_name = "ARN")]
    pub roles: Vec<RoleArn>,
    /// A region, `all` that are enabled in the account, or `!REGION` to leave one out [repeatable] [default: all]
    #[arg(short, long = "region", value_name = "REGION")]
    pub regions: Vec<RegionChoice>,
    /// A profile of the AWS configuration files
    #[arg(long, value_name = "NAME")]
    pub profile: Option<String>,
}

impl Aws {
    /// Whether anything here was said.
    fn is_asked(&self) -> bool {
        let accounts =
            self.organization || !self.units.is_empty() || !self.ids.is_empty() || !self.roles.is_empty();
        let role = self.role_name.is_some() || self.external_id.is_some() || !self.via.is_empty();
        accounts || !self.tags.is_empty() || role || !self.regions.is_empty() || self.profile.is_some()
    }
}

/// What is scanned.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "What is scanned")]
pub struct Reach {
    #[command(flatten)]
    pub aws: Aws,
    /// A live endpoint to ask over TLS, with another server name after #; smtp://, imap://, pop3://, ftp://, ldap://,
    /// postgres://, mysql://, tds://, xmpp:// or the port of one begins TLS as that does, tls:// at once [repeatable]
    #[arg(long = "endpoint", value_name = "HOST:PORT[#NAME]")]
    pub endpoints: Vec<Endpoint>,
    /// A file with an endpoint in each line, but for those that begin with #; `-` is standard input [repeatable]
    #[arg(long = "endpoints-from", value_name = "PATH")]
    pub endpoint_lists: Vec<PathBuf>,
    /// A file or folder of certificates: PEM, DER, PKCS #7 and #12, Java key stores, Kubernetes manifests [repeatable]
    #[arg(long = "file", value_name = "PATH")]
    pub files: Vec<PathBuf>,
    /// A file with a password of PKCS #12 stores in its first line; each password is tried [repeatable]
    #[arg(long = "password-file", value_name = "PATH")]
    pub password_files: Vec<PathBuf>,
    /// An environment variable with a password of PKCS #12 stores [repeatable]
    #[arg(long = "password-env", value_name = "NAME")]
    pub password_variables: Vec<String>,
    #[command(flatten)]
    pub probe: Probe,
    /// Certificates of a private CA that endpoints may chain to, in PEM [repeatable]
    #[arg(long = "trust", value_name = "PATH")]
    pub trust: Vec<PathBuf>,
    /// Seconds that an endpoint has for everything
    #[arg(long, value_name = "SECONDS", default_value = "10", value_parser = seconds)]
    pub endpoint_timeout: Duration,
}

impl Reach {
    /// Whether AWS is asked at all.
    pub fn reaches_aws(&self) -> bool {
        let elsewhere =
            !(self.endpoints.is_empty() && self.endpoint_lists.is_empty() && self.files.is_empty());
        self.aws.is_asked() || self.probe.probe || !elsewhere
    }
}

/// How it is judged.
#[derive(Debug, Args)]
#[command(next_help_heading = "How it is judged")]
pub struct Judge {
    /// Only this check [repeatable]
    #[arg(long = "check", value_name = "CHECK", value_parser = check_names())]
    pub checks: Vec<String>,
    /// All but this check [repeatable]
    #[arg(long = "skip-check", value_name = "CHECK", value_parser = check_names())]
    pub skipped: Vec<String>,
    /// Ask only this source, of those that the checks need [repeatable]
    #[arg(long = "source", value_name = "SOURCE", value_parser = source_names())]
    pub sources: Vec<String>,
    /// Also ask this source, which no scan asks that does not name it [repeatable]
    #[arg(long = "with", value_name = "SOURCE", value_parser = optional_source_names())]
    pub with: Vec<String>,
    /// The time to judge by, instead of the clock: 2026-11-23T09:30:00Z
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub now: Option<DateTime<Utc>>,
}

/// How it is told.
#[derive(Debug, Args)]
#[command(next_help_heading = "How it is told")]
pub struct Tell {
    /// The report on standard output
    #[arg(long, default_value = "table", value_parser = format_names())]
    pub format: String,
    /// A report into a file; `-` is standard output, in place of --format [repeatable]; with --shard, the part
    #[arg(short, long = "output", value_name = "FORMAT=PATH")]
    pub outputs: Vec<Output>,
    /// A gateway to deliver the findings to: alertmanager=http://HOST:9093; env:NAME or file:PATH says where an address
    /// is that is a secret, as in slack=env:SLACK [repeatable]
    #[arg(long = "notify", value_name = "GATEWAY=ADDRESS", value_parser = notify::NotifyParser)]
    pub gateways: Vec<Notify>,
    #[command(flatten)]
    pub remember: Remember,
    /// The least severity that makes the exit code 1 [default: high]
    #[arg(long, value_name = "SEVERITY")]
    pub fail_on: Option<Severity>,
    /// Do not let gaps decide the exit code
    #[arg(long)]
    pub allow_gaps: bool,
    /// When to use colours
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub color: Colour,
    /// No progress and no summary on standard error
    #[arg(short, long)]
    pub quiet: bool,
}

/// Where the configuration is.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Configuration")]
pub struct ConfigFile {
    /// The file, in place of HOWLER_CONFIG, ./howler.toml and howler/howler.toml of the user
    #[arg(long, value_name = "PATH", global = true, conflicts_with = "no_config")]
    pub config: Option<PathBuf>,
    /// Read no file
    #[arg(long, global = true)]
    pub no_config: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Colour {
    /// On a terminal that can, unless NO_COLOR says no.
    Auto,
    Always,
    Never,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ListFormat {
    Table,
    Json,
}

/// One region, all that are enabled, or one that is left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RegionChoice {
    All,
    Named(Region),
    Not(Region),
}

impl RegionChoice {
    /// As it is said.
    pub fn text(&self) -> String {
        match self {
            Self::All => "all".to_owned(),
            Self::Named(region) => region.to_string(),
            Self::Not(region) => format!("!{region}"),
        }
    }
}

impl FromStr for RegionChoice {
    type Err = howler_model::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match (text, text.strip_prefix('!')) {
            ("all", _) => Ok(Self::All),
            (_, Some(left_out)) => left_out.parse().map(Self::Not),
            (name, None) => name.parse().map(Self::Named),
        }
    }
}

fn check_names() -> PossibleValuesParser {
    PossibleValuesParser::new(CHECKS.iter().map(|check| check.id))
}

fn source_names() -> PossibleValuesParser {
    PossibleValuesParser::new(SOURCES.iter().map(|source| source.id))
}

/// Those that no scan asks that does not name them.
fn optional_source_names() -> PossibleValuesParser {
    let optional = SOURCES.iter().filter(|source| source.asked == Asked::OnRequest);
    PossibleValuesParser::new(optional.map(|source| source.id))
}

fn format_names() -> PossibleValuesParser {
    PossibleValuesParser::new(REPORTS.iter().map(|report| report.name()))
}

/// Within these years, no sum of a time and a threshold leaves the calendar.
fn time(text: &str) -> Result<DateTime<Utc>, String> {
    let time = text.parse().ok().filter(|time: &DateTime<Utc>| (1970..=9000).contains(&time.year()));
    time.ok_or_else(|| "a time like 2026-11-23T09:30:00Z is expected, from the years 1970 to 9000".to_owned())
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.parse().ok().filter(|seconds| (0.1..=3_600.0).contains(seconds));
    seconds.map(Duration::from_secs_f64).ok_or_else(|| "seconds from 0.1 to 3600 are expected".to_owned())
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Howler::command().debug_assert();
    }

    #[test]
    fn times_that_no_certificate_can_be_judged_by_are_refused() {
        for good in ["1970-01-01T00:00:00Z", "9000-12-31T23:59:59Z", "2026-11-23T09:30:00+01:00"] {
            assert!(time(good).is_ok(), "{good}");
        }
        for bad in ["1969-12-31T23:59:59Z", "9001-01-01T00:00:00Z", "+262000-01-01T00:00:00Z", "today"] {
            assert!(time(bad).unwrap_err().contains("1970 to 9000"), "{bad}");
        }
    }
}
