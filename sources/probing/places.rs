//! Where endpoints were looked for: each account and region is a scope of its own, also where none was found, and says
//! where some may not have been found. Otherwise an endpoint that nobody could see would count as gone.

use std::collections::{BTreeMap, BTreeSet};

use howler_model::{FactKind, Facts, Scope, Service, Unseen};

use super::left_out;
use crate::Source;
use crate::source::Gathered;

/// What is said by whoever ends a source before it has answered.
const ENDED: &str = "scan";

/// The sources that say where endpoints are and by which names they are asked.
#[derive(Debug)]
pub(super) struct Finders {
    services: BTreeSet<&'static str>,
    actions: BTreeSet<&'static str>,
}

impl Finders {
    /// Those among the sources of a scan.
    pub(super) fn of(sources: &[&'static Source]) -> Self {
        let kinds = [FactKind::Binding, FactKind::Discovered, FactKind::Certificate];
        let finds = |source: &&&'static Source| source.kinds.iter().any(|kind| kinds.contains(kind));
        let finders = || sources.iter().filter(finds);
        Self {
            services: finders().map(|source| source.service.as_str()).collect(),
            actions: finders().flat_map(|source| (source.actions)()).chain([ENDED]).collect(),
        }
    }

    /// The scopes of live endpoints where these sources were asked.
    pub(super) fn scopes(&self, facts: &Facts) -> Vec<Facts> {
        let mut places = BTreeMap::<Scope, BTreeSet<&str>>::new();
        let asked = facts.scopes.iter().filter(|it| self.services.contains(it.scope.service.as_str()));
        for coverage in asked.filter(|it| it.scope.account().is_some()) {
            let scope = Scope { service: Service::TLS, ..coverage.scope.clone() };
            let hiding = coverage.gaps.iter().map(|gap| &gap.unseen).filter(|unseen| self.hides(unseen));
            places.entry(scope).or_default().extend(hiding.map(|unseen| unseen.action.as_str()));
        }
        places.into_iter().map(|(scope, hiding)| told(scope, &hiding)).collect()
    }

    /// Whether endpoints may be behind a gap.
    fn hides(&self, unseen: &Unseen) -> bool {
        unseen.reason.is_gap() && self.actions.contains(unseen.action.as_str())
    }
}

/// The gaps that endpoints may be behind are told by their own scopes: here they are named, and no gap again.
fn told(scope: Scope, hiding: &BTreeSet<&str>) -> Facts {
    let mut gathered = Gathered::default();
    if !hiding.is_empty() {
        let actions = hiding.iter().copied().collect::<Vec<_>>().join(", ");
        let words = format!("endpoints may be behind the gaps of {actions}");
        gathered.miss(None, Unseen { code: Some("behind-gaps".to_owned()), ..left_out(&words) });
    }
    gathered.into_facts(scope)
}

#[cfg(test)]
mod tests {
    use howler_model::{Gap, Partition, Reason, Region, ScopeCoverage};

    use super::*;
    use crate::SOURCES;

    fn coverage(region: &str, service: &'static str, gaps: &[(Reason, &str)]) -> ScopeCoverage {
        let region = region.parse::<Region>().unwrap_or(Region::GLOBAL);
        let account = "111111111111".parse().unwrap();
        let scope = Scope::aws(Partition::Aws, account, region, Service::named(service));
        let gap = |&(reason, action): &(Reason, &str)| Gap {
            scope: scope.clone(),
            item: None,
            unseen: Unseen::new(reason, action, "no"),
        };
        ScopeCoverage { gaps: gaps.iter().map(gap).collect(), scope, facts: 0, answered: 1 }
    }

    /// The scopes of live endpoints, with what they say of others' gaps.
    fn scopes(coverage: Vec<ScopeCoverage>) -> Vec<(String, Vec<String>)> {
        let facts = Facts { scopes: coverage, ..Facts::default() };
        let scopes = Finders::of(SOURCES).scopes(&facts).into_iter().flat_map(|facts| facts.scopes);
        let told = scopes.map(|it| {
            assert!(!it.status().is_gap() && it.gaps.iter().all(|gap| gap.item.is_none()), "{it:?}");
            (it.scope.to_string(), it.gaps.into_iter().map(|gap| gap.unseen.message).collect())
        });
        told.collect()
    }

    #[test]
    fn every_place_is_a_scope_where_endpoints_were_looked_for() {
        let seen = scopes(vec![
            coverage("eu-west-1", "elasticloadbalancing", &[]),
            coverage("eu-west-1", "acm", &[]),
            coverage("global", "iam", &[]),
            coverage("us-east-1", "tag", &[]),
        ]);
        let tls = |place: &str| (format!("111111111111/{place}/tls"), vec![]);
        assert_eq!(seen, [tls("eu-west-1"), tls("global")]);
    }

    #[test]
    fn what_hides_endpoints_is_named_and_what_hides_something_else_is_not() {
        const LISTENERS: &str = "elasticloadbalancing:DescribeListeners";
        for (reason, action, hides) in [
            (Reason::Denied, LISTENERS, true),
            (Reason::Skipped, "scan", true),
            (Reason::Disabled, LISTENERS, false),
            (Reason::Denied, "servicequotas:ListServiceQuotas", false),
            (Reason::Denied, "elasticloadbalancing:DescribeTargetGroups", false),
        ] {
            let gaps = [(reason, action), (reason, action)];
            let seen = scopes(vec![coverage("eu-west-1", "elasticloadbalancing", &gaps)]);
            let words = format!("endpoints may be behind the gaps of {action}");
            let expected = if hides { vec![words] } else { vec![] };
            assert_eq!(seen[0].1, expected, "{reason:?} {action}");
        }
    }
}
