//! `howler owners test`: who owns a resource, and all that says so.

use std::collections::BTreeMap;
use std::fmt::Write;

use anyhow::{Context, Result, bail};
use howler_model::{
    AccountId, Endpoint, Finding, FindingId, Measure, Partition, Region, Resource, Scope, Service, Severity,
    Status, Tags, Verdict,
};
use howler_reports::visible;
use howler_rules::{Around, Blind, Claim, Rules};

use crate::args::{Owners, OwnersTest};
use crate::config::{self, RulesAt, Tag, rules_files};
use crate::environment::Clock;
use crate::exit::Failure;

/// What the resource is thought to be used by, so that this may have tags.
const USER: &str = "what uses it";

/// The owner, and everything that says who it is.
pub fn text(owners: &Owners) -> Result<String, Failure> {
    let Owners::Test(args) = owners;
    told(args).map_err(Failure::usage)
}

fn told(args: &OwnersTest) -> Result<String> {
    let rules = read(args)?;
    let finding = finding(args)?;
    let tags =
        Tags::from([(args.resource.clone(), pairs(&args.tags)), (USER.to_owned(), pairs(&args.user_tags))]);
    let account = finding.verdict.resource.scope.account().cloned();
    let accounts = || account.iter().cloned().collect();
    let units: BTreeMap<_, _> =
        args.units.iter().map(|unit| (unit.as_str().to_owned(), accounts())).collect();
    let account_tags = pairs(&args.account_tags);
    let blind = Blind::default();
    let around = Around { tags: &tags, account_tags: &account_tags, units: &units, blind: &blind };
    Ok(chain(&rules.claims(&finding, &around)))
}

/// The claims in their order, with a mark at the one that holds.
fn chain(claims: &[Claim]) -> String {
    let holds = claims.iter().position(|claim| claim.owner.is_ok());
    let width = claims.iter().map(|claim| visible(&claim.via).chars().count()).max().unwrap_or_default();
    let mut text = String::new();
    for (number, Claim { via, owner, .. }) in claims.iter().enumerate() {
        let mark = if holds == Some(number) { '>' } else { ' ' };
        let owner = owner.as_ref().map_or_else(|wrong| format!("(skipped: {wrong})"), |name| visible(name));
        // Writing into a string does not fail.
        let _ = writeln!(text, "{mark} {:width$}  {owner}", visible(via));
    }
    text
}

/// The owners alone: what is wrong with another file is of no matter here.
fn read(args: &OwnersTest) -> Result<Rules> {
    let (mut config, _) = config::load(&args.file, Vec::new())?;
    let path = args.owners.clone().or_else(|| rules_files(&config).owners);
    let path = path.context("there is no owners.toml: --file names one, docs/owners.md shows one")?;
    config.rules = RulesAt { owners: Some(path), ..RulesAt::default() };
    config::rules(&config, Clock::new(None).now())
}

/// A finding as the check would make it.
fn finding(args: &OwnersTest) -> Result<Finding> {
    let check =
        howler_checks::find(&args.check).context("there is no such check: howler checks lists them")?;
    let name = args.domains.first().unwrap_or(&args.resource).clone();
    let resource = Resource { scope: scope(&args.resource)?, kind: "", id: args.resource.clone(), name };
    let affects = if args.user_tags.is_empty() { Vec::new() } else { vec![USER.to_owned()] };
    Ok(Finding {
        id: FindingId::of(check.id, &resource),
        check: check.id,
        title: check.title,
        fix: check.fix,
        verdict: Verdict {
            resource,
            status: Status::Fail,
            severity: Severity::High,
            measure: Measure::Name { wanted: String::new(), covered: args.domains.clone() },
            deadline: None,
            affects,
        },
        owner: None,
        suppressed: None,
        rescored: None,
        unsure: Default::default(),
    })
}

/// Where a resource is, by its ARN or as an endpoint.
fn scope(resource: &str) -> Result<Scope> {
    let parts: Vec<&str> = resource.splitn(6, ':').collect();
    match parts[..] {
        ["arn", partition, service, region, account, _] => {
            let partition: Partition = partition.parse()?;
            let region = if region.is_empty() { Region::GLOBAL } else { region.parse()? };
            let account: AccountId = account.parse().with_context(|| format!("the account of {resource}"))?;
            Ok(Scope::aws(partition, account, region, Service::from(service.to_owned())))
        }
        _ if resource.parse::<Endpoint>().is_ok() => Ok(Scope::outside(resource, Service::TLS)),
        _ => bail!("'{resource}' is neither an ARN nor an endpoint: arn:aws:... or HOST:PORT is expected"),
    }
}

fn pairs(tags: &[Tag]) -> Vec<(String, String)> {
    tags.iter().map(Tag::pair).collect()
}
