//! `howler plan`: what a scan would ask, found out by asking only who, which accounts and which regions.

use std::collections::BTreeSet;

use howler_model::{CoverageStatus, Region, ScopeCoverage};
use howler_reports::visible;
use howler_sources::{Gather, RoleArn, Session, Source};

use super::scan::settings;
use crate::args;
use crate::config::{self, flags};
use crate::environment::Clock;
use crate::exit::{Exit, Failure};
use crate::plan::Plan;
use crate::targets::Targets;
use crate::tell::answer;
use crate::unit::{AccountUnit, Unit};

/// Runs the command.
pub async fn run(args: args::Plan) -> Result<Exit, Failure> {
    let said = flags(Some(&args.reach.aws), Some(&args.judge), None);
    let (config, _) = config::load(&args.file, said).map_err(Failure::usage)?;
    let settings = settings(&args.reach.aws, Clock::new(args.judge.now)).map_err(Failure::usage)?;
    let session = Session::start(&settings).await.map_err(Failure::usage)?;
    let plan = Plan::new(&args.judge.checks, &config.skipped);
    let targets = Targets::of(&session, &args.reach, &config, &plan).await.map_err(Failure::usage)?;
    answer(&text(&plan, &targets, session.calls().sent()))?;
    let gaps = targets.scopes.iter().any(|scope| scope.status().is_gap());
    Ok(if gaps { Exit::Incomplete } else { Exit::Fine })
}

fn text(plan: &Plan, targets: &Targets, calls: u64) -> String {
    let accounts: Vec<&AccountUnit> = targets.units.iter().filter_map(account).collect();
    let elsewhere: Vec<String> = targets.units.iter().filter_map(elsewhere).collect();
    let asked = plan.sources.iter().filter(|source| is_asked(source, &accounts, targets));
    let sources: Vec<String> = asked.map(|source| of_source(source)).collect();
    let missed: Vec<String> = targets.scopes.iter().filter_map(missed).collect();
    let scopes: BTreeSet<_> = accounts.iter().flat_map(|unit| unit.scopes(plan)).collect();
    let counts = [
        counted(accounts.len(), "account"),
        counted(accounts.iter().map(|unit| unit.regions.len()).sum(), "region"),
        counted(scopes.len() + elsewhere.len(), "scope"),
        counted(sources.len(), "source"),
    ];
    let accounts: Vec<String> = accounts.into_iter().map(of_account).collect();
    [
        section("Accounts", &accounts),
        section("Outside AWS", &elsewhere),
        section("Sources", &sources),
        section("Not asked", &missed),
        format!("{}; calls to find this out: {calls}\n", counts.join(", ")),
    ]
    .concat()
}

/// A title with its lines, each escaped, or nothing.
fn section(title: &str, lines: &[String]) -> String {
    let lines: String = lines.iter().map(|line| format!("  {}\n", visible(line))).collect();
    if lines.is_empty() { lines } else { format!("{title}\n{lines}\n") }
}

fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

fn account(unit: &Unit) -> Option<&AccountUnit> {
    match unit {
        Unit::Account(unit) => Some(unit),
        _ => None,
    }
}

fn elsewhere(unit: &Unit) -> Option<String> {
    match unit {
        Unit::Account(_) => None,
        Unit::Endpoint(endpoint) => Some(format!("endpoint {endpoint}")),
        Unit::Path(path) => Some(format!("path {}", path.display())),
    }
}

fn of_account(unit: &AccountUnit) -> String {
    let who = unit.account.role().map_or("the caller", RoleArn::as_str);
    let regions: Vec<&str> = unit.regions.iter().map(Region::as_str).collect();
    format!("{}  as {who}, in {}", unit.account.id(), regions.join(", "))
}

fn of_source(source: &Source) -> String {
    let once = match source.gather {
        Gather::Account(_) => "account",
        Gather::Region(_) => "region",
        Gather::Endpoint(_) => "endpoint",
        Gather::Path(_) => "path",
    };
    format!("{:22}  each {once:8}  {}", source.id, source.title)
}

fn is_asked(source: &Source, accounts: &[&AccountUnit], targets: &Targets) -> bool {
    match source.gather {
        Gather::Account(_) => !accounts.is_empty(),
        Gather::Region(_) => accounts.iter().any(|unit| !unit.regions.is_empty()),
        Gather::Endpoint(_) => targets.units.iter().any(|unit| matches!(unit, Unit::Endpoint(_))),
        Gather::Path(_) => targets.units.iter().any(|unit| matches!(unit, Unit::Path(_))),
    }
}

/// Why a scope will not be asked, unless it was and is complete.
fn missed(scope: &ScopeCoverage) -> Option<String> {
    let gap = scope.gaps.first().filter(|_| scope.status() != CoverageStatus::Ok)?;
    let code = gap.unseen.code.as_deref().map(|code| format!("{code}, ")).unwrap_or_default();
    let (action, message) = (&gap.unseen.action, &gap.unseen.message);
    Some(format!("{}: {}: {action}: {code}{message}", scope.scope, scope.status().as_str()))
}
