//! Quotas of application and network load balancers.

use std::collections::BTreeMap;

use aws_sdk_elasticloadbalancingv2::types::{
    Certificate, Listener, LoadBalancer, LoadBalancerTypeEnum, Rule, TargetGroup, TrustStore,
};
use howler_model::{FactKind, Reason, Service, Unseen};

use super::access::Listing;
use super::listings::elbv2::{
    DescribeListenerCertificates, DescribeListeners, DescribeLoadBalancers, DescribeRules,
    DescribeTargetGroups, DescribeTrustStores,
};
use super::listings::of_each::Of;
use super::quota::{self, Counted, Row, each, row, seen, whole};
use crate::{Asked, Gather, Source};

const SERVICE: Service = Service::named("elasticloadbalancing");
const ALB: LoadBalancerTypeEnum = LoadBalancerTypeEnum::Application;
const NLB: LoadBalancerTypeEnum = LoadBalancerTypeEnum::Network;

/// The source.
pub(crate) static SOURCE: Source = Source {
    id: "elb-quotas",
    title: "Load balancers, listeners, rules, target groups and trust stores against their quotas",
    service: SERVICE,
    kinds: &[FactKind::Quota],
    actions: || quota::actions(ROWS),
    quotas: ROWS,
    asked: Asked::Always,
    gather: Gather::Region(|at| Box::pin(quota::gather(at, SERVICE, ROWS))),
};

/// The table.
const ROWS: &[Row] = &[
    row!(
        "L-53DA6B97",
        "Application Load Balancers per Region",
        "load balancer",
        [DescribeLoadBalancers],
        |balancers| of_type(&balancers, &ALB)
    ),
    row!(
        "L-69A177A2",
        "Network Load Balancers per Region",
        "load balancer",
        [DescribeLoadBalancers],
        |balancers| of_type(&balancers, &NLB)
    ),
    row!("L-B22855CB", "Target Groups per Region", "target group", [DescribeTargetGroups], |groups| whole(
        groups.len()
    )),
    row!(
        "L-B6DF7632",
        "Listeners per Application Load Balancer",
        "listener",
        [DescribeLoadBalancers, DescribeListeners],
        |_, listeners| listeners_of_each(&listeners, &ALB)
    ),
    row!(
        "L-57A373D6",
        "Listeners per Network Load Balancer",
        "listener",
        [DescribeLoadBalancers, DescribeListeners],
        |_, listeners| listeners_of_each(&listeners, &NLB)
    ),
    row!(
        "L-7EED9B64",
        "Rules per Application Load Balancer",
        "rule",
        [DescribeLoadBalancers, DescribeListeners, DescribeRules],
        |_, listeners, rules| over_listeners(&listeners, &ALB, &rules, is_own_rule)
    ),
    row!(
        "L-822D1B1B",
        "Target Groups per Application Load Balancer",
        "target group",
        [DescribeLoadBalancers, DescribeTargetGroups],
        |balancers, groups| target_groups_of_each(&balancers, &groups)
    ),
    row!(
        "L-9365A611",
        "Certificates per Application Load Balancer",
        "certificate",
        [DescribeLoadBalancers, DescribeListeners, DescribeListenerCertificates],
        |_, listeners, certificates| over_listeners(&listeners, &ALB, &certificates, is_additional)
    ),
    row!(
        "L-52964454",
        "Certificates per Network Load Balancer",
        "certificate",
        [DescribeLoadBalancers, DescribeListeners, DescribeListenerCertificates],
        |_, listeners, certificates| over_listeners(&listeners, &NLB, &certificates, is_additional)
    ),
    row!("L-A8F7060B", "Trust stores per account", "trust store", [DescribeTrustStores], |stores| whole(
        stores.len()
    )),
    row!("L-43FE5A42", "CA certificates per trust store", "certificate", [DescribeTrustStores], |stores| {
        authorities_of_each(&stores)
    }),
];

