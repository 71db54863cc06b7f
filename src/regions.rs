//! The regions of an account: which are asked for, which it has, and what is known before not to be seen.

use std::collections::BTreeSet;

use anyhow::{Error, anyhow};
use howler_model::{Partition, Reason, Region, Scope, ScopeCoverage, Service, Unseen};
use howler_sources::{Account, RegionStatus, Regions, RoleArn};

use crate::args::RegionChoice;
use crate::config::Accounts;
use crate::plan::{Plan, missed};

/// The regions of one account that are scanned, and the coverage of those that are not.
#[derive(Debug, Default)]
pub struct Chosen {
    pub regions: Vec<Region>,
    pub scopes: Vec<ScopeCoverage>,
}

/// The regions that are asked for and that every account of the partition has, as one account was told them: they need
/// not be asked for anew.
pub fn everywhere(known: &Regions, partition: Partition, choices: &[RegionChoice]) -> Vec<Region> {
    let named = named(choices, partition);
    let is_asked =
        |region: &Region| named.contains(region) || (wants_all(choices) && !is_left_out(choices, region));
    let always =
        known.iter().filter(|(_, status)| **status == RegionStatus::Always).map(|(region, _)| region);
    let here = always.filter(|region| Partition::of_region(region) == partition);
    let mut regions: Vec<Region> = here.filter(|region| is_asked(region)).cloned().collect();
    regions.sort();
    regions
}

/// The regions that are asked for and enabled. One that is not enabled is told, and is not a gap.
///
/// # Errors
/// A region that does not exist: the scan would silently be smaller than what was asked for.
pub fn choose(
    account: &Account,
    known: &Result<Regions, Unseen>,
    choices: &[RegionChoice],
    plan: &Plan,
) -> Result<Chosen, Error> {
    match known {
        Ok(known) => enabled(account, known, choices, plan),
        Err(unseen) => Ok(unlisted(account, choices, unseen)),
    }
}

fn enabled(
    account: &Account,
    known: &Regions,
    choices: &[RegionChoice],
    plan: &Plan,
) -> Result<Chosen, Error> {
    let named = named(choices, account.partition());
    if let Some(unknown) = named.iter().find(|region| !known.contains_key(region)) {
        return Err(unknown_region(unknown, known));
    }
    let enabled = |region: &&Region| known.get(*region).is_some_and(|status| status.is_enabled());
    let disabled = named.iter().filter(|region| !enabled(region));
    let scopes = disabled.flat_map(|region| not_opted_in(account, region, plan)).collect();
    let kept = |region: &&Region| !is_left_out(choices, region);
    let all = wants_all(choices).then(|| known.keys().filter(kept));
    let mut regions: Vec<Region> =
        named.iter().chain(all.into_iter().flatten()).filter(enabled).cloned().collect();
    regions.sort();
    regions.dedup();
    Ok(Chosen { regions, scopes })
}

/// Without a list of regions, those that are named are tried all the same; that `all` could not be found out is a
/// gap.
fn unlisted(account: &Account, choices: &[RegionChoice], unseen: &Unseen) -> Chosen {
    let scope = account.scope(None, Service::named("ec2"));
    let scopes = wants_all(choices).then(|| missed(scope, unseen.clone())).into_iter().collect();
    Chosen { regions: tried(choices, account.partition()), scopes }
}

/// Those that are named, and where `all` is wanted the one that every account has.
fn tried(choices: &[RegionChoice], partition: Partition) -> Vec<Region> {
    let named = named(choices, partition);
    let home = Some(partition.home_region()).filter(|home| wants_all(choices) && !is_left_out(choices, home));
    if named.is_empty() { home.into_iter().collect() } else { named }
}

fn not_opted_in(
    account: &Account,
    region: &Region,
    plan: &Plan,
) -> impl Iterator<Item = ScopeCoverage> + use<> {
    let unseen =
        Unseen::new(Reason::Disabled, "ec2:DescribeRegions", "the account has not opted in to this region");
    let asked = plan.asked_in(Some(region));
    // Two sources of one service are one scope.
    let scopes: BTreeSet<Scope> =
        asked.map(|source| account.scope(Some(region), source.service.clone())).collect();
    scopes.into_iter().map(move |scope| missed(scope, unseen.clone()))
}

