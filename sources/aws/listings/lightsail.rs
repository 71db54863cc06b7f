//! Lightsail: certificates, load balancers with theirs, and databases.

use aws_sdk_lightsail::types::{
    CertificateSummary, LoadBalancer, LoadBalancerTlsCertificate, RelationalDatabase,
};
use howler_model::Unseen;

use super::of_each::{Of, of_each};
use crate::aws::AccountRegion;
use crate::aws::access::{Listing, Page, listing};

listing! {
    /// Certificates of distributions and container services, with all that Lightsail says of them.
    GetCertificates: CertificateSummary = "lightsail:GetCertificates",
    lightsail(token) => lightsail.get_certificates().include_certificate_details(true).set_page_token(token),
    page => Page::of(page.certificates, page.next_page_token),
}

listing! {
    /// Load balancers, with the names of their certificates.
    GetLoadBalancers: LoadBalancer = "lightsail:GetLoadBalancers",
    lightsail(token) => lightsail.get_load_balancers().set_page_token(token),
    page => Page::of(page.load_balancers, page.next_page_token),
}

listing! {
    /// Databases, with the name of their authority.
    GetRelationalDatabases: RelationalDatabase = "lightsail:GetRelationalDatabases",
    lightsail(token) => lightsail.get_relational_databases().set_page_token(token),
    page => Page::of(page.relational_databases, page.next_page_token),
}

/// The certificates of each load balancer that has some, attached or not.
pub(crate) struct GetLoadBalancerTlsCertificates;

impl Listing for GetLoadBalancerTlsCertificates {
    type Item = Of<LoadBalancer, Vec<LoadBalancerTlsCertificate>>;
    const ACTION: &'static str = "lightsail:GetLoadBalancerTlsCertificates";

    async fn ask(at: &AccountRegion) -> Result<Vec<Self::Item>, Unseen> {
        let balancers = at.list::<GetLoadBalancers>().await?;
        let with_some = balancers.iter().filter(|balancer| !balancer.tls_certificate_summaries().is_empty());
        of_each(with_some, |balancer| certificates(at, balancer)).await
    }
}

async fn certificates(
    at: &AccountRegion,
    balancer: &LoadBalancer,
) -> Result<Vec<LoadBalancerTlsCertificate>, Unseen> {
    let name = balancer.name().map(str::to_owned);
    let request = at.lightsail().get_load_balancer_tls_certificates().set_load_balancer_name(name);
    let answer = at.call(GetLoadBalancerTlsCertificates::ACTION, || request.clone().send()).await?;
    Ok(answer.tls_certificates.unwrap_or_default())
}
