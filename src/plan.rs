//! What a scan asks: the checks say which facts they need, the facts say which sources are asked.

use std::collections::BTreeSet;
use std::sync::Arc;

use anyhow::{Result, bail};
use data_encoding::HEXLOWER;
use howler_checks::CHECKS;
use howler_model::{Check, FactKind, Gap, Region, Scope, ScopeCoverage, Unseen};
use howler_rules::Rules;
use howler_sources::{Asked, Gather, SOURCES, Source};
use sha2::{Digest, Sha256};

use crate::config::Config;
use crate::unit::Unit;

/// What somebody wants of a scan, by names.
#[derive(Debug, Clone, Copy, Default)]
pub struct Wanted<'a> {
    /// These checks; all if there is none.
    pub checks: &'a [String],
    /// Without these.
    pub skipped: &'a [String],
    /// These sources, of those that the checks need; all that every scan asks if there is none.
    pub sources: &'a [String],
    /// Sources beside them that are asked only by name.
    pub with: &'a [String],
    /// Endpoints that are found are asked.
    pub probe: bool,
}

impl Wanted<'_> {
    /// Whether what sources find that are asked for by name is of any use.
    ///
    /// # Errors
    /// One that finds endpoints, where none that is found is asked.
    pub fn makes_sense(&self) -> Result<()> {
        let named = |source: &&&Source| self.with.iter().any(|name| name == source.id);
        let idle = |source: &&&Source| !self.probe && source.kinds == [FactKind::Discovered];
        match SOURCES.iter().filter(named).find(idle) {
            None => Ok(()),
            Some(Source { id, .. }) => bail!("{id} finds endpoints, which are asked only with --probe"),
        }
    }

    fn checks(&self) -> Vec<&'static Check> {
        let is_in = |names: &[String], check: &Check| names.iter().any(|name| name == check.id);
        let asked = |check: &Check| self.checks.is_empty() || is_in(self.checks, check);
        CHECKS.iter().filter(|check| asked(check) && !is_in(self.skipped, check)).copied().collect()
    }

    /// Whether a source is asked, if checks need it.
    fn asks(&self, source: &Source) -> bool {
        let is_in = |names: &[String]| names.iter().any(|name| name == source.id);
        match self.sources.is_empty() {
            true => source.asked == Asked::Always || is_in(self.with),
            false => is_in(self.sources) || is_in(self.with),
        }
    }
}

/// The checks of a scan, the rules that its findings go by, and the sources that both need.
pub struct Plan {
    pub checks: Vec<&'static Check>,
    pub sources: Vec<&'static Source>,
    pub rules: Arc<Rules>,
    /// Whether endpoints that are found are asked: somebody wants it, and a check reads what they serve.
    pub probes: bool,
}

impl Plan {
    /// The plan of all checks, or of those that are asked for and not skipped, and of all sources that they need, or of
    /// those of them that are asked for; and of tags, where rules go by them.
    pub fn new(wanted: &Wanted<'_>, rules: Arc<Rules>) -> Self {
        let checks = wanted.checks();
        let kinds = kinds(&checks);
        let probes = wanted.probe && (kinds.is_empty() || kinds.contains(&FactKind::Served));
        let mut sources = sources(kinds, probes);
        sources.retain(|source| wanted.asks(source));
        let plan = Self { checks, sources, rules, probes };
        if plan.rules.needs_tags() { plan.with_tags() } else { plan }
    }

    /// Whether these sources are asked, which somebody named just now.
    ///
    /// # Errors
    /// One that nothing would come of.
    pub fn asks_all(&self, with: &[String]) -> Result<()> {
        let asked = |name: &&String| self.sources.iter().any(|source| source.id == **name);
        match with.iter().find(|name| !asked(name)) {
            None => Ok(()),
            Some(name) => bail!("--with {name}: no check that is left reads what it finds"),
        }
    }

    /// The plan with the tags of whatever its sources read in AWS.
    pub fn with_tags(mut self) -> Self {
        if self.sources.iter().any(|source| asks_aws(source)) {
            self.sources.extend(SOURCES.iter().filter(|source| tells_tags(source)));
        }
        self
    }

    /// The regions in which tags were asked for and not all seen.
    pub fn untagged(&self, scopes: &[ScopeCoverage]) -> BTreeSet<Region> {
        let tells = |scope: &&ScopeCoverage| {
            let mut sources = self.sources.iter().filter(|source| tells_tags(source));
            sources.any(|source| source.service == scope.scope.service)
        };
        let unseen = scopes.iter().filter(tells).filter(|scope| scope.status().is_gap());
        unseen.filter_map(|scope| scope.scope.region().cloned()).collect()
    }

