//! One database server as RDS describes it, and the facts about it.

use std::collections::BTreeMap;

use aws_sdk_rds::types::{CertificateDetails, DbCluster, DbInstance};
use howler_model::{
    Certificate, CertificateUsage, Discovered, Endpoint, Origin, Resource, Role, Scope, Validity,
};

use super::engine;
use crate::aws::access::Listing;
use crate::aws::certificate::validity;
use crate::aws::listings::rds::{DescribeDBClusters, DescribeDBInstances};

/// A server: an instance, or a cluster that has one certificate for all its instances.
pub(super) struct Server<'a> {
    pub(super) arn: &'a str,
    pub(super) name: &'a str,
    /// The action that listed it.
    pub(super) listed: &'static str,
    /// What it is, as resources are called.
    kind: &'static str,
    engine: &'a str,
    status: &'a str,
    endpoint: Option<Endpoint>,
    public: bool,
    /// The authority that was chosen for it.
    chosen: Option<&'a str>,
    /// The authority that is to be next.
    pending: Option<&'a str>,
    details: Option<&'a CertificateDetails>,
}

impl<'a> Server<'a> {
    pub(super) fn of_instance(instance: &'a DbInstance) -> Self {
        let engine = instance.engine().unwrap_or_default();
        let at = instance.endpoint().and_then(|at| Some((at.address()?, at.port()?)));
        Self {
            arn: instance.db_instance_arn().unwrap_or_default(),
            name: instance.db_instance_identifier().unwrap_or_default(),
            listed: DescribeDBInstances::ACTION,
            kind: "rds-instance",
            engine,
            status: instance.db_instance_status().unwrap_or_default(),
            endpoint: at.and_then(|(host, port)| engine::endpoint(engine, host, port)),
            public: instance.publicly_accessible() == Some(true),
            chosen: instance.ca_certificate_identifier(),
            pending: instance.pending_modified_values().and_then(|next| next.ca_certificate_identifier()),
            details: instance.certificate_details(),
        }
    }

    /// A cluster with a certificate of its own (Multi-AZ); in Aurora its instances have them, and are what its
    /// endpoint leads to.
    pub(super) fn of_cluster(cluster: &'a DbCluster) -> Option<Self> {
        let details = cluster
            .certificate_details()
            .filter(|details| details.ca_identifier().is_some() || details.valid_till().is_some())?;
        let engine = cluster.engine().unwrap_or_default();
        let next = cluster.pending_modified_values().and_then(|next| next.certificate_details());
        Some(Self {
            arn: cluster.db_cluster_arn().unwrap_or_default(),
            name: cluster.db_cluster_identifier().unwrap_or_default(),
            listed: DescribeDBClusters::ACTION,
            kind: "rds-cluster",
            engine,
            status: cluster.status().unwrap_or_default(),
            endpoint: cluster
                .endpoint()
                .zip(cluster.port())
                .and_then(|(host, port)| engine::endpoint(engine, host, port)),
            public: cluster.publicly_accessible() == Some(true),
            chosen: None,
            pending: next.and_then(|next| next.ca_identifier()),
            details: Some(details),
        })
    }

    /// The authority that signed its certificate, as far as RDS says.
    fn authority(&self) -> Option<&'a str> {
        self.details.and_then(|details| details.ca_identifier()).or(self.chosen)
    }

    pub(super) fn certificate(&self, scope: &Scope) -> Certificate {
        let resource = self.resource(scope, engine::kind(self.engine));
        Certificate {
            issuer: self.authority().map(str::to_owned),
            usage: CertificateUsage::By(vec![self.arn.to_owned()]),
            ..Certificate::dated(resource, Role::Database, Origin::Service, self.validity())
        }
    }

    fn validity(&self) -> Validity {
        match (self.details.and_then(|details| details.valid_till()), self.status) {
            (None, "creating") => Validity::NotIssued,
            (end, _) => validity(None, end, &self.missing()),
        }
    }

    fn missing(&self) -> String {
        let service = if self.engine == "neptune" { "Neptune" } else { "RDS" };
        let next = self.pending.map(|next| format!("; {next} is to sign the next one")).unwrap_or_default();
        format!("{service} does not tell when it ends{next}")
    }

    /// Where it shows its certificate, unless it is stopped.
    pub(super) fn discovered(&self, scope: &Scope) -> Option<Discovered> {
        let endpoint = self.endpoint.clone().filter(|_| !matches!(self.status, "stopped" | "stopping"))?;
        Some(Discovered { endpoint, user: self.resource(scope, self.kind), private: !self.public })
    }

    fn resource(&self, scope: &Scope, kind: &'static str) -> Resource {
        Resource { scope: scope.clone(), kind, id: self.arn.to_owned(), name: self.name.to_owned() }
    }
}

