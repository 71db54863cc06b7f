//! Clusters of EKS and MSK: authorities and endpoints.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use data_encoding::BASE64;
use howler_model::{CertificateUsage, Facts, Reason, Role, Validity};
use howler_simulator::{Fault, Plain, Region, Rule, certificate};

use crate::gaps::gaps;
use crate::simulated::{ACCOUNT, Simulated, now};

/// The places that are shown here.
pub(crate) const PLACES: &[&str] = &["eks_certificate_authority", "eks_cluster_ca", "msk_cluster"];

const HERE: &str = "eu-west-1";
const DENIED: Fault = Fault::Deny { by_scp: false };

fn days(count: i64) -> DateTime<Utc> {
    now() + TimeDelta::days(count)
}

/// A certificate as EKS gives it: PEM in base64.
fn data(name: &str, end: DateTime<Utc>) -> String {
    BASE64.encode(certificate::pem(name, &[name], days(-30), end).unwrap().body.as_bytes())
}

fn cluster(name: &str, authority: &str, public: bool) -> Plain {
    let text = format!(
        "{{\"cluster\":{{\"name\":\"{name}\",\"arn\":\"arn:aws:eks:{{region}}:{{account}}:cluster/{name}\",\
         \"status\":\"ACTIVE\",\"endpoint\":\"https://{name}.eks.example\",\
         \"certificateAuthority\":{{{authority}}},\
         \"resourcesVpcConfig\":{{\"endpointPublicAccess\":{public},\"endpointPrivateAccess\":true}}}}}}"
    );
    Plain::new("eks:DescribeCluster", text).about(format!("/clusters/{name}"))
}

/// Two pages of clusters: `plain` as older answers are, `turning` with an authority that waits for its turn.
fn eks() -> Vec<Plain> {
    let of = |name: &str, end| format!("\"data\":\"{}\"", data(name, end));
    let turning = of("turning", days(90)) + ",\"active\":{\"id\":\"ca-1\"}";
    let next = format!(
        "{{\"certificateAuthority\":{{\"id\":\"ca-2\",\"signingStatus\":\"NOT_USED\",{}}}}}",
        of("next", days(3_000))
    );
    vec![
        Plain::new("eks:ListClusters", "{\"clusters\":[\"plain\"],\"nextToken\":\"two\"}"),
        Plain::new("eks:ListClusters", "{\"clusters\":[\"turning\"]}").about("nextToken=two"),
        cluster("plain", &of("plain", days(300)), true),
        cluster("turning", &turning, false),
        Plain::new(
            "eks:ListCertificateAuthorities",
            "{\"certificateAuthorities\":[{\"id\":\"ca-1\"},{\"id\":\"ca-2\"}]}",
        ),
        Plain::new("eks:DescribeCertificateAuthority", next).about("/certificate-authorities/ca-2"),
    ]
}

fn region(answers: Vec<Plain>) -> Region {
    answers.into_iter().fold(Region::default(), Region::answer)
}

fn eks_arn(name: &str) -> String {
    format!("arn:aws:eks:{HERE}:{ACCOUNT}:cluster/{name}")
}

/// The cluster of each authority, with its end and whether it is unused.
fn authorities(facts: &Facts) -> BTreeSet<(String, Option<DateTime<Utc>>, bool)> {
    let told = facts.certificates.iter().map(|one| {
        let end = match one.validity {
            Validity::Until { not_after, .. } => Some(not_after),
            _ => None,
        };
        assert_eq!((one.role, one.resource.kind), (Role::Authority, "eks-cluster-authority"));
        let cluster = one.resource.id.split('#').next().unwrap_or_default();
        (cluster.to_owned(), end, one.usage == CertificateUsage::Unused)
    });
    told.collect()
}

#[tokio::test]
async fn eks_authorities_are_those_of_the_cluster_and_the_one_that_waits() {
    let simulated = Simulated::start([(HERE, region(eks()))], vec![]).await;
    let facts = simulated.gather(HERE, &["eks-clusters"]).await;
    assert_eq!(gaps(&facts), []);
    let expected = [
        (eks_arn("plain"), Some(days(300)), false),
        (eks_arn("turning"), Some(days(90)), false),
        (eks_arn("turning"), Some(days(3_000)), true),
    ];
    assert_eq!(authorities(&facts), BTreeSet::from(expected));
    let found = facts.discovered.iter().map(|found| (found.endpoint.to_string(), found.private));
    let expected =
        [("plain.eks.example:443".to_owned(), false), ("turning.eks.example:443".to_owned(), true)];
    assert_eq!(found.collect::<Vec<_>>(), expected);
    // Only where the cluster names the one that signs, and never for that one.
    assert_eq!(simulated.asked("eks:ListCertificateAuthorities"), 1);
    assert_eq!(simulated.asked("eks:DescribeCertificateAuthority"), 1);
}

#[tokio::test]
async fn an_eks_cluster_that_is_not_described_is_a_gap_and_one_that_is_gone_is_none() {
    let mut answers = eks();
    answers.push(Plain::new("eks:ListClusters", "{\"clusters\":[\"plain\",\"gone\",\"odd\"]}"));
    answers.push(
        Plain::refused("eks:DescribeCluster", 404, "ResourceNotFoundException", "No cluster found")
            .about("/clusters/gone"),
    );
    answers.push(Plain::refused("eks:DescribeCluster", 400, "InvalidRequest", "odd").about("/clusters/odd"));
    let simulated = Simulated::start([(HERE, region(answers))], vec![]).await;
    let facts = simulated.gather(HERE, &["eks-clusters"]).await;
    assert_eq!(gaps(&facts), [(Some("odd"), Reason::Failed, "eks:DescribeCluster")]);
    assert_eq!(authorities(&facts).len(), 1);
}