    /// Whether a check reads this kind of fact.
    pub fn needs(&self, kind: FactKind) -> bool {
        self.checks.iter().any(|check| check.needs.contains(&kind))
    }

    /// A digest of how accounts are chosen, what they are asked and how it is judged: what was scanned by another one
    /// is not compared, and not merged.
    pub fn recipe(&self, config: &Config) -> String {
        let checks: Vec<&str> = self.checks.iter().map(|check| check.id).collect();
        let sources: Vec<&str> = self.sources.iter().map(|source| source.id).collect();
        let Config { accounts, regions, thresholds, .. } = config;
        let rules = self.rules.digest();
        let probing = self.probes.then_some(&config.probing);
        let all = (env!("CARGO_PKG_VERSION"), checks, sources, probing, accounts, regions, thresholds, rules);
        HEXLOWER.encode(&Sha256::digest(format!("{all:?}")))
    }

    /// The IAM actions that the sources need in an account.
    pub fn actions(&self) -> BTreeSet<&'static str> {
        self.sources.iter().flat_map(|source| (source.actions)()).collect()
    }

    /// Whether any source is asked about this: otherwise a scan of it would see nothing and say nothing.
    pub fn reads(&self, unit: &Unit) -> bool {
        self.sources.iter().any(|source| match source.gather {
            Gather::Account(_) | Gather::Region(_) => matches!(unit, Unit::Account(_)),
            Gather::Endpoint(_) => matches!(unit, Unit::Endpoint(_)),
            Gather::Path(_) => matches!(unit, Unit::Path(_)),
        })
    }

    /// The sources that are asked in a region, or in none: once for each account.
    pub fn asked_in(&self, region: Option<&Region>) -> impl Iterator<Item = &'static Source> {
        let regional = region.is_some();
        self.sources.iter().copied().filter(move |source| match source.gather {
            Gather::Account(_) => !regional,
            Gather::Region(_) => regional,
            Gather::Endpoint(_) | Gather::Path(_) => false,
        })
    }
}

/// The kinds of fact that checks read, but for coverage, which comes with every source.
fn kinds(checks: &[&Check]) -> BTreeSet<FactKind> {
    let kinds = checks.iter().flat_map(|check| check.needs).copied();
    kinds.filter(|kind| *kind != FactKind::Coverage).collect()
}

/// The sources that yield these kinds, or anything: a plan of coverage alone asks them all. Tags are read by no check.
/// What endpoints serve, they serve where bindings and discoveries say, to whoever asks by the names of certificates;
/// where none is asked, nobody needs to discover any.
fn sources(mut kinds: BTreeSet<FactKind>, probes: bool) -> Vec<&'static Source> {
    use FactKind::{Binding, Certificate, Discovered};
    let anything = kinds.is_empty();
    kinds.extend([Binding, Certificate, Discovered].into_iter().filter(|_| probes));
    let yields = |kind: &FactKind| (anything || kinds.contains(kind)) && (probes || *kind != Discovered);
    let asked = |source: &&&'static Source| !tells_tags(source) && source.kinds.iter().any(yields);
    SOURCES.iter().filter(asked).copied().collect()
}

fn tells_tags(source: &Source) -> bool {
    source.kinds.contains(&FactKind::Tag)
}

fn asks_aws(source: &Source) -> bool {
    matches!(source.gather, Gather::Account(_) | Gather::Region(_))
}

