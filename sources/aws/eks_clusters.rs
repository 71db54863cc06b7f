//! Authorities of EKS clusters, which every node and every client of the cluster has to trust, and their API servers.
//!
//! A cluster says which authorities its clients should trust. One that is prepared or retired beside them is asked for
//! where a cluster names the one that signs: older answers do not, and come from where such questions are not
//! answered.

use aws_sdk_eks::types::{
    CertificateAuthority, CertificateAuthoritySigningStatus as Signing, Cluster, ClusterStatus,
};
use data_encoding::BASE64;
use howler_model::{
    CertificateUsage, Discovered, Endpoint, FactKind, Origin, Reason, Resource, Role, Scope, Service, Unseen,
    Validity,
};

use super::AccountRegion;
use super::access::{Listing, Page};
use super::certificate::{Kept, validity};
use super::listings::eks::ListClusters;
use super::listings::of_each::of_each;
use crate::source::Gathered;
use crate::{Asked, Gather, Source};

const SERVICE: Service = Service::named("eks");
const DESCRIBE: &str = "eks:DescribeCluster";
const LIST_AUTHORITIES: &str = "eks:ListCertificateAuthorities";
const DESCRIBE_AUTHORITY: &str = "eks:DescribeCertificateAuthority";

/// The source.
pub(crate) static SOURCE: Source = Source {
    id: "eks-clusters",
    title: "Authorities of EKS clusters, and their API servers",
    service: SERVICE,
    kinds: &[FactKind::Certificate, FactKind::Discovered],
    actions: || vec![ListClusters::ACTION, DESCRIBE, LIST_AUTHORITIES, DESCRIBE_AUTHORITY],
    quotas: &[],
    asked: Asked::Always,
    gather: Gather::Region(|at| Box::pin(gather(at))),
};

async fn gather(at: &AccountRegion) -> Gathered {
    let mut gathered = Gathered::default();
    let Some(names) = gathered.note(None, at.list::<ListClusters>().await) else {
        return gathered;
    };
    let described = of_each(names.iter(), |name| describe(at, name)).await;
    let described = gathered.note(None, described).unwrap_or_default();
    let clusters = described.into_iter().filter_map(|of| gathered.note(Some(&of.parent), of.answer));
    let clusters: Vec<Cluster> = clusters.collect();
    let scope = at.scope(SERVICE);
    for cluster in &clusters {
        authorities(&scope, cluster, &mut gathered);
        gathered.facts.discovered.extend(discovered(&scope, cluster));
    }
    let others = of_each(clusters.iter().filter(|one| signer(one).is_some()), |one| others(at, one)).await;
    for of in gathered.note(None, others).unwrap_or_default() {
        for authority in gathered.note(of.parent.arn(), of.answer).unwrap_or_default() {
            other(&scope, &of.parent, &authority, &mut gathered);
        }
    }
    // An authority beside those of the cluster may be among them all the same.
    let facts = &mut gathered.facts.certificates;
    facts.sort_by(|one, two| one.resource.id.cmp(&two.resource.id));
    facts.dedup_by(|one, two| one.resource.id == two.resource.id);
    gathered
}

async fn describe(at: &AccountRegion, name: &str) -> Result<Cluster, Unseen> {
    let request = at.eks().describe_cluster().name(name);
    let answer = at.call(DESCRIBE, || request.clone().send()).await?;
    let named = answer.cluster.filter(|cluster| cluster.arn().is_some());
    named.ok_or_else(|| {
        Unseen::new(Reason::Malformed, DESCRIBE, "the answer has no cluster with an ARN in it")
    })
}

/// The id of the authority that signs for a cluster.
fn signer(cluster: &Cluster) -> Option<&str> {
    cluster.certificate_authority()?.active()?.id()
}

/// The authorities of a cluster but for the one that signs: one at most.
async fn others(at: &AccountRegion, cluster: &Cluster) -> Result<Vec<CertificateAuthority>, Unseen> {
    let name = cluster.name().unwrap_or_default();
    let listed = at.pages(LIST_AUTHORITIES, |token| {
        let sent = at.eks().list_certificate_authorities().cluster_name(name).set_next_token(token).send();
        async move { sent.await.map(|page| Page::of(page.certificate_authorities, page.next_token)) }
    });
    let mut others = Vec::new();
    for id in listed.await?.iter().filter_map(|one| one.id()).filter(|id| Some(*id) != signer(cluster)) {
        let request =
            at.eks().describe_certificate_authority().cluster_name(name).certificate_authority_id(id);
        let answer = at.call(DESCRIBE_AUTHORITY, || request.clone().send()).await?;
        others.extend(answer.certificate_authority);
    }
    Ok(others)
}

