//! `howler doctor`: tries what a scan begins with, and says what to do where it does not work.

use anyhow::Result;
use chrono::TimeDelta;
use howler_model::{CoverageStatus, Reason, Region, ScopeCoverage, Unseen};
use howler_reports::visible;
use howler_sources::{Account, Error, Regions, RoleArn, Session};
use howler_state::{Error as Forgotten, Memory};

use super::scan::settings;
use crate::args::{self, RegionChoice};
use crate::config::{self, Config, RulesFiles, Target, flags};
use crate::entries::{Entry, enter_all};
use crate::environment::Clock;
use crate::exit::{Exit, Failure};
use crate::gateways::{self, Way};
use crate::identity::through;
use crate::memory::Place;
use crate::regions::{named, partitions, stray};
use crate::scanner::Caller;
use crate::unit::Entrant;
use crate::write::answer;

/// Beyond this, AWS refuses signatures.
const MOST_OFFSET: TimeDelta = TimeDelta::minutes(5);
/// Beyond this, a clock is wrong, though AWS still takes it.
const SMALL_OFFSET: TimeDelta = TimeDelta::seconds(30);

/// Runs the command.
pub async fn run(args: args::Doctor) -> Result<Exit, Failure> {
    let (config, _) = config::load(&args.file, flags(Some(&args.aws), None, None)).map_err(Failure::usage)?;
    let settings = settings(&args.aws, Clock::new(None)).map_err(Failure::usage)?;
    let session = Session::start(&settings).await.map_err(Failure::usage)?;
    let lines = examine(&session, &config).await;
    let text: String = lines.iter().map(Line::to_text).collect();
    answer(&text)?;
    Ok(if lines.iter().all(|line| line.advice.is_none()) { Exit::Fine } else { Exit::Incomplete })
}

/// One thing that was tried.
#[derive(Debug)]
struct Line {
    what: String,
    /// What to do, if it did not work.
    advice: Option<String>,
}

impl Line {
    fn ok(what: String) -> Self {
        Self { what, advice: None }
    }

    fn to_do(what: String, advice: impl Into<String>) -> Self {
        Self { what, advice: Some(advice.into()) }
    }

    /// One line, whatever is in the words of others.
    fn to_text(&self) -> String {
        match &self.advice {
            None => format!("ok     {}\n", visible(&self.what)),
            Some(advice) => format!("to do  {}: {}\n", visible(&self.what), visible(advice)),
        }
    }
}

async fn examine(session: &Session, config: &Config) -> Vec<Line> {
    let mut lines = rules(config);
    lines.extend(memory(config));
    lines.extend(config.notify.iter().map(|target| gateway(target, config)));
    lines.push(clock(session.clock_offset().await));
    let session = match through(session.clone(), &config.accounts).await {
        Ok(last) => last,
        Err(unseen) => {
            lines.push(failed("the roles that are taken first", &unseen));
            return lines;
        }
    };
    let caller = match session.enter_as_caller().await {
        Ok((account, regions)) => Caller { account, regions },
        Err(error) => {
            lines.push(nobody(&error));
            return lines;
        }
    };
    let who = &caller.account;
    lines.push(Line::ok(format!("identity: account {} in partition {}", who.id(), who.partition())));
    lines.extend(stray(&config.regions, &partitions(who, &config.accounts)).map(elsewhere));
    let (entries, scopes) = enter_all(&session, &caller, &config.accounts).await;
    lines.extend(scopes.iter().map(organization));
    lines.extend(entries.iter().flat_map(|entry| account(entry, &config.regions)));
    lines
}

/// The files of rules that there are, or all that is wrong with them.
fn rules(config: &Config) -> Vec<Line> {
    if let Err(error) = config::rules(config, Clock::new(None).now()) {
        let wrong = |line: &str| Line::to_do("rules".to_owned(), line);
        return format!("{error:#}").lines().map(wrong).collect();
    }
    let RulesFiles { owners, suppressions, severities, thresholds } = config::rules_files(config);
    let files = [owners, suppressions, severities, thresholds].into_iter().flatten();
    files.map(|path| Line::ok(format!("rules: {}", path.display()))).collect()
}

/// Whether earlier scans can be read, where there are any; nothing is made or changed.
fn memory(config: &Config) -> Option<Line> {
    let folder = Place::named(config).ok()?.folder;
    let what = format!("memory of earlier scans: {}", folder.display());
    match Memory::read(&folder) {
        Ok(_) => Some(Line::ok(what)),
        Err(Forgotten::Absent(_)) => Some(Line::ok(format!("{what}: no scan is remembered yet"))),
        Err(error) => Some(Line::to_do("memory of earlier scans".to_owned(), error.to_string())),
    }
}

/// Whether a gateway has an address; nothing is posted.
fn gateway(target: &Target, config: &Config) -> Line {
    let what = format!("gateway {}", target.gateway);
    match gateways::open(target, config, &Way::default()) {
        Ok(_) => Line::ok(format!("{what}: it has an address")),
        Err(error) => Line::to_do(what, format!("{error:#}")),
    }
}

fn clock(offset: Option<TimeDelta>) -> Line {
    let Some(offset) = offset else {
        return Line::to_do(
            "clock: no answer with a date from AWS".to_owned(),
            "check the network, the proxy and AWS_ENDPOINT_URL",
        );
    };
    let what = match offset.num_seconds() {
        0 => "clock: as AWS's".to_owned(),
        behind @ 1.. => format!("clock: {behind} s behind AWS's"),
        ahead => format!("clock: {} s ahead of AWS's", -ahead),
    };
    match offset.abs() {
        close if close <= SMALL_OFFSET => Line::ok(what),
        far if far < MOST_OFFSET => Line::to_do(what, "set it (NTP): dates of certificates are judged by it"),
        _ => Line::to_do(what, "set it (NTP): AWS refuses signatures that are five minutes off"),
    }
}