/// The ARNs of the servers by authority: the one that signed, and the one that was chosen and will.
pub(super) fn by_authority<'a>(servers: &[Server<'a>]) -> BTreeMap<&'a str, Vec<String>> {
    let mut users: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for server in servers {
        let chosen = server.chosen.filter(|chosen| server.authority() != Some(*chosen));
        for authority in server.authority().into_iter().chain(chosen) {
            users.entry(authority).or_default().push(server.arn.to_owned());
        }
    }
    users
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use aws_sdk_rds::primitives::DateTime as SdkTime;
    use aws_sdk_rds::types::builders::DbInstanceBuilder;
    use aws_sdk_rds::types::{Endpoint as At, PendingModifiedValues};

    use super::*;
    use crate::aws::certificate::{somewhere, time};

    const END: i64 = 1_800_000_000;

    fn details(authority: &str) -> CertificateDetails {
        CertificateDetails::builder().ca_identifier(authority).valid_till(SdkTime::from_secs(END)).build()
    }

    fn instance() -> DbInstanceBuilder {
        DbInstance::builder()
            .db_instance_arn("arn:db")
            .db_instance_identifier("db")
            .engine("postgres")
            .db_instance_status("available")
            .ca_certificate_identifier("rds-ca-rsa2048-g1")
            .endpoint(At::builder().address("db.example").port(5432).build())
    }

    fn fact(instance: DbInstanceBuilder) -> Certificate {
        Server::of_instance(&instance.build()).certificate(&somewhere("rds"))
    }

    fn until(end: i64) -> Validity {
        Validity::Until { not_before: None, not_after: time(&SdkTime::from_secs(end)).unwrap() }
    }

    #[test]
    fn a_server_ends_when_its_own_certificate_does() {
        let fact = fact(instance().certificate_details(details("rds-ca-2019")));
        assert_eq!(fact.validity, until(END));
        assert_eq!((fact.role, fact.origin), (Role::Database, Origin::Service));
        assert_eq!((fact.resource.kind, fact.resource.id.as_str()), ("rds-server-certificate", "arn:db"));
        assert_eq!(fact.issuer.as_deref(), Some("rds-ca-2019"), "what signed, not what was chosen");
        assert_eq!(fact.usage, CertificateUsage::By(vec!["arn:db".to_owned()]));
    }

    #[test]
    fn a_date_that_is_not_told_is_unknown_and_what_is_being_made_has_none_yet() {
        let unknown = |words: &str| Validity::Unknown(words.to_owned());
        assert_eq!(fact(instance()).validity, unknown("RDS does not tell when it ends"));
        let undated = CertificateDetails::builder().ca_identifier("rds-ca-2019").build();
        let pending = PendingModifiedValues::builder().ca_certificate_identifier("rds-ca-rsa4096-g1").build();
        assert_eq!(
            fact(instance().certificate_details(undated).pending_modified_values(pending)).validity,
            unknown("RDS does not tell when it ends; rds-ca-rsa4096-g1 is to sign the next one")
        );
        let neptune = fact(instance().engine("neptune"));
        assert_eq!(neptune.validity, unknown("Neptune does not tell when it ends"));
        assert_eq!(neptune.resource.kind, "neptune-server-certificate");
        assert_eq!(fact(instance().db_instance_status("creating")).validity, Validity::NotIssued);
        let soon = instance().db_instance_status("creating").certificate_details(details("rds-ca-2019"));
        assert_eq!(fact(soon).validity, until(END));
    }

    #[test]
    fn it_is_found_where_it_listens_unless_it_is_stopped() {
        let found = |instance: DbInstanceBuilder| {
            Server::of_instance(&instance.build()).discovered(&somewhere("rds"))
        };
        let private = found(instance()).unwrap();
        assert_eq!((private.endpoint.to_string().as_str(), private.private), ("db.example:5432", true));
        assert_eq!(private.user.kind, "rds-instance");
        assert!(!found(instance().publicly_accessible(true)).unwrap().private);
        assert!(found(instance().publicly_accessible(false)).unwrap().private);
        assert_eq!(found(instance().db_instance_status("stopped")), None);
        assert_eq!(found(instance().set_endpoint(None)), None);
    }

    #[test]
    fn only_a_cluster_with_a_certificate_of_its_own_is_a_server() {
        let cluster = || {
            let cluster = DbCluster::builder().db_cluster_arn("arn:cl").db_cluster_identifier("cl");
            cluster.engine("mysql").endpoint("cl.example").port(3306).publicly_accessible(true)
        };
        let empty = CertificateDetails::builder().build();
        assert!(Server::of_cluster(&cluster().build()).is_none());
        assert!(Server::of_cluster(&cluster().certificate_details(empty).build()).is_none());
        let built = cluster().certificate_details(details("rds-ca-2019")).build();
        let server = Server::of_cluster(&built).unwrap();
        assert_eq!(server.certificate(&somewhere("rds")).validity, until(END));
        let found = server.discovered(&somewhere("rds")).unwrap();
        assert_eq!((found.endpoint.to_string().as_str(), found.private), ("cl.example:3306", false));
        assert_eq!(found.user.kind, "rds-cluster");
    }

    #[test]
    fn an_authority_is_used_by_what_it_signed_and_by_what_chose_it() {
        let built = instance().certificate_details(details("rds-ca-2019")).build();
        let same = instance().db_instance_arn("arn:2").certificate_details(details("rds-ca-rsa2048-g1"));
        let same = same.build();
        let servers = [Server::of_instance(&built), Server::of_instance(&same)];
        let arns = |arns: &[&str]| arns.iter().map(|&arn| arn.to_owned()).collect::<Vec<_>>();
        let expected =
            [("rds-ca-2019", arns(&["arn:db"])), ("rds-ca-rsa2048-g1", arns(&["arn:db", "arn:2"]))];
        assert_eq!(by_authority(&servers), BTreeMap::from(expected));
    }
}
