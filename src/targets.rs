//! Who and where: the accounts that can be reached, and the regions of each.

use std::collections::HashSet;
use std::fs;
use std::path::PathBuf;

use anyhow::{Result, anyhow, bail};
use futures::StreamExt;
use howler_model::{Partition, Reason, Region, Scope, ScopeCoverage, Service, Unseen};
use howler_sources::{Account, Error, Gather, RegionStatus, RoleArn, Session, Source};

use crate::args::{Reach, RegionChoice};
use crate::config::{Accounts, Config};
use crate::plan::{Plan, missed};
use crate::roster::{Entry, Regions, Roster};
use crate::tell::say;
use crate::unit::{AccountUnit, Unit};

/// What will be scanned, and what is known before that not to be seen.
#[derive(Default)]
pub struct Targets {
    pub units: Vec<Unit>,
    pub scopes: Vec<ScopeCoverage>,
}

impl Targets {
    /// Everything that a scan asks, in AWS and elsewhere.
    ///
    /// # Errors
    /// Something that was asked for and would not be seen: a region, an endpoint, a file.
    pub async fn of(session: &Session, reach: &Reach, config: &Config, plan: &Plan) -> Result<Self> {
        let outside = outside(reach, plan)?;
        let mut targets = match reach.reaches_aws() {
            true => Self::in_aws(session, config, plan).await?,
            false => Self::default(),
        };
        targets.units.extend(outside);
        Ok(targets)
    }

    /// Identifies the caller, finds out who else is meant, enters the accounts, and finds the regions of each.
    ///
    /// # Errors
    /// A region that does not exist, or not in the partition of any account: the scan would silently be smaller than
    /// what was asked for.
    async fn in_aws(session: &Session, config: &Config, plan: &Plan) -> Result<Self> {
        let caller = match session.caller().await {
            Ok(caller) => caller,
            Err(error) => return Ok(Self { scopes: vec![nobody(error)], ..Self::default() }),
        };
        if let Some(stray) = stray(&config.regions, &partitions(&caller, &config.accounts)) {
            bail!("no account that is scanned has a region {stray}: it is in another partition");
        }
        let mut roster = Roster::of(&caller, &config.accounts).await;
        let mut targets = Self { scopes: std::mem::take(&mut roster.scopes), ..Self::default() };
        let mut entries = std::pin::pin!(roster.enter(session, &caller));
        while let Some(entry) = entries.next().await {
            match entry {
                Entry::In { account, regions } => targets.admit(*account, regions, &config.regions, plan)?,
                Entry::Out { role, unseen } => targets.scopes.push(missed(account_scope(&role.arn), unseen)),
            }
        }
        Ok(targets)
    }

    /// Adds an account with its regions, unless it is there already.
    fn admit(
        &mut self,
        account: Account,
        regions: Result<Regions, Unseen>,
        choices: &[RegionChoice],
        plan: &Plan,
    ) -> Result<()> {
        let same = |unit: &Unit| matches!(unit, Unit::Account(there) if there.account.id() == account.id());
        if self.units.iter().any(same) {
            return Ok(());
        }
        let regions = match regions {
            Ok(known) => self.chosen(&account, &known, choices, plan)?,
            Err(unseen) => self.unlisted(&account, choices, unseen),
        };
        self.units.push(Unit::Account(Box::new(AccountUnit { account, regions })));
        Ok(())
    }

    /// The regions that are asked for and enabled. One that is not enabled is told, and is not a gap.
    fn chosen(
        &mut self,
        account: &Account,
        known: &Regions,
        choices: &[RegionChoice],
        plan: &Plan,
    ) -> Result<Vec<Region>> {
        let named = named(choices, account.partition());
        if let Some(unknown) = named.iter().find(|region| !known.contains_key(region)) {
            return Err(unknown_region(unknown, known));
        }
        let enabled = |region: &&Region| known.get(*region) == Some(&RegionStatus::Enabled);
        for region in named.iter().filter(|region| !enabled(region)) {
            self.scopes.extend(plan.asked_in(Some(region)).map(|source| disabled(account, region, source)));
        }
        let all = wants_all(choices).then(|| known.keys());
        let mut regions: Vec<Region> =
            named.iter().chain(all.into_iter().flatten()).filter(enabled).cloned().collect();
        regions.sort();
        regions.dedup();
        Ok(regions)
    }

    /// Without a list of regions, those that are named are tried all the same; that `all` could not be found out
    /// is a gap.
    fn unlisted(&mut self, account: &Account, choices: &[RegionChoice], unseen: Unseen) -> Vec<Region> {
        let scope =
            Scope::aws(account.partition(), account.id().clone(), Region::GLOBAL, Service::named("ec2"));
        if wants_all(choices) {
            self.scopes.push(missed(scope, unseen));
        }
        let named = named(choices, account.partition());
        if named.is_empty() { vec![account.partition().home_region()] } else { named }
    }
}

