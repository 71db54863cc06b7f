//! Authorities of ACM Private CA that MSK clusters check their clients against, and the brokers of the clusters.
//!
//! The certificates of brokers are AWS's own. What can end here is an authority: then no client is let in.

use std::collections::BTreeSet;

use aws_sdk_kafka::operation::get_bootstrap_brokers::GetBootstrapBrokersOutput;
use aws_sdk_kafka::types::{Cluster, ClusterState};
use howler_model::{Binding, Discovered, Endpoint, FactKind, Reason, Resource, Scope, Service, Unseen};

use super::AccountRegion;
use super::access::Listing;
use super::listings::kafka::ListClustersV2;
use super::listings::of_each::of_each;
use crate::source::Gathered;
use crate::{Asked, Gather, Source};

const SERVICE: Service = Service::named("kafka");
const BROKERS: &str = "kafka:GetBootstrapBrokers";

/// The source.
pub(crate) static SOURCE: Source = Source {
    id: "msk-clusters",
    title: "Authorities that MSK clusters check clients against, and their brokers",
    service: SERVICE,
    kinds: &[FactKind::Binding, FactKind::Discovered],
    actions: || vec![ListClustersV2::ACTION, BROKERS],
    quotas: &[],
    asked: Asked::Always,
    gather: Gather::Region(|at| Box::pin(gather(at))),
};

async fn gather(at: &AccountRegion) -> Gathered {
    let mut gathered = Gathered::default();
    let Some(clusters) = gathered.note(None, at.list::<ListClustersV2>().await) else {
        return gathered;
    };
    let scope = at.scope(SERVICE);
    gathered.facts.bindings = clusters.iter().flat_map(|cluster| bindings(&scope, cluster)).collect();
    let asked = of_each(clusters.iter().filter(|cluster| has_brokers(cluster)), |one| brokers(at, one)).await;
    for of in gathered.note(None, asked).unwrap_or_default() {
        let arn = of.parent.cluster_arn().unwrap_or_default();
        let Some(brokers) = gathered.note(Some(arn), of.answer) else { continue };
        for found in discovered(&user(&scope, &of.parent), &brokers) {
            match found {
                Ok(found) => gathered.facts.discovered.push(found),
                Err(words) => gathered.miss(Some(arn), Unseen::new(Reason::Malformed, BROKERS, words)),
            }
        }
    }
    gathered
}

fn user(scope: &Scope, cluster: &Cluster) -> Resource {
    Resource {
        scope: scope.clone(),
        kind: "msk-cluster",
        id: cluster.cluster_arn().unwrap_or_default().to_owned(),
        name: cluster.cluster_name().unwrap_or_default().to_owned(),
    }
}

