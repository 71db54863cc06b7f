//! What a scan asks: the checks say which facts they need, the facts say which sources are asked.

use std::collections::BTreeSet;

use howler_checks::CHECKS;
use howler_model::{Check, FactKind, Gap, Region, Scope, ScopeCoverage, Unseen};
use howler_sources::{Gather, SOURCES, Source};
use sha2::{Digest, Sha256};

use crate::config::Config;
use crate::unit::Unit;

/// The checks of a scan and the sources that they need.
pub struct Plan {
    pub checks: Vec<&'static Check>,
    pub sources: Vec<&'static Source>,
}

impl Plan {
    /// The plan of all checks, or of those that are asked for and not skipped, and of all sources that they need, or of
    /// those of them that are asked for.
    pub fn new(only: &[String], skipped: &[String], named_sources: &[String]) -> Self {
        let named = |names: &[String], check: &Check| names.iter().any(|name| name == check.id);
        let wanted =
            |check: &&&'static Check| (only.is_empty() || named(only, check)) && !named(skipped, check);
        let checks: Vec<_> = CHECKS.iter().filter(wanted).copied().collect();
        let mut sources = sources(&checks);
        sources
            .retain(|source| named_sources.is_empty() || named_sources.iter().any(|name| name == source.id));
        Self { checks, sources }
    }

    /// A digest of how accounts are chosen, what they are asked and how it is judged: what was scanned by another one
    /// is not compared, and not merged.
    pub fn recipe(&self, config: &Config) -> String {
        let checks: Vec<&str> = self.checks.iter().map(|check| check.id).collect();
        let sources: Vec<&str> = self.sources.iter().map(|source| source.id).collect();
        let Config { accounts, regions, thresholds, .. } = config;
        let all = (env!("CARGO_PKG_VERSION"), checks, sources, accounts, regions, thresholds);
        Sha256::digest(format!("{all:?}")).iter().map(|byte| format!("{byte:02x}")).collect()
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
/// alone asks them all.
fn sources(checks: &[&Check]) -> Vec<&'static Source> {
    let kinds = checks.iter().flat_map(|check| check.needs).filter(|kind| **kind != FactKind::Coverage);
    let kinds: BTreeSet<_> = kinds.collect();
    let yields =
        |source: &&&'static Source| kinds.is_empty() || source.kinds.iter().any(|kind| kinds.contains(kind));
    SOURCES.iter().filter(yields).copied().collect()
}

/// The coverage of a scope of which nothing was seen.
pub fn missed(scope: Scope, unseen: Unseen) -> ScopeCoverage {
    let gap = Gap { scope: scope.clone(), item: None, unseen };
    ScopeCoverage { scope, facts: 0, answered: 0, gaps: vec![gap] }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(plan: &Plan) -> Vec<&str> {
        plan.sources.iter().map(|source| source.id).collect()
    }

    #[test]
    fn a_check_of_endpoints_asks_no_aws_source() {
        let plan = Plan::new(&["certificate-name-mismatch".into()], &[], &[]);
        assert!(plan.actions().is_empty(), "{:?}", ids(&plan));
        assert!(!plan.sources.is_empty());
    }

    #[test]
    fn all_checks_ask_all_sources_and_so_does_coverage_alone() {
        assert_eq!(Plan::new(&[], &[], &[]).sources.len(), SOURCES.len());
        assert_eq!(Plan::new(&["scan-coverage".into()], &[], &[]).sources.len(), SOURCES.len());
    }

    #[test]
    fn only_the_sources_that_are_asked_for_are_asked() {
        let plan = Plan::new(&["certificate-expiry".into()], &[], &["acm-certificates".into()]);
        assert_eq!(ids(&plan), ["acm-certificates"]);
        let none = Plan::new(&["certificate-expiry".into()], &[], &["vpc-quotas".into()]);
        assert!(none.sources.is_empty(), "it yields nothing that the check reads");
    }

    #[test]
    fn a_skipped_check_is_not_judged() {
        let plan = Plan::new(&[], &["quota-utilization".into()], &[]);
        assert!(plan.checks.iter().all(|check| check.id != "quota-utilization"));
        assert!(!ids(&plan).iter().any(|id| id.ends_with("-quotas")), "{:?}", ids(&plan));
    }
}