/// The endpoints and files outside AWS, each once however often it was said.
fn outside(reach: &Reach, plan: &Plan) -> Result<Vec<Unit>> {
    let (mut endpoints, mut paths) = (HashSet::new(), HashSet::new());
    let first = |path: &&PathBuf| paths.insert(fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf()));
    let endpoints = reach.endpoints.iter().filter(|endpoint| endpoints.insert(*endpoint));
    let units: Vec<Unit> = (endpoints.cloned().map(Unit::Endpoint))
        .chain(reach.files.iter().filter(first).cloned().map(Unit::Path))
        .collect();
    match units.iter().find(|unit| !plan.reads(unit)) {
        Some(Unit::Endpoint(endpoint)) => {
            bail!("--endpoint {endpoint}: no check that is left reads endpoints")
        }
        Some(Unit::Path(path)) => bail!("--file {}: no check that is left reads files", path.display()),
        _ => Ok(units),
    }
}

/// `all` is what nobody has to say.
fn wants_all(choices: &[RegionChoice]) -> bool {
    choices.is_empty() || choices.contains(&RegionChoice::All)
}

/// The regions that are asked for by name, as far as they are in this partition.
pub fn named(choices: &[RegionChoice], partition: Partition) -> Vec<Region> {
    let name = |choice: &RegionChoice| match choice {
        RegionChoice::Named(region) if Partition::of_region(region) == partition => Some(region.clone()),
        _ => None,
    };
    choices.iter().filter_map(name).collect()
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

fn disabled(account: &Account, region: &Region, source: &Source) -> ScopeCoverage {
    debug_assert!(matches!(source.gather, Gather::Region(_)));
    let scope = Scope::aws(account.partition(), account.id().clone(), region.clone(), source.service.clone());
    let unseen =
        Unseen::new(Reason::Disabled, "ec2:DescribeRegions", "the account has not opted in to this region");
    missed(scope, unseen)
}

fn account_scope(role: &RoleArn) -> Scope {
    Scope::aws(role.partition(), role.account().clone(), Region::GLOBAL, Service::STS)
}

/// Nobody to scan as: the gap of everything that AWS holds, and a line that says what to do.
fn nobody(error: Error) -> ScopeCoverage {
    let unseen = match error {
        Error::Identity(unseen) => unseen,
        other => Unseen::new(Reason::Credentials, "sts:GetCallerIdentity", other.to_string()),
    };
    say(match unseen.reason {
        Reason::Network | Reason::Timeout => {
            "AWS cannot be reached, so nothing in it was scanned: check the network, the proxy and AWS_ENDPOINT_URL"
        }
        Reason::Credentials => {
            "no credentials that AWS accepts, so nothing in it was scanned: choose a profile that has some \
             (--profile, AWS_PROFILE) or sign in; `aws sts get-caller-identity` shows what is in use"
        }
        _ => "AWS does not say who we are, so nothing in it was scanned: the report has its words",
    });
    missed(Scope::outside("AWS", Service::STS), unseen)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(endpoints: &[&str], files: &[PathBuf]) -> Reach {
        let endpoints = endpoints.iter().map(|endpoint| endpoint.parse().unwrap()).collect();
        Reach { endpoints, files: files.to_vec(), ..Reach::default() }
    }

    #[test]
    fn what_is_asked_for_twice_is_one_unit() {
        let folder = tempfile::tempdir().unwrap();
        let (plain, dotted) = (folder.path().to_owned(), folder.path().join("."));
        let missing = PathBuf::from("/no/such.pem");
        let reach = asked(
            &["h.example:443", "h.example:443", "h.example:443#other"],
            &[plain.clone(), dotted, plain, missing.clone(), missing],
        );
        assert_eq!(outside(&reach, &Plan::new(&[], &[])).unwrap().len(), 4);
    }

    #[test]
    fn what_no_check_reads_is_refused_by_its_name() {
        let refused = |reach: &Reach, check: &str| {
            let plan = Plan::new(&[check.to_owned()], &[]);
            outside(reach, &plan).err().map(|error| error.to_string())
        };
        let endpoint = asked(&["h.example:443"], &[]);
        let file = asked(&[], &["/srv/tls.pem".into()]);
        assert!(refused(&endpoint, "quota-utilization").unwrap().contains("--endpoint h.example:443"));
        assert!(refused(&file, "quota-utilization").unwrap().contains("--file /srv/tls.pem"));
        assert!(refused(&file, "certificate-name-mismatch").unwrap().contains("--file"));
        assert_eq!(refused(&endpoint, "certificate-name-mismatch"), None);
        assert_eq!(refused(&file, "certificate-expiry"), None);
    }

    #[test]
    fn a_region_of_no_partition_that_is_scanned_is_found() {
        let choices = ["all", "eu-west-1", "cn-north-1"].map(|choice| choice.parse().unwrap());
        let found = |partitions: &[Partition]| stray(&choices, partitions).map(Region::as_str);
        assert_eq!(found(&[Partition::Aws]), Some("cn-north-1"));
        assert_eq!(found(&[Partition::AwsCn]), Some("eu-west-1"));
        assert_eq!(found(&[Partition::Aws, Partition::AwsCn]), None);
        assert_eq!(stray(&[], &[Partition::Aws]), None);
    }
}