fn nobody(error: &Error) -> Line {
    match error {
        Error::Identity(unseen) => failed("identity", unseen),
        other => Line::to_do("identity".to_owned(), other.to_string()),
    }
}

/// The listing of an organisation, or a member of it that nobody can act in.
fn organization(scope: &ScopeCoverage) -> Line {
    let account = scope.scope.account().map(ToString::to_string).unwrap_or_default();
    match (scope.status(), scope.gaps.first()) {
        (CoverageStatus::Disabled, Some(gap)) => {
            Line::ok(format!("account {account}: {}", gap.unseen.message))
        }
        (_, Some(gap)) => failed("organisation", &gap.unseen),
        (_, None) => Line::ok(format!("organisation: {} accounts", scope.facts)),
    }
}

fn elsewhere(region: &Region) -> Line {
    let what = format!("regions: {region} is in a partition of which no account is scanned");
    Line::to_do(what, "take it out of --region or howler.toml")
}

fn account(entry: &Entry, choices: &[RegionChoice]) -> Vec<Line> {
    match entry {
        Entry::Out { entrant: Entrant { account, role, .. }, unseen } => {
            let role = role.as_ref().map_or("", |role| role.arn.as_str());
            vec![failed(&format!("account {account}: {role}"), unseen)]
        }
        Entry::In { account, regions } => {
            let who = account.role().map_or("the caller's own credentials", RoleArn::as_str);
            vec![Line::ok(format!("account {}: {who}", account.id())), regions_of(account, regions, choices)]
        }
    }
}

fn regions_of(account: &Account, regions: &Result<Regions, Unseen>, choices: &[RegionChoice]) -> Line {
    let what = format!("regions of {}", account.id());
    let regions = match regions {
        Ok(regions) => regions,
        Err(unseen) => return failed(&what, unseen),
    };
    let named = named(choices, account.partition());
    if let Some(unknown) = named.iter().find(|region| !regions.contains_key(region)) {
        return Line::to_do(
            format!("{what}: there is no region {unknown}"),
            "take it out of --region or howler.toml",
        );
    }
    let is_enabled = |region: &&Region| regions.get(*region).is_some_and(|status| status.is_enabled());
    let enabled = regions.keys().filter(is_enabled).count();
    let left_out: Vec<&str> = named.iter().filter(|region| !is_enabled(region)).map(Region::as_str).collect();
    let noted = match left_out[..] {
        [] => String::new(),
        _ => format!("; {} will be noted as disabled", left_out.join(", ")),
    };
    Line::ok(format!("{what}: {enabled} enabled, {} not opted in{noted}", regions.len() - enabled))
}

fn failed(what: &str, unseen: &Unseen) -> Line {
    let code = unseen.code.as_deref().map(|code| format!("{code}, ")).unwrap_or_default();
    let reason = unseen.reason.as_str();
    Line::to_do(format!("{what}: {} {reason} ({code}{})", unseen.action, unseen.message), advice(unseen))
}

/// What to do about a call that failed.
fn advice(unseen: &Unseen) -> String {
    match (unseen.reason, unseen.action.as_str()) {
        (Reason::Denied, "sts:AssumeRole") => {
            "create the role (deploy/iam/role.yaml), let its trust policy name who \
            scans and the external id that is configured, and allow sts:AssumeRole to who scans"
                .to_owned()
        }
        (Reason::Denied, action) if action.starts_with("organizations:") => format!(
            "scan from the management account or one that administers the organisation, and allow {action} there: \
             howler policy iam --org prints the policy"
        ),
        (Reason::Denied, action) => format!("allow {action}: howler policy iam prints the policy"),
        (Reason::DeniedByScp, action) => {
            format!("a policy of the organisation denies {action}: change it in the management account")
        }
        (Reason::Credentials, _) => {
            "name a --profile, set AWS_PROFILE or sign in; `aws sts get-caller-identity` shows \
            what is in use"
                .to_owned()
        }
        (Reason::Network | Reason::Timeout, _) => {
            "check the network, the proxy and AWS_ENDPOINT_URL".to_owned()
        }
        (Reason::Throttled, _) => "try again in a while".to_owned(),
        _ => "see AWS's own words".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_is_wrong_before_aws_refuses_it() {
        let said = |seconds| clock(Some(TimeDelta::seconds(seconds))).to_text();
        assert_eq!(said(0), "ok     clock: as AWS's\n");
        assert!(said(30).starts_with("ok     clock: 30 s behind"), "{}", said(30));
        assert!(said(-31).starts_with("to do  clock: 31 s ahead"), "{}", said(-31));
        assert!(said(400).contains("five minutes"), "{}", said(400));
        assert!(clock(None).advice.is_some());
    }

    #[test]
    fn each_failure_has_a_next_step_on_one_line() {
        for reason in
            [Reason::Denied, Reason::DeniedByScp, Reason::Network, Reason::Credentials, Reason::Failed]
        {
            let line = failed("x", &Unseen::new(reason, "sts:AssumeRole", "no\nway\u{1b}[31m")).to_text();
            assert_eq!(line.lines().count(), 1, "{line}");
            assert!(line.starts_with("to do  x: sts:AssumeRole ") && !line.contains('\u{1b}'), "{line}");
        }
    }
}