/// The authorities whose clients a cluster lets in. It shows no client their certificates, so that there are no
/// endpoints to compare.
fn bindings(scope: &Scope, cluster: &Cluster) -> Vec<Binding> {
    let provisioned = cluster.provisioned();
    let tls = provisioned.and_then(|one| one.client_authentication()).and_then(|by| by.tls());
    let Some(tls) = tls.filter(|tls| tls.enabled() != Some(false)) else { return Vec::new() };
    let public = provisioned
        .and_then(|one| one.broker_node_group_info()?.connectivity_info()?.public_access()?.r#type())
        .is_some_and(|access| access != "DISABLED");
    let arns: BTreeSet<&String> = tls.certificate_authority_arn_list().iter().collect();
    let binding = |arn: &String| Binding { private: !public, ..Binding::new(arn, user(scope, cluster)) };
    arns.into_iter().map(binding).collect()
}

/// A serverless cluster has but one name, for clients with credentials of IAM; and one that is being made or deleted
/// does not tell its brokers.
fn has_brokers(cluster: &Cluster) -> bool {
    use ClusterState::{Creating, Deleting, Failed};
    cluster.provisioned().is_some() && !matches!(cluster.state(), Some(Creating | Deleting | Failed))
}

async fn brokers(at: &AccountRegion, cluster: &Cluster) -> Result<GetBootstrapBrokersOutput, Unseen> {
    let request = at.kafka().get_bootstrap_brokers().cluster_arn(cluster.cluster_arn().unwrap_or_default());
    at.call(BROKERS, || request.clone().send()).await
}

/// Where brokers speak plain TLS. They show the same certificates to clients with passwords or credentials of IAM.
fn discovered(user: &Resource, brokers: &GetBootstrapBrokersOutput) -> Vec<Result<Discovered, String>> {
    let inside = brokers.bootstrap_broker_string_tls().map(|list| (list, true));
    let outside = brokers.bootstrap_broker_string_public_tls().map(|list| (list, false));
    let listed = inside.into_iter().chain(outside);
    let each = listed.flat_map(|(list, private)| list.split(',').map(move |broker| (broker.trim(), private)));
    each.filter(|(broker, _)| !broker.is_empty())
        .map(|(broker, private)| match direct(broker) {
            Some(endpoint) => Ok(Discovered { endpoint, user: user.clone(), private }),
            None => Err(format!("'{broker}' is no broker")),
        })
        .collect()
}

fn direct(broker: &str) -> Option<Endpoint> {
    let (host, port) = broker.rsplit_once(':')?;
    Endpoint::direct(host, port.parse().ok()?).ok()
}

#[cfg(test)]
mod tests {
    use aws_sdk_kafka::types::builders::ProvisionedBuilder;
    use aws_sdk_kafka::types::{
        BrokerNodeGroupInfo, ClientAuthentication, ConnectivityInfo, Provisioned, PublicAccess, Serverless,
        Tls,
    };

    use super::*;
    use crate::aws::certificate::somewhere;

    fn cluster(provisioned: ProvisionedBuilder) -> Cluster {
        let cluster = Cluster::builder().cluster_arn("arn:k").cluster_name("k");
        cluster.state(ClusterState::Active).provisioned(provisioned.build()).build()
    }

    fn tls(enabled: Option<bool>, arns: &[&str]) -> ProvisionedBuilder {
        let arns = arns.iter().map(|&arn| arn.to_owned()).collect();
        let tls = Tls::builder().set_enabled(enabled).set_certificate_authority_arn_list(Some(arns)).build();
        Provisioned::builder().client_authentication(ClientAuthentication::builder().tls(tls).build())
    }

    fn open(provisioned: ProvisionedBuilder, access: &str) -> ProvisionedBuilder {
        let access = PublicAccess::builder().r#type(access).build();
        let connectivity = ConnectivityInfo::builder().public_access(access).build();
        let nodes = BrokerNodeGroupInfo::builder().connectivity_info(connectivity);
        provisioned.broker_node_group_info(nodes.build())
    }

    #[test]
    fn each_authority_is_bound_once_where_clients_are_checked() {
        let arns = |provisioned| {
            let bound = bindings(&somewhere("kafka"), &cluster(provisioned));
            bound.into_iter().map(|binding| (binding.certificate, binding.private)).collect::<Vec<_>>()
        };
        let bound = |arn: &str, private| (arn.to_owned(), private);
        assert_eq!(arns(tls(Some(true), &["b", "a", "b"])), [bound("a", true), bound("b", true)]);
        assert_eq!(arns(tls(None, &["a"])), [bound("a", true)]);
        assert_eq!(arns(tls(Some(false), &["a"])), []);
        assert_eq!(arns(Provisioned::builder()), []);
        assert_eq!(arns(open(tls(Some(true), &["a"]), "SERVICE_PROVIDED_EIPS")), [bound("a", false)]);
        assert_eq!(arns(open(tls(Some(true), &["a"]), "DISABLED")), [bound("a", true)]);
    }

    #[test]
    fn only_provisioned_clusters_that_are_up_are_asked_for_brokers() {
        let with = |state: &str| {
            let cluster = Cluster::builder().state(ClusterState::from(state));
            has_brokers(&cluster.provisioned(Provisioned::builder().build()).build())
        };
        for up in ["ACTIVE", "HEALING", "MAINTENANCE", "REBOOTING_BROKER", "UPDATING", "ELSE"] {
            assert!(with(up), "{up}");
        }
        for down in ["CREATING", "DELETING", "FAILED"] {
            assert!(!with(down), "{down}");
        }
        let serverless = Cluster::builder().state(ClusterState::Active);
        assert!(!has_brokers(&serverless.serverless(Serverless::builder().build()).build()));
    }

    #[test]
    fn brokers_are_found_inside_and_outside() {
        let user = user(&somewhere("kafka"), &cluster(Provisioned::builder()));
        let told = GetBootstrapBrokersOutput::builder()
            .bootstrap_broker_string("b-1.example:9092")
            .bootstrap_broker_string_tls("b-1.example:9094,b-2.example:9094")
            .bootstrap_broker_string_public_tls("b-1-public.example:9194, odd")
            .build();
        let found = discovered(&user, &told);
        let found: Vec<_> = found
            .iter()
            .map(|one| one.as_ref().map(|found| (found.endpoint.to_string(), found.private)))
            .collect();
        let odd = "'odd' is no broker".to_owned();
        assert_eq!(
            found,
            [
                Ok(("b-1.example:9094".to_owned(), true)),
                Ok(("b-2.example:9094".to_owned(), true)),
                Ok(("b-1-public.example:9194".to_owned(), false)),
                Err(&odd),
            ]
        );
        assert!(discovered(&user, &GetBootstrapBrokersOutput::builder().build()).is_empty());
    }
}