fn kept(scope: &Scope, cluster: &Cluster, usage: CertificateUsage) -> Kept {
    let resource = Resource {
        scope: scope.clone(),
        kind: "eks-cluster-authority",
        id: cluster.arn().unwrap_or_default().to_owned(),
        name: cluster.name().unwrap_or_default().to_owned(),
    };
    Kept { resource, role: Role::Authority, origin: Origin::Service, usage, changes: true }
}

/// The authorities that clients of a cluster trust. There are none before it is up, and EKS has none of clusters
/// that are elsewhere and only connected.
fn authorities(scope: &Scope, cluster: &Cluster, gathered: &mut Gathered) {
    let users = CertificateUsage::By(cluster.arn().map(str::to_owned).into_iter().collect());
    let data = cluster.certificate_authority().and_then(|authority| authority.data());
    match data {
        Some(data) => kept(scope, cluster, users).read(&pem(data), DESCRIBE, Validity::Unknown, gathered),
        None if cluster.status() == Some(&ClusterStatus::Active) && cluster.connector_config().is_none() => {
            let words = "EKS does not tell the authority of this cluster".to_owned();
            let unread = kept(scope, cluster, users).unread(Validity::Unknown(words));
            gathered.facts.certificates.push(unread);
        }
        None => {}
    }
}

/// An authority that does not sign (yet, or any more).
fn other(scope: &Scope, cluster: &Cluster, authority: &CertificateAuthority, gathered: &mut Gathered) {
    let usage = match authority.signing_status() {
        Some(Signing::NotUsed) => CertificateUsage::Unused,
        Some(Signing::InUse | Signing::Activating) => {
            CertificateUsage::By(cluster.arn().map(str::to_owned).into_iter().collect())
        }
        _ => CertificateUsage::Unknown,
    };
    let kept = kept(scope, cluster, usage);
    let dates = authority.validity();
    let told = |words: &str| {
        let (start, end) =
            (dates.and_then(|dates| dates.not_before()), dates.and_then(|dates| dates.not_after()));
        validity(start, end, words)
    };
    match authority.data() {
        Some(data) => kept.read(&pem(data), DESCRIBE_AUTHORITY, |words| told(&words), gathered),
        None => {
            let mut fact = kept.unread(told("EKS does not tell when it ends"));
            fact.resource.id = format!("{}#{}", fact.resource.id, authority.id().unwrap_or_default());
            gathered.facts.certificates.push(fact);
        }
    }
}

/// A certificate as EKS gives it: PEM in base64, as in a kubeconfig.
fn pem(data: &str) -> Vec<u8> {
    match BASE64.decode(data.as_bytes()) {
        Ok(text) if text.starts_with(b"-----BEGIN") => text,
        _ => data.as_bytes().to_vec(),
    }
}