#[tokio::test]
async fn authorities_that_may_not_be_listed_leave_those_of_the_cluster() {
    let faults = vec![Rule::new(DENIED).action("eks:ListCertificateAuthorities")];
    let simulated = Simulated::start([(HERE, region(eks()))], faults).await;
    let facts = simulated.gather(HERE, &["eks-clusters"]).await;
    assert_eq!(gaps(&facts), [(None, Reason::Denied, "eks:ListCertificateAuthorities")]);
    assert_eq!(authorities(&facts).len(), 2);
}

fn kafka_arn(name: &str) -> String {
    format!("arn:aws:kafka:{HERE}:{ACCOUNT}:cluster/{name}/1")
}

/// Two pages of clusters: one that checks clients, one that does not, and a serverless one.
fn kafka() -> Vec<Plain> {
    let cluster = |name: &str, rest: &str| {
        format!(
            "{{\"clusterArn\":\"arn:aws:kafka:{{region}}:{{account}}:cluster/{name}/1\",\"clusterName\":\"{name}\",\
             \"state\":\"ACTIVE\",\"creationTime\":\"2026-01-01T00:00:00.000Z\",{rest}}}"
        )
    };
    let tls = "\"clusterType\":\"PROVISIONED\",\"provisioned\":{\"brokerNodeGroupInfo\":{\"instanceType\":\
               \"m\",\"clientSubnets\":[\"s\"]},\"numberOfBrokerNodes\":2,\"clientAuthentication\":{\"tls\":\
               {\"enabled\":true,\"certificateAuthorityArnList\":[\"arn:ca-1\",\"arn:ca-2\"]}}}";
    let open = "\"clusterType\":\"PROVISIONED\",\"provisioned\":{\"brokerNodeGroupInfo\":{\"instanceType\":\
                \"m\",\"clientSubnets\":[\"s\"]},\"numberOfBrokerNodes\":2}";
    let serverless = "\"clusterType\":\"SERVERLESS\",\"serverless\":{\"vpcConfigs\":[]}";
    let page = |clusters: &[String], rest: &str| {
        let text = format!("{{\"clusterInfoList\":[{}]{rest}}}", clusters.join(","));
        Plain::new("kafka:ListClustersV2", text)
    };
    let brokers =
        |name: &str, text: &str| Plain::new("kafka:GetBootstrapBrokers", text).about(kafka_arn(name));
    vec![
        page(&[cluster("strict", tls)], ",\"nextToken\":\"two\""),
        page(&[cluster("open", open), cluster("less", serverless)], "").about("nextToken=two"),
        brokers("strict", "{\"bootstrapBrokerStringTls\":\"b-1.example:9094,b-2.example:9094\"}"),
        brokers(
            "open",
            "{\"bootstrapBrokerString\":\"o-1.example:9092\",\"bootstrapBrokerStringPublicTls\":\"o-1.example:9194\"}",
        ),
    ]
}

#[tokio::test]
async fn msk_clusters_bind_authorities_and_show_brokers() {
    let simulated = Simulated::start([(HERE, region(kafka()))], vec![]).await;
    let facts = simulated.gather(HERE, &["msk-clusters"]).await;
    assert_eq!(gaps(&facts), []);
    let bound = facts.bindings.iter().map(|one| (one.certificate.as_str(), one.user.id.clone()));
    let expected = [("arn:ca-1", kafka_arn("strict")), ("arn:ca-2", kafka_arn("strict"))];
    assert_eq!(bound.collect::<Vec<_>>(), expected);
    let found: Vec<_> =
        facts.discovered.iter().map(|found| (found.endpoint.to_string(), found.private)).collect();
    let expected = [("b-1.example:9094", true), ("b-2.example:9094", true), ("o-1.example:9194", false)];
    assert_eq!(found, expected.map(|(endpoint, private)| (endpoint.to_owned(), private)));
    assert_eq!(simulated.asked("kafka:GetBootstrapBrokers"), 2, "a serverless cluster has none to tell");
}

#[tokio::test]
async fn brokers_of_one_cluster_that_are_denied_are_a_gap_of_that_cluster() {
    let mut answers = kafka();
    answers.push(
        Plain::refused("kafka:GetBootstrapBrokers", 403, "AccessDeniedException", "no")
            .about(kafka_arn("strict") + "/bootstrap-brokers"),
    );
    let simulated = Simulated::start([(HERE, region(answers))], vec![]).await;
    let facts = simulated.gather(HERE, &["msk-clusters"]).await;
    let gap = kafka_arn("strict");
    assert_eq!(gaps(&facts), [(Some(gap.as_str()), Reason::Denied, "kafka:GetBootstrapBrokers")]);
    assert_eq!((facts.bindings.len(), facts.discovered.len()), (2, 1));

    let faults = vec![Rule::new(DENIED).action("kafka:ListClustersV2")];
    let simulated = Simulated::start([(HERE, region(kafka()))], faults).await;
    let facts = simulated.gather(HERE, &["msk-clusters"]).await;
    assert_eq!((facts.len(), gaps(&facts)), (0, vec![(None, Reason::Denied, "kafka:ListClustersV2")]));
}

#[tokio::test]
async fn every_source_here_declares_exactly_the_actions_that_it_asks() {
    for (id, answers) in [("eks-clusters", eks()), ("msk-clusters", kafka())] {
        let region = answers.into_iter().fold(Region::default(), Region::answer);
        let simulated = Simulated::start([(HERE, region)], vec![]).await;
        simulated.gather(HERE, &[id]).await;
        let declared = (crate::simulated::source(id).actions)().into_iter().map(str::to_owned).collect();
        assert_eq!(simulated.actions(), declared, "{id}");
    }
}
