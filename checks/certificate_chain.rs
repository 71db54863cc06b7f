//! Chains with certificates in them that nobody needs.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use howler_model::{
    Certificate, Check, FactKind, Facts, Grain, Measure, Served, Severity, Status, Thresholds, Trust, Verdict,
};

use crate::shared::{by_address, worst_of_each};

pub(crate) static CHECK: Check = Check {
    id: "certificate-chain",
    title: "Chain with certificates that nobody needs",
    why: "A certificate in the chain that did not issue any other one there is a leftover of another chain, and clients \
          that read a chain strictly refuse it. A root is of no use: who trusts it has it, and each connection carries \
          it.",
    fix: "Serve the leaf first, then each intermediate that leads to the root, and nothing else (`fullchain.pem` of an \
          ACME client; `--certificate-chain` of `aws acm import-certificate` without the root).",
    since: "0.1.0",
    grain: Grain::Account,
    needs: &[FactKind::Served],
    verdicts,
};

/// An intermediate that is missing is told by `certificate-untrusted`, which names its issuer; one that is out of date by
/// `certificate-expiry`, which knows whether a path goes round it. What leads to no root anyway has worse to mend.
fn verdicts(facts: &Facts, _: &Thresholds, _: DateTime<Utc>) -> Vec<Verdict> {
    let led = facts.served.iter().filter(|served| matches!(served.trust, Trust::Trusted | Trust::OutOfDate));
    worst_of_each(led.filter_map(judge))
}

fn judge(served: &Served) -> Option<Verdict> {
    let (leaf, rest) = served.chain.split_first()?;
    let path = issuers(leaf, rest);
    let is_root = |member: &&Certificate| member.subject.is_some() && member.subject == member.issuer;
    let is_stranger =
        |member: &&Certificate| member.subject.as_deref().is_some_and(|name| !path.contains(name));
    let subjects =
        |members: Vec<&Certificate>| members.iter().filter_map(|it| it.subject.clone()).collect::<Vec<_>>();
    let (known_roots, others): (Vec<_>, Vec<_>) = rest.iter().partition(is_root);
    let roots = subjects(known_roots);
    let strangers = subjects(others.into_iter().filter(is_stranger).collect());
    let severity = match (roots.is_empty(), strangers.is_empty()) {
        (true, true) => return None,
        (_, false) => Severity::Low,
        (false, true) => Severity::Info,
    };
    let measure = Measure::NeedlessChain { roots, strangers };
    by_address([served], |_| (Status::Warn, severity, measure.clone())).pop()
}

/// The names of all that issued the leaf, or issued who did; also if another certificate of that name is meant.
fn issuers<'a>(leaf: &'a Certificate, rest: &'a [Certificate]) -> BTreeSet<&'a str> {
    let mut path = BTreeSet::new();
    let mut next: Vec<&str> = leaf.issuer.as_deref().into_iter().collect();
    while let Some(name) = next.pop() {
        if path.insert(name) {
            let named = rest.iter().filter(|member| member.subject.as_deref() == Some(name));
            next.extend(named.filter_map(|member| member.issuer.as_deref()));
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use howler_model::Untrusted;

    use super::*;
    use crate::shared::examples::{certificate, judge as run, served};

    fn of(subject: &str, issuer: &str) -> Certificate {
        let text = |text: &str| Some(text.to_owned());
        Certificate { subject: text(subject), issuer: text(issuer), ..certificate(subject) }
    }

    fn told(trust: Trust, chain: Vec<Certificate>) -> Option<(Severity, Vec<String>, Vec<String>)> {
        let served = vec![Served { trust, ..served("a.example:443", "192.0.2.1:443", chain) }];
        let findings = run(&CHECK, &Facts { served, ..Facts::default() });
        let verdict = findings.first()?.verdict.clone();
        let Measure::NeedlessChain { roots, strangers } = verdict.measure else { panic!("another measure") };
        Some((verdict.severity, roots, strangers))
    }

    #[test]
    fn a_path_without_its_root_is_as_it_should_be_in_any_order() {
        let (leaf, one, two) = (of("leaf", "one"), of("one", "two"), of("two", "root"));
        assert_eq!(told(Trust::Trusted, vec![leaf.clone(), one.clone(), two.clone()]), None);
        assert_eq!(told(Trust::Trusted, vec![leaf.clone(), two, one.clone()]), None);
        let crossed = of("one", "other root");
        assert_eq!(told(Trust::Trusted, vec![leaf, one, crossed]), None, "two ways to two roots");
        assert_eq!(told(Trust::Trusted, vec![]), None);
    }

    #[test]
    fn a_root_is_needless_and_a_stranger_is_worse() {
        let chain =
            |more: &[Certificate]| [vec![of("leaf", "one"), of("one", "root")], more.to_vec()].concat();
        let (root, stranger) = (of("root", "root"), of("left over", "root"));
        let (roots, strangers) = (vec!["root".to_owned()], vec!["left over".to_owned()]);
        assert_eq!(
            told(Trust::Trusted, chain(std::slice::from_ref(&root))),
            Some((Severity::Info, roots.clone(), Vec::new()))
        );
        assert_eq!(
            told(Trust::OutOfDate, chain(&[root.clone(), stranger])),
            Some((Severity::Low, roots, strangers))
        );
        let broken = Trust::Untrusted(Untrusted::UnknownIssuer, String::new());
        assert_eq!(told(broken, chain(&[root])), None, "that is told elsewhere");
    }

    #[test]
    fn what_cannot_be_read_is_no_stranger_and_a_circle_ends() {
        let nameless = Certificate { subject: None, issuer: None, ..certificate("x") };
        assert_eq!(told(Trust::Trusted, vec![of("leaf", "one"), nameless.clone()]), None);
        assert_eq!(told(Trust::Trusted, vec![of("leaf", "one"), of("one", "two"), of("two", "one")]), None);
        let unread = told(Trust::Trusted, vec![nameless, of("one", "root")]);
        assert_eq!(unread, Some((Severity::Low, vec![], vec!["one".into()])));
    }
}
