//! `howler plan`: what a scan would ask, found out by asking only who, which accounts and which regions.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use howler_model::{CoverageStatus, Region, ScopeCoverage};
use howler_reports::visible;
use howler_sources::{Gather, RoleArn, Session, Settings, Source};

use super::scan::{last_scan, settings};
use crate::account::Entered;
use crate::args;
use crate::config::{self, Config, Probing, flags, probed};
use crate::entries::{Entry, enter_all};
use crate::environment::{self, Clock};
use crate::exit::{Exit, Failure};
use crate::floor::{Floor, Work};
use crate::identity;
use crate::outside::outside;
use crate::plan::missed as missed_scope;
use crate::plan::{Plan, Wanted};
use crate::regions;
use crate::unit::{Unit, account_scope};
use crate::weights::Weights;
use crate::write::{answer, counted};

/// Processor time of a call, as measured (docs/performance.md).
const CPU_PER_CALL: Duration = Duration::from_micros(250);

/// Runs the command.
pub async fn run(args: args::Plan) -> Result<Exit, Failure> {
    let mut said = flags(Some(&args.reach.aws), Some(&args.judge), None);
    said.extend(probed(&args.reach.probe));
    let (config, _) = config::load(&args.file, said).map_err(Failure::usage)?;
    let clock = Clock::new(args.judge.now);
    let settings = settings(&args.reach.aws, clock).map_err(Failure::usage)?;
    let session = Session::start(&settings).await.map_err(Failure::usage)?;
    let rules = Arc::new(config::rules(&config, clock.now()).map_err(Failure::usage)?);
    let wanted = Wanted {
        checks: &args.judge.checks,
        skipped: &config.skipped,
        sources: &args.judge.sources,
        with: &config.with,
        probe: config.probing.on,
    };
    wanted.makes_sense().map_err(Failure::usage)?;
    let plan = Plan::new(&wanted, rules);
    plan.asks_all(&args.judge.with).map_err(Failure::usage)?;
    let elsewhere = outside(&args.reach, &plan).map_err(Failure::usage)?;
    let mut planned = Planned { elsewhere, ..Planned::default() };
    if args.reach.reaches_aws() {
        planned.enter(&session, &config, &plan).await.map_err(Failure::usage)?;
    }
    let text = planned.text(&plan, &config.probing) + &planned.cost(&plan, &config, &session, &settings);
    answer(&text)?;
    let gaps = planned.scopes.iter().any(|scope| scope.status().is_gap());
    Ok(if gaps { Exit::Incomplete } else { Exit::Fine })
}

/// What would be scanned, and what is known before not to be seen.
#[derive(Default)]
struct Planned {
    accounts: Vec<Entered>,
    elsewhere: Vec<Unit>,
    scopes: Vec<ScopeCoverage>,
}

impl Planned {
    async fn enter(&mut self, session: &Session, config: &Config, plan: &Plan) -> Result<()> {
        let entered = identity::enter(session.clone(), config).await?.look_up(&plan.rules).await?;
        self.scopes.extend(entered.scopes);
        let Some(caller) = entered.caller else { return Ok(()) };
        let (entries, scopes) = enter_all(&entered.session, &caller, &config.accounts).await;
        self.scopes.extend(scopes);
        for entry in entries {
            match entry {
                Entry::In { account, regions } => {
                    let chosen = regions::choose(&account, &regions, &config.regions, plan)?;
                    self.scopes.extend(chosen.scopes);
                    self.accounts.push(Entered { account: *account, regions: chosen.regions, global: true });
                }
                Entry::Out { entrant, unseen } => {
                    self.scopes.push(missed_scope(Unit::Account(entrant).scope(), unseen));
                }
            }
        }
        Ok(())
    }

    fn text(&self, plan: &Plan, probing: &Probing) -> String {
        let accounts: Vec<String> = self.accounts.iter().map(of_account).collect();
        let elsewhere: Vec<String> = self.elsewhere.iter().filter_map(elsewhere).collect();
        let asked = plan.sources.iter().filter(|source| self.asks(source));
        let sources: Vec<String> = asked.map(|source| of_source(source)).collect();
        let missed: Vec<String> = self.scopes.iter().filter_map(missed).collect();
        let scopes: BTreeSet<_> = self.accounts.iter().flat_map(|entered| entered.scopes(plan)).collect();
        let counts = [
            counted(accounts.len(), "account"),
            counted(self.accounts.iter().map(|entered| entered.regions.len()).sum(), "region"),
            counted(scopes.len() + elsewhere.len(), "scope"),
            counted(sources.len(), "source"),
        ];
        [
            section("Accounts", &accounts),
            section("Outside AWS", &elsewhere),
            section("Sources", &sources),
            section("Endpoints that are found", &probes(plan, probing)),
            section("Not asked", &missed),
            format!("{}\n", counts.join(", ")),
        ]
        .concat()
    }