fn of_type(balancers: &[LoadBalancer], kind: &LoadBalancerTypeEnum) -> Counted {
    whole(balancers.iter().filter(|balancer| balancer.r#type() == Some(kind)).count())
}

/// The load balancers of a type by ARN, with their listeners or why those could not be read.
fn listening<'a>(
    balancers: &'a [Of<LoadBalancer, Vec<Listener>>],
    kind: &LoadBalancerTypeEnum,
) -> impl Iterator<Item = (String, Result<&'a [Listener], Unseen>)> {
    let of_type = balancers.iter().filter(move |of| of.parent.r#type() == Some(kind));
    of_type.filter_map(|of| {
        let listeners = of.answer.as_deref().map_err(Unseen::clone);
        Some((of.parent.load_balancer_arn.clone()?, listeners))
    })
}

fn listeners_of_each(balancers: &[Of<LoadBalancer, Vec<Listener>>], kind: &LoadBalancerTypeEnum) -> Counted {
    seen(listening(balancers, kind).map(|(arn, listeners)| (arn, listeners.map(<[_]>::len))))
}

/// Counts what belongs to the listeners of each load balancer. One listener that could not be asked makes the sum
/// of its load balancer unknown, for it would be too low.
fn over_listeners<T>(
    balancers: &[Of<LoadBalancer, Vec<Listener>>],
    kind: &LoadBalancerTypeEnum,
    belongings: &[Of<Listener, Vec<T>>],
    counts: fn(&Listener, &T) -> bool,
) -> Counted {
    let of_listener = |of: &Of<Listener, Vec<T>>| {
        let count = |items: &Vec<T>| items.iter().filter(|item| counts(&of.parent, item)).count();
        Some((of.parent.listener_arn.clone()?, of.answer.as_ref().map(count).map_err(Unseen::clone)))
    };
    let counted: BTreeMap<_, _> = belongings.iter().filter_map(of_listener).collect();
    // A listener that was not asked is one that cannot have any.
    let of_one = |listener: &Listener| {
        listener.listener_arn().and_then(|arn| counted.get(arn)).cloned().unwrap_or(Ok(0))
    };
    let sum = |listeners: &[Listener]| listeners.iter().map(of_one).sum();
    seen(listening(balancers, kind).map(|(arn, listeners)| (arn, listeners.and_then(sum))))
}

/// The default rule of a listener is not counted.
fn is_own_rule(_: &Listener, rule: &Rule) -> bool {
    rule.is_default() != Some(true)
}

/// The default certificate of a listener is not counted.
fn is_additional(listener: &Listener, certificate: &Certificate) -> bool {
    let default = listener.certificates().first().and_then(|certificate| certificate.certificate_arn());
    let is_default = || certificate.certificate_arn() == default;
    !certificate.is_default().unwrap_or_else(is_default)
}

fn target_groups_of_each(balancers: &[LoadBalancer], groups: &[TargetGroup]) -> Counted {
    let balancers = balancers.iter().filter(|balancer| balancer.r#type() == Some(&ALB));
    let used_by =
        |arn: &String| groups.iter().filter(|group| group.load_balancer_arns().contains(arn)).count();
    each(balancers.filter_map(|balancer| balancer.load_balancer_arn.clone()).map(|arn| {
        let count = used_by(&arn);
        (arn, count)
    }))
}

fn authorities_of_each(stores: &[TrustStore]) -> Counted {
    seen(stores.iter().filter_map(|store| {
        let count = store.number_of_ca_certificates().and_then(|count| usize::try_from(count).ok());
        let unseen = || {
            Unseen::new(Reason::NoData, DescribeTrustStores::ACTION, "no number of CA certificates is given")
        };
        Some((store.trust_store_arn.clone()?, count.ok_or_else(unseen)))
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn balancer(name: &str, kind: LoadBalancerTypeEnum) -> LoadBalancer {
        LoadBalancer::builder().load_balancer_arn(format!("arn:lb/{name}")).r#type(kind).build()
    }

    fn listener(arn: &str) -> Listener {
        let default = Certificate::builder().certificate_arn("arn:default").build();
        Listener::builder().listener_arn(arn).certificates(default).build()
    }

    fn denied<T>() -> Result<T, Unseen> {
        Err(Unseen::new(Reason::Denied, "a:B", "no"))
    }

    /// `a` and `b` are application load balancers, `n` is a network one; the listeners of `b` are unseen.
    fn balancers() -> [Of<LoadBalancer, Vec<Listener>>; 3] {
        let listeners = |arns: &[&str]| Ok(arns.iter().map(|arn| listener(arn)).collect());
        [
            Of { parent: balancer("a", ALB), answer: listeners(&["a1", "a2", "plain"]) },
            Of { parent: balancer("b", ALB), answer: denied() },
            Of { parent: balancer("n", NLB), answer: listeners(&["n1"]) },
        ]
    }

    fn shown(counted: Counted) -> Vec<(String, Option<f64>)> {
        let Counted::Each(counts) = counted else { panic!("not for each") };
        counts.into_iter().map(|(arn, count)| (arn, count.ok())).collect()
    }

    fn expected(counts: &[(&str, Option<f64>)]) -> Vec<(String, Option<f64>)> {
        counts.iter().map(|(name, count)| (format!("arn:lb/{name}"), *count)).collect()
    }

    #[test]
    fn load_balancers_count_in_their_own_type() {
        let all = [balancer("a", ALB), balancer("b", ALB), balancer("n", NLB)];
        let gateway = balancer("g", LoadBalancerTypeEnum::Gateway);
        let all: Vec<_> = all.into_iter().chain([gateway]).collect();
        assert_eq!(of_type(&all, &ALB), whole(2));
        assert_eq!(of_type(&all, &NLB), whole(1));
    }

    #[test]
    fn listeners_of_a_load_balancer_that_was_not_seen_are_unknown() {
        let (of_albs, of_nlbs) =
            (listeners_of_each(&balancers(), &ALB), listeners_of_each(&balancers(), &NLB));
        assert_eq!(shown(of_albs), expected(&[("a", Some(3.0)), ("b", None)]));
        assert_eq!(shown(of_nlbs), expected(&[("n", Some(1.0))]));
    }

    #[test]
    fn rules_are_summed_without_the_default_ones() {
        let rule = |default: bool| Rule::builder().is_default(default).build();
        let rules = [
            Of { parent: listener("a1"), answer: Ok(vec![rule(true), rule(false), rule(false)]) },
            Of { parent: listener("a2"), answer: Ok(vec![rule(true), rule(false)]) },
            Of { parent: listener("n1"), answer: Ok(vec![rule(false)]) },
        ];
        let counted = over_listeners(&balancers(), &ALB, &rules, is_own_rule);
        assert_eq!(shown(counted), expected(&[("a", Some(3.0)), ("b", None)]));
    }

    #[test]
    fn one_unseen_listener_makes_the_sum_unknown() {
        let rules = [
            Of { parent: listener("a1"), answer: Ok(vec![Rule::builder().build()]) },
            Of { parent: listener("a2"), answer: denied() },
        ];
        let counted = over_listeners(&balancers(), &ALB, &rules, is_own_rule);
        assert_eq!(shown(counted), expected(&[("a", None), ("b", None)]));
    }

    #[test]
    fn additional_certificates_are_told_from_the_default_one() {
        let certificate = |arn: &str| Certificate::builder().certificate_arn(arn);
        let is = |certificate: Certificate| is_additional(&listener("a1"), &certificate);
        assert!(!is(certificate("arn:default").is_default(true).build()));
        assert!(is(certificate("arn:default").is_default(false).build()));
        assert!(is(certificate("arn:sni").is_default(false).build()));
        assert!(!is(certificate("arn:default").build()));
        assert!(is(certificate("arn:sni").build()));
    }

    #[test]
    fn target_groups_count_for_each_alb_that_uses_them() {
        let group = |arns: &[&str]| {
            let arns = arns.iter().map(|arn| format!("arn:lb/{arn}")).collect();
            TargetGroup::builder().set_load_balancer_arns(Some(arns)).build()
        };
        let groups = [group(&["a", "n"]), group(&["a"]), group(&[])];
        let all = [balancer("a", ALB), balancer("b", ALB), balancer("n", NLB)];
        let counted = target_groups_of_each(&all, &groups);
        assert_eq!(shown(counted), expected(&[("a", Some(2.0)), ("b", Some(0.0))]));
    }

    #[test]
    fn a_trust_store_without_its_number_is_unknown() {
        let store = |name: &str| TrustStore::builder().trust_store_arn(format!("arn:lb/{name}"));
        let stores = [store("a").number_of_ca_certificates(7).build(), store("b").build()];
        assert_eq!(shown(authorities_of_each(&stores)), expected(&[("a", Some(7.0)), ("b", None)]));
    }
}