/// `all` is what nobody has to say.
pub fn wants_all(choices: &[RegionChoice]) -> bool {
    let names_one = choices.iter().any(|choice| matches!(choice, RegionChoice::Named(_)));
    !names_one || choices.contains(&RegionChoice::All)
}

fn is_left_out(choices: &[RegionChoice], region: &Region) -> bool {
    choices.iter().any(|choice| matches!(choice, RegionChoice::Not(left_out) if left_out == region))
}

/// The regions that are asked for by name, each once, as far as they are in this partition.
pub fn named(choices: &[RegionChoice], partition: Partition) -> Vec<Region> {
    let name = |choice: &RegionChoice| match choice {
        RegionChoice::Named(region) if Partition::of_region(region) == partition => Some(region.clone()),
        _ => None,
    };
    let names: BTreeSet<Region> = choices.iter().filter_map(name).collect();
    names.into_iter().collect()
}

/// The partitions of the accounts that may be scanned: an organisation is all in that of the caller.
pub fn partitions(caller: &Account, wanted: &Accounts) -> Vec<Partition> {
    let mut partitions = vec![caller.partition()];
    partitions.extend(wanted.roles.iter().map(RoleArn::partition));
    partitions
}

/// A region that is asked for by name and is in none of the partitions, so that nobody would scan it.
pub fn stray<'a>(choices: &'a [RegionChoice], partitions: &[Partition]) -> Option<&'a Region> {
    choices.iter().find_map(|choice| match choice {
        RegionChoice::Named(region) if !partitions.contains(&Partition::of_region(region)) => Some(region),
        _ => None,
    })
}

fn unknown_region(unknown: &Region, known: &Regions) -> anyhow::Error {
    let mut names: Vec<&str> = known.keys().map(Region::as_str).collect();
    names.sort_unstable();
    anyhow!("there is no region {unknown} for this account; there are {}", names.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_region_of_no_partition_that_is_scanned_is_found() {
        let choices = ["all", "eu-west-1", "cn-north-1"].map(|choice| choice.parse().unwrap());
        let found = |partitions: &[Partition]| stray(&choices, partitions).map(Region::as_str);
        assert_eq!(found(&[Partition::Aws]), Some("cn-north-1"));
        assert_eq!(found(&[Partition::AwsCn]), Some("eu-west-1"));
        assert_eq!(found(&[Partition::Aws, Partition::AwsCn]), None);
        assert_eq!(stray(&[], &[Partition::Aws]), None);
    }

    #[test]
    fn without_a_list_no_region_is_tried_that_nobody_asked_for() {
        let tried = |choices: &[&str]| {
            let choices: Vec<_> = choices.iter().map(|choice| choice.parse().unwrap()).collect();
            tried(&choices, Partition::Aws).iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        assert_eq!(tried(&[]), ["us-east-1"]);
        assert_eq!(tried(&["eu-west-1", "eu-west-1"]), ["eu-west-1"]);
        assert!(tried(&["!us-east-1"]).is_empty());
        assert!(tried(&["cn-north-1"]).is_empty(), "asked for in another partition");
    }

    #[test]
    fn what_every_account_has_need_not_be_asked_for_anew() {
        let region = |name: &str| name.parse::<Region>().unwrap();
        let known = Regions::from([
            (region("us-east-1"), RegionStatus::Always),
            (region("eu-west-1"), RegionStatus::Always),
            (region("af-south-1"), RegionStatus::OptedIn),
            (region("me-south-1"), RegionStatus::NotOptedIn),
        ]);
        let chosen = |choices: &[&str], partition| {
            let choices: Vec<_> = choices.iter().map(|choice| choice.parse().unwrap()).collect();
            everywhere(&known, partition, &choices)
        };
        assert_eq!(chosen(&[], Partition::Aws), [region("eu-west-1"), region("us-east-1")]);
        assert_eq!(chosen(&["eu-west-1", "af-south-1"], Partition::Aws), [region("eu-west-1")]);
        assert_eq!(chosen(&["!us-east-1"], Partition::Aws), [region("eu-west-1")], "all but one");
        assert_eq!(chosen(&["all", "us-east-1", "!eu-west-1"], Partition::Aws), [region("us-east-1")]);
        assert_eq!(chosen(&[], Partition::AwsCn), []);
    }
}