/// The coverage of a scope of which nothing was seen.
pub fn missed(scope: Scope, unseen: Unseen) -> ScopeCoverage {
    let gap = Gap { scope: scope.clone(), item: None, unseen };
    ScopeCoverage { scope, facts: 0, answered: 0, gaps: vec![gap] }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owned(names: &[&str]) -> Vec<String> {
        names.iter().map(|&name| name.to_owned()).collect()
    }

    /// A plan of all checks that are left, with these sources by name.
    fn plan_with(skipped: &[&str], with: &[&str], probe: bool) -> Plan {
        let [skipped, with] = [skipped, with].map(owned);
        Plan::new(&Wanted { skipped: &skipped, with: &with, probe, ..Wanted::default() }, Arc::default())
    }

    fn plan(only: &[&str], skipped: &[&str], sources: &[&str]) -> Plan {
        let [checks, skipped, sources] = [only, skipped, sources].map(owned);
        let wanted = Wanted { checks: &checks, skipped: &skipped, sources: &sources, ..Wanted::default() };
        Plan::new(&wanted, Arc::default())
    }

    fn ids(plan: &Plan) -> Vec<&str> {
        plan.sources.iter().map(|source| source.id).collect()
    }

    #[test]
    fn a_check_of_endpoints_asks_no_aws_source() {
        let plan = plan(&["certificate-name-mismatch"], &[], &[]);
        assert!(plan.actions().is_empty(), "{:?}", ids(&plan));
        assert!(!plan.sources.is_empty());
        assert!(plan.with_tags().actions().is_empty(), "nothing that has tags is read");
    }

    #[test]
    fn tags_are_asked_for_only_where_rules_go_by_them() {
        let tags = |plan: &Plan| ids(plan).into_iter().filter(|id| id.ends_with("-tags")).count();
        let checks = ["certificate-expiry"];
        assert_eq!(tags(&plan(&checks, &[], &[])), 0);
        assert_eq!(tags(&plan(&checks, &[], &[]).with_tags()), 2);
        assert_eq!(
            tags(&plan(&checks, &[], &["acm-certificates"]).with_tags()),
            2,
            "whose owners are told too"
        );
    }

    #[test]
    fn all_checks_ask_all_sources_and_so_does_coverage_alone() {
        let every = SOURCES.iter().filter(|source| source.asked == Asked::Always && !only_discovers(source));
        let all = every.clone().filter(|source| !tells_tags(source)).count();
        assert_eq!(plan(&[], &[], &[]).sources.len(), all);
        assert_eq!(plan(&["scan-coverage"], &[], &[]).sources.len(), all);
        assert_eq!(plan(&[], &[], &[]).with_tags().sources.len(), every.count());
    }

    fn only_discovers(source: &Source) -> bool {
        source.kinds == [FactKind::Discovered]
    }

    #[test]
    fn what_is_asked_by_name_is_asked_by_nobody_else() {
        let optional = SOURCES.iter().filter(|source| source.asked == Asked::OnRequest);
        for source in optional {
            assert!(!ids(&plan_with(&[], &[], true)).contains(&source.id), "{}", source.id);
            let with = plan_with(&[], &[source.id], true);
            assert!(ids(&with).contains(&source.id), "{}", source.id);
            assert!(with.asks_all(&owned(&[source.id])).is_ok());
            assert!(ids(&plan(&[], &[], &[source.id])).contains(&source.id) != only_discovers(source));
        }
    }

    #[test]
    fn endpoints_are_discovered_only_to_be_asked() {
        for source in SOURCES.iter().filter(|source| only_discovers(source)) {
            let with = owned(&[source.id]);
            let without = Wanted { with: &with, ..Wanted::default() };
            assert!(!ids(&Plan::new(&without, Arc::default())).contains(&source.id), "{}", source.id);
            let said = without.makes_sense().unwrap_err().to_string();
            assert!(said.contains(source.id) && said.contains("--probe"), "{said}");
            assert!(Wanted { probe: true, ..without }.makes_sense().is_ok());
        }
    }

    #[test]
    fn what_endpoints_serve_needs_what_says_where_they_are() {
        let check = owned(&["certificate-name-mismatch"]);
        let wanted = Wanted { checks: &check, probe: true, ..Wanted::default() };
        let plan = Plan::new(&wanted, Arc::default());
        assert!(plan.probes);
        for id in ["elb-listeners", "acm-certificates", "endpoints"] {
            assert!(ids(&plan).contains(&id), "{id}");
        }
        let quotas = owned(&["quota-utilization"]);
        let plan = Plan::new(&Wanted { checks: &quotas, ..wanted }, Arc::default());
        assert!(!plan.probes && !ids(&plan).contains(&"elb-listeners"), "nobody reads what they serve");
    }

    #[test]
    fn only_the_sources_that_are_asked_for_are_asked() {
        let asked = plan(&["certificate-expiry"], &[], &["acm-certificates"]);
        assert_eq!(ids(&asked), ["acm-certificates"]);
        let none = plan(&["certificate-expiry"], &[], &["vpc-quotas"]);
        assert!(none.sources.is_empty(), "it yields nothing that the check reads");
    }

    #[test]
    fn a_skipped_check_is_not_judged() {
        let plan = plan(&[], &["quota-utilization"], &[]);
        assert!(plan.checks.iter().all(|check| check.id != "quota-utilization"));
        assert!(!ids(&plan).iter().any(|id| id.ends_with("-quotas")), "{:?}", ids(&plan));
    }
}