    /// Calls and the least time that they take: as many as the last scan made, if there was one, else one for every
    /// action of every source and place.
    fn cost(&self, plan: &Plan, config: &Config, session: &Session, settings: &Settings) -> String {
        let traffic = session.traffic();
        let asked = u32::try_from(traffic.answers).unwrap_or(u32::MAX);
        if asked == 0 {
            return String::new();
        }
        let weights = Weights::load(last_scan());
        let recipe = plan.recipe(config);
        let expected = |entered: &Entered| {
            let account = &entered.account;
            let unit = account_scope(account.partition(), account.id().clone());
            weights.expected(&unit.to_string(), &recipe)
        };
        let last: Option<u64> = self.accounts.iter().map(expected).sum();
        // The tags of an account are one call to the organisation.
        let tags = u64::from(plan.rules.needs_account_tags());
        let least: u64 = self.accounts.iter().map(|entered| entered.least_calls(plan) + tags).sum();
        let latency = traffic.waited / asked;
        let pages = traffic.services.get("organizations").map_or(0, |service| service.calls);
        let work = Work {
            calls: last.unwrap_or(least),
            pages,
            roles: self.accounts.iter().any(|entered| entered.account.role().is_some()),
            quickest: traffic.quickest,
            latency,
            tokens: Duration::ZERO,
            cpu: CPU_PER_CALL,
            in_flight: u32::try_from(settings.concurrency).unwrap_or(u32::MAX),
            cores: environment::cores(),
        };
        let calls = match last {
            Some(calls) => format!("calls: {calls}, as in the last scan"),
            None => format!("calls: {least} at least, and more where there is much to list"),
        };
        let milliseconds = latency.as_millis();
        format!(
            "{calls}\nfloor: {}, at {milliseconds} ms an answer\ncalls to find this out: {}\n",
            Floor::of(&work),
            session.calls().sent()
        )
    }

    fn asks(&self, source: &Source) -> bool {
        match source.gather {
            Gather::Account(_) => !self.accounts.is_empty(),
            Gather::Region(_) => self.accounts.iter().any(|entered| !entered.regions.is_empty()),
            Gather::Endpoint(_) => self.elsewhere.iter().any(|unit| matches!(unit, Unit::Endpoint(_))),
            Gather::Path(_) => self.elsewhere.iter().any(|unit| matches!(unit, Unit::Path(_))),
        }
    }
}

/// A title with its lines, each escaped, or nothing.
fn section(title: &str, lines: &[String]) -> String {
    let lines: String = lines.iter().map(|line| format!("  {}\n", visible(line))).collect();
    if lines.is_empty() { lines } else { format!("{title}\n{lines}\n") }
}

fn elsewhere(unit: &Unit) -> Option<String> {
    match unit {
        Unit::Account(_) => None,
        Unit::Endpoint(endpoint) => Some(format!("endpoint {endpoint}")),
        Unit::Path(path) => Some(format!("path {}", path.display())),
    }
}

fn of_account(entered: &Entered) -> String {
    let who = entered.account.role().map_or("the caller", RoleArn::as_str);
    let regions: Vec<&str> = entered.regions.iter().map(Region::as_str).collect();
    format!("{}  as {who}, in {}", entered.account.id(), regions.join(", "))
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

/// How endpoints are asked that are found; nothing if they are not.
fn probes(plan: &Plan, Probing { allowed, rate, .. }: &Probing) -> Vec<String> {
    let networks: Vec<String> = allowed.iter().map(ToString::to_string).collect();
    let private = match networks.is_empty() {
        true => "those at private addresses are left out".to_owned(),
        false => format!("those at private addresses only in {}", networks.join(", ")),
    };
    plan.probes.then(|| format!("asked over TLS, {rate} a second; {private}")).into_iter().collect()
}

/// Why a scope will not be asked, unless it was and is complete.
fn missed(scope: &ScopeCoverage) -> Option<String> {
    let gap = scope.gaps.first().filter(|_| scope.status() != CoverageStatus::Ok)?;
    let code = gap.unseen.code.as_deref().map(|code| format!("{code}, ")).unwrap_or_default();
    let (action, message) = (&gap.unseen.action, &gap.unseen.message);
    Some(format!("{}: {}: {action}: {code}{message}", scope.scope, scope.status().as_str()))
}
