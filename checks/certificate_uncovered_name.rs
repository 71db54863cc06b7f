//! Names that clients ask for and that no certificate of what answers them covers.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use howler_model::{
    Binding, Certificate, Check, FactKind, Facts, Grain, Measure, Resource, Severity, Status, Thresholds,
    Verdict,
};

use crate::shared::{Kept, covers};

pub(crate) static CHECK: Check = Check {
    id: "certificate-uncovered-name",
    title: "Name that no certificate of its user covers",
    why: "An alias or a custom domain is set up and no certificate there has its name: clients that ask for it are \
          refused, however long the certificates are valid. This is seen in the configuration alone, before anybody \
          connects. A wildcard covers one label.",
    fix: "Issue a certificate that has the name among its subject alternative names (`aws acm request-certificate \
          --domain-name NAME --subject-alternative-names NAME ...`) and attach it, or take the name out of the \
          configuration if nobody asks for it any more.",
    since: "0.1.0",
    grain: Grain::Account,
    needs: &[FactKind::Certificate, FactKind::Binding],
    verdicts,
};

fn verdicts(facts: &Facts, _: &Thresholds, _: DateTime<Utc>) -> Vec<Verdict> {
    let kept = Kept::of(&facts.certificates);
    let unseen: BTreeSet<&str> =
        facts.scopes.iter().flat_map(|scope| &scope.gaps).filter_map(|gap| gap.item.as_deref()).collect();
    let mut users = BTreeMap::<&Resource, Vec<&Binding>>::new();
    for binding in &facts.bindings {
        users.entry(&binding.user).or_default().push(binding);
    }
    users.into_iter().filter_map(|(user, bindings)| judge(user, &bindings, &kept, &unseen)).collect()
}

/// Nothing is said where a certificate of the user was not seen, or not all of its names.
fn judge(
    user: &Resource,
    bindings: &[&Binding],
    kept: &Kept<'_>,
    unseen: &BTreeSet<&str>,
) -> Option<Verdict> {
    let is_known =
        |bound: &&Certificate| !bound.names.is_empty() && !unseen.contains(bound.resource.id.as_str());
    let named = |binding: &&Binding| kept.named(&binding.certificate).filter(is_known);
    let bound: Vec<&Certificate> = bindings.iter().map(named).collect::<Option<_>>()?;
    let names: BTreeSet<&String> = bindings.iter().flat_map(|binding| &binding.names).collect();
    let is_bare = |name: &&String| !bound.iter().any(|certificate| covers(certificate, name));
    let wanted: Vec<String> = names.into_iter().filter(is_bare).cloned().collect();
    let covered: BTreeSet<String> = bound.iter().flat_map(|certificate| certificate.names.clone()).collect();
    (!wanted.is_empty()).then(|| Verdict {
        resource: user.clone(),
        status: Status::Fail,
        severity: Severity::High,
        affects: wanted.clone(),
        measure: Measure::UncoveredNames { wanted, covered: covered.into_iter().collect() },
        deadline: None,
    })
}

#[cfg(test)]
mod tests {
    use howler_model::{Gap, Reason, ScopeCoverage, Unseen};

    use super::*;
    use crate::shared::examples::{binding, certificate, judge as run, scope};

    fn named(id: &str, names: &[&str]) -> Certificate {
        Certificate { names: names.iter().map(|&name| name.to_owned()).collect(), ..certificate(id) }
    }

    fn asked(certificate: &str, names: &[&str]) -> Binding {
        let names = names.iter().map(|&name| name.to_owned()).collect();
        Binding { names, ..binding(certificate, "arn:distribution") }
    }

    fn wanted(facts: &Facts) -> Vec<String> {
        let findings = run(&CHECK, facts);
        assert!(findings.len() < 2);
        match findings.first().map(|finding| finding.verdict.measure.clone()) {
            Some(Measure::UncoveredNames { wanted, .. }) => wanted,
            _ => Vec::new(),
        }
    }

    #[test]
    fn every_name_needs_one_certificate_of_the_user_that_covers_it() {
        let mut facts = Facts {
            certificates: vec![named("arn:a", &["*.example.com"]), named("arn:b", &["example.org"])],
            bindings: vec![asked(
                "arn:a",
                &["www.example.com", "example.com", "a.b.example.com", "example.org"],
            )],
            ..Facts::default()
        };
        assert_eq!(wanted(&facts), ["a.b.example.com", "example.com", "example.org"]);
        facts.bindings.push(asked("arn:b", &[]));
        assert_eq!(wanted(&facts), ["a.b.example.com", "example.com"]);
        let verdict = run(&CHECK, &facts).remove(0).verdict;
        assert_eq!((verdict.status, verdict.severity), (Status::Fail, Severity::High));
        let covered = vec!["*.example.com".to_owned(), "example.org".to_owned()];
        assert_eq!(verdict.measure, Measure::UncoveredNames { wanted: verdict.affects, covered });
    }

    #[test]
    fn certificates_that_were_not_seen_may_cover_it() {
        let bindings = vec![asked("arn:a", &["www.example.com"])];
        let with = |certificates| Facts { certificates, bindings: bindings.clone(), ..Facts::default() };
        assert_eq!(wanted(&with(vec![named("arn:a", &["x.example"])])), ["www.example.com"]);
        assert!(wanted(&with(vec![])).is_empty(), "the certificate is not known");
        assert!(wanted(&with(vec![named("arn:a", &[])])).is_empty(), "its names are not known");
        let unseen = Unseen::new(Reason::Throttled, "acm:DescribeCertificate", "slow");
        let gap = Gap { scope: scope("acm"), item: Some("arn:a".into()), unseen };
        let coverage = ScopeCoverage { scope: scope("acm"), facts: 1, answered: 1, gaps: vec![gap] };
        let cut_off = Facts { scopes: vec![coverage], ..with(vec![named("arn:a", &["x.example"])]) };
        assert!(wanted(&cut_off).is_empty(), "some of its names may have been cut off");
    }
}