/// The API server.
fn discovered(scope: &Scope, cluster: &Cluster) -> Option<Discovered> {
    let host = cluster.endpoint()?.strip_prefix("https://")?;
    let endpoint = Endpoint::direct(host, 443).ok()?;
    let public = cluster.resources_vpc_config().is_some_and(|network| network.endpoint_public_access());
    let user = Resource { kind: "eks-cluster", ..kept(scope, cluster, CertificateUsage::Unknown).resource };
    Some(Discovered { endpoint, user, private: !public })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use aws_sdk_eks::primitives::DateTime as SdkTime;
    use aws_sdk_eks::types::builders::{CertificateAuthorityBuilder, ClusterBuilder};
    use aws_sdk_eks::types::{
        ActiveCertificateAuthority, Certificate, CertificateAuthorityValidity, ConnectorConfigResponse,
        VpcConfigResponse,
    };
    use rcgen::{CertificateParams, KeyPair};

    use super::*;
    use crate::aws::certificate::somewhere;

    const ARN: &str = "arn:aws:eks:eu-west-1:123456789012:cluster/c";

    fn data() -> String {
        let params = CertificateParams::new(vec!["kubernetes".to_owned()]).unwrap();
        let pem = params.self_signed(&KeyPair::generate().unwrap()).unwrap().pem();
        BASE64.encode(pem.as_bytes())
    }

    fn cluster() -> ClusterBuilder {
        Cluster::builder().arn(ARN).name("c").status(ClusterStatus::Active)
    }

    fn with(data: &str) -> ClusterBuilder {
        cluster().certificate_authority(Certificate::builder().data(data).build())
    }

    fn gathered(cluster: ClusterBuilder) -> Gathered {
        let mut gathered = Gathered::default();
        authorities(&somewhere("eks"), &cluster.build(), &mut gathered);
        gathered
    }

    #[test]
    fn the_authority_is_what_its_body_says() {
        let read = gathered(with(&data()));
        assert_eq!(read.gaps, []);
        let fact = &read.facts.certificates[0];
        assert_eq!((fact.role, fact.origin), (Role::Authority, Origin::Service));
        assert_eq!(fact.usage, CertificateUsage::By(vec![ARN.to_owned()]));
        assert_eq!(fact.resource.id, format!("{ARN}#{}", fact.sha256.unwrap()));
        assert!(matches!(fact.validity, Validity::Until { .. }));
    }

    #[test]
    fn a_body_that_is_missing_or_unreadable_is_unknown_where_there_should_be_one() {
        let missing = gathered(cluster());
        assert!(matches!(missing.facts.certificates[0].validity, Validity::Unknown(_)));
        let unreadable = gathered(with("bm90IGEgY2VydGlmaWNhdGU="));
        assert_eq!(unreadable.gaps.len(), 1);
        assert!(matches!(unreadable.facts.certificates[0].validity, Validity::Unknown(_)));
        for without in [
            cluster().status(ClusterStatus::Creating),
            cluster().connector_config(ConnectorConfigResponse::builder().build()),
        ] {
            assert!(gathered(without).facts.certificates.is_empty());
        }
    }

    #[test]
    fn an_authority_beside_the_signing_one_is_used_as_eks_says() {
        let of = |authority: CertificateAuthorityBuilder| {
            let mut gathered = Gathered::default();
            other(&somewhere("eks"), &cluster().build(), &authority.build(), &mut gathered);
            gathered.facts.certificates.remove(0)
        };
        let authority = || CertificateAuthority::builder().id("ca-2");
        let usage = |status: &str| of(authority().signing_status(Signing::from(status)).data(data())).usage;
        assert_eq!(usage("NOT_USED"), CertificateUsage::Unused);
        assert_eq!(usage("ACTIVATING"), CertificateUsage::By(vec![ARN.to_owned()]));
        assert_eq!(usage("ELSE"), CertificateUsage::Unknown);
        let dates = CertificateAuthorityValidity::builder().not_after(SdkTime::from_secs(9)).build();
        let dated = of(authority().validity(dates.clone()));
        assert_eq!(dated.resource.id, format!("{ARN}#ca-2"));
        assert!(matches!(dated.validity, Validity::Until { .. }));
        assert!(matches!(of(authority()).validity, Validity::Unknown(_)));
        // What cannot be read still has the dates that EKS tells.
        assert!(matches!(of(authority().data("?").validity(dates)).validity, Validity::Until { .. }));
    }

    #[test]
    fn the_api_server_is_private_where_nobody_outside_reaches_it() {
        let found = |public| {
            let network = VpcConfigResponse::builder().endpoint_public_access(public).build();
            let cluster = cluster().endpoint("https://ABC.gr7.eu-west-1.eks.amazonaws.com");
            discovered(&somewhere("eks"), &cluster.resources_vpc_config(network).build())
        };
        let open = found(true).unwrap();
        assert_eq!(open.endpoint.to_string(), "ABC.gr7.eu-west-1.eks.amazonaws.com:443");
        assert_eq!((open.user.kind, open.private), ("eks-cluster", false));
        assert!(found(false).unwrap().private);
        assert_eq!(discovered(&somewhere("eks"), &cluster().build()), None);
    }

    #[test]
    fn the_signing_authority_is_named_by_newer_answers_only() {
        let active = ActiveCertificateAuthority::builder().id("ca-1").build();
        let named = Certificate::builder().data("x").active(active).build();
        assert_eq!(signer(&cluster().certificate_authority(named).build()), Some("ca-1"));
        assert_eq!(signer(&with("x").build()), None);
    }
}
