//! What a scan asks: the checks say which facts they need, the facts say which sources are asked.

use std::collections::BTreeSet;
use std::sync::Arc;

use data_encoding::HEXLOWER;
use howler_checks::CHECKS;
use howler_model::{Check, FactKind, Gap, Region, Scope, ScopeCoverage, Unseen};
use howler_rules::Rules;
use howler_sources::{Gather, SOURCES, Source};
use sha2::{Digest, Sha256};

use crate::config::Config;
use crate::unit::Unit;

/// The checks of a scan, the rules that its findings go by, and the sources that both need.
pub struct Plan {
    pub checks: Vec<&'static Check>,
    pub sources: Vec<&'static Source>,
    pub rules: Arc<Rules>,
}

impl Plan {
    /// The plan of all checks, or of those that are asked for and not skipped, and of all sources that they need, or of
    /// those of them that are asked for; and of tags, where rules go by them.
    pub fn new(only: &[String], skipped: &[String], named_sources: &[String], rules: Arc<Rules>) -> Self {
        let named = |names: &[String], check: &Check| names.iter().any(|name| name == check.id);
        let wanted =
            |check: &&&'static Check| (only.is_empty() || named(only, check)) && !named(skipped, check);
        let checks: Vec<_> = CHECKS.iter().filter(wanted).copied().collect();
        let mut sources = sources(&checks);
        sources
            .retain(|source| named_sources.is_empty() || named_sources.iter().any(|name| name == source.id));
        let plan = Self { checks, sources, rules };
        if plan.rules.needs_tags() { plan.with_tags() } else { plan }
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
        let all = (env!("CARGO_PKG_VERSION"), checks, sources, accounts, regions, thresholds, rules);
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

/// The sources that yield what the checks read. Coverage comes with every source, so that a plan of coverage
/// alone asks them all. Tags are read by no check.
fn sources(checks: &[&Check]) -> Vec<&'static Source> {
    let kinds = checks.iter().flat_map(|check| check.needs).filter(|kind| **kind != FactKind::Coverage);
    let kinds: BTreeSet<_> = kinds.collect();
    let yields =
        |source: &&&'static Source| kinds.is_empty() || source.kinds.iter().any(|kind| kinds.contains(kind));
    SOURCES.iter().filter(yields).filter(|source| !tells_tags(source)).copied().collect()
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

    fn plan(only: &[&str], skipped: &[&str], sources: &[&str]) -> Plan {
        let [only, skipped, sources] = [only, skipped, sources]
            .map(|names| names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>());
        Plan::new(&only, &skipped, &sources, Arc::default())
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
        let all = SOURCES.iter().filter(|source| !tells_tags(source)).count();
        assert_eq!(plan(&[], &[], &[]).sources.len(), all);
        assert_eq!(plan(&["scan-coverage"], &[], &[]).sources.len(), all);
        assert_eq!(plan(&[], &[], &[]).with_tags().sources.len(), SOURCES.len());
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
