//! Certificates of database servers of RDS, Aurora, DocumentDB and Neptune, and of the authorities that signed them.
//!
//! Two dates: the server's own, which RDS renews, and that of its authority, which every client has to trust.
//! Authorities are listed once a region and joined: one that was retired cannot be asked for by name.

mod authority;
mod engine;
mod server;

use aws_sdk_rds::types::DbProxy;
use futures::future::join;
use howler_model::{Discovered, FactKind, Reason, Resource, Scope, Service, Unseen};

use self::server::Server;
use super::AccountRegion;
use super::access::Listing;
use super::listings::rds::{
    DescribeCertificates, DescribeDBClusters, DescribeDBInstances, DescribeDBProxies,
};
use crate::source::Gathered;
use crate::{Asked, Gather, Source};

const SERVICE: Service = Service::named("rds");

/// The source.
pub(crate) static SOURCE: Source = Source {
    id: "rds-certificates",
    title: "Certificates of RDS, Aurora, DocumentDB and Neptune servers and of their authorities",
    service: SERVICE,
    kinds: &[FactKind::Certificate, FactKind::Discovered],
    actions: || {
        vec![
            DescribeDBInstances::ACTION,
            DescribeDBClusters::ACTION,
            DescribeDBProxies::ACTION,
            DescribeCertificates::ACTION,
        ]
    },
    quotas: &[],
    asked: Asked::Always,
    gather: Gather::Region(|at| Box::pin(gather(at))),
};

async fn gather(at: &AccountRegion) -> Gathered {
    let mut gathered = Gathered::default();
    let (instances, clusters) = join(at.list::<DescribeDBInstances>(), at.list::<DescribeDBClusters>()).await;
    let complete = instances.is_ok() && clusters.is_ok();
    let instances = gathered.note(None, instances).unwrap_or_default();
    let clusters = gathered.note(None, clusters).unwrap_or_default();
    // Most regions have none, and then no more is worth a call.
    if instances.is_empty() && clusters.is_empty() {
        return gathered;
    }
    let (authorities, proxies) =
        join(at.list::<DescribeCertificates>(), at.list::<DescribeDBProxies>()).await;
    let scope = at.scope(SERVICE);
    let servers = instances.iter().map(Server::of_instance);
    let servers = servers.chain(clusters.iter().filter_map(Server::of_cluster));
    let servers: Vec<Server<'_>> = servers.filter_map(|server| named(server, &mut gathered)).collect();
    for server in &servers {
        gathered.facts.certificates.push(server.certificate(&scope));
        gathered.facts.discovered.extend(server.discovered(&scope));
    }
    if let Some(listed) = gathered.note(None, authorities) {
        let found = authority::certificates(&scope, &listed, &server::by_authority(&servers), complete);
        gathered.facts.certificates.extend(found);
    }
    let proxies = gathered.note(None, proxies).unwrap_or_default();
    gathered.facts.discovered.extend(proxies.iter().filter_map(|proxy| discovered(&scope, proxy)));
    gathered
}

/// What has no ARN cannot be told apart from scan to scan.
fn named<'a>(server: Server<'a>, gathered: &mut Gathered) -> Option<Server<'a>> {
    if server.arn.is_empty() {
        let unseen = Unseen::new(Reason::Malformed, server.listed, "a server without an ARN");
        gathered.miss(Some(server.name), unseen);
        return None;
    }
    Some(server)
}

/// A proxy serves a certificate that AWS renews, inside of its network.
fn discovered(scope: &Scope, proxy: &DbProxy) -> Option<Discovered> {
    let (engine, port) = match proxy.engine_family()? {
        "MYSQL" => ("mysql", 3306),
        "POSTGRESQL" => ("postgres", 5432),
        "SQLSERVER" => ("sqlserver-se", 1433),
        _ => return None,
    };
    let user = Resource {
        scope: scope.clone(),
        kind: "rds-proxy",
        id: proxy.db_proxy_arn()?.to_owned(),
        name: proxy.db_proxy_name().unwrap_or_default().to_owned(),
    };
    Some(Discovered { endpoint: engine::endpoint(engine, proxy.endpoint()?, port)?, user, private: true })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests {
    use aws_sdk_rds::types::DbInstance;

    use super::*;
    use crate::aws::certificate::somewhere;

    #[test]
    fn a_server_without_an_arn_is_a_gap() {
        let instance = DbInstance::builder().db_instance_identifier("db");
        let (bare, whole) = (instance.clone().build(), instance.db_instance_arn("arn:db").build());
        let mut gathered = Gathered::default();
        assert!(named(Server::of_instance(&whole), &mut gathered).is_some() && gathered.gaps.is_empty());
        assert!(named(Server::of_instance(&bare), &mut gathered).is_none());
        let [(item, unseen)] = &gathered.gaps[..] else { panic!("{:?}", gathered.gaps) };
        assert_eq!((item.as_deref(), unseen.action.as_str()), (Some("db"), "rds:DescribeDBInstances"));
    }

    #[test]
    fn a_proxy_is_found_where_its_engine_is_known() {
        let proxy = |family: &str| {
            let proxy = DbProxy::builder().db_proxy_arn("arn:p").db_proxy_name("p").endpoint("p.example");
            discovered(&somewhere("rds"), &proxy.engine_family(family).build())
        };
        let found = proxy("POSTGRESQL").unwrap();
        assert_eq!((found.endpoint.to_string().as_str(), found.private), ("p.example:5432", true));
        assert_eq!((found.user.kind, found.user.id.as_str()), ("rds-proxy", "arn:p"));
        assert_eq!(proxy("MYSQL").unwrap().endpoint.to_string(), "p.example:3306");
        assert_eq!(proxy("SQLSERVER").unwrap().endpoint.to_string(), "p.example:1433");
        assert_eq!(proxy("ELSE"), None);
        let creating = DbProxy::builder().db_proxy_arn("arn:p").engine_family("MYSQL").build();
        assert_eq!(discovered(&somewhere("rds"), &creating), None);
    }
}
