//! Application, network and gateway load balancers: themselves, their listeners, and what belongs to those.

use aws_sdk_elasticloadbalancingv2::types::{
    Certificate, Listener, LoadBalancer, LoadBalancerTypeEnum, ProtocolEnum, Rule, TargetGroup, TrustStore,
};
use howler_model::Unseen;

use super::of_each::{Of, of_each};
use crate::aws::AccountRegion;
use crate::aws::access::{Listing, Page, listing};

/// The most that one page holds.
const PAGE: i32 = 400;

listing! {
    /// Load balancers of every type but classic.
    DescribeLoadBalancers: LoadBalancer = "elasticloadbalancing:DescribeLoadBalancers",
    elbv2(token) => elbv2.describe_load_balancers().page_size(PAGE).set_marker(token),
    page => Page::of(page.load_balancers, page.next_marker),
}

listing! {
    /// Target groups, with the load balancers that use them.
    DescribeTargetGroups: TargetGroup = "elasticloadbalancing:DescribeTargetGroups",
    elbv2(token) => elbv2.describe_target_groups().page_size(PAGE).set_marker(token),
    page => Page::of(page.target_groups, page.next_marker),
}

listing! {
    /// Trust stores, against which load balancers check the certificates of clients.
    DescribeTrustStores: TrustStore = "elasticloadbalancing:DescribeTrustStores",
    elbv2(token) => elbv2.describe_trust_stores().page_size(PAGE).set_marker(token),
    page => Page::of(page.trust_stores, page.next_marker),
}

/// The listeners of each application and network load balancer; a gateway load balancer has one fixed listener.
pub(crate) struct DescribeListeners;

impl Listing for DescribeListeners {
    type Item = Of<LoadBalancer, Vec<Listener>>;
    const ACTION: &'static str = "elasticloadbalancing:DescribeListeners";

    async fn ask(at: &AccountRegion) -> Result<Vec<Self::Item>, Unseen> {
        let load_balancers = at.list::<DescribeLoadBalancers>().await?;
        let gateway = Some(&LoadBalancerTypeEnum::Gateway);
        let listening = load_balancers.iter().filter(|balancer| balancer.r#type() != gateway);
        of_each(listening, |balancer| listeners(at, balancer)).await
    }
}

async fn listeners(at: &AccountRegion, balancer: &LoadBalancer) -> Result<Vec<Listener>, Unseen> {
    let client = at.elbv2();
    let arn = balancer.load_balancer_arn();
    at.pages(DescribeListeners::ACTION, |token| {
        let request = client.describe_listeners().set_load_balancer_arn(arn.map(str::to_owned));
        let sent = request.page_size(PAGE).set_marker(token).send();
        async move { sent.await.map(|page| Page::of(page.listeners, page.next_marker)) }
    })
    .await
}

/// The certificates of each listener that speaks TLS, the default one among them.
pub(crate) struct DescribeListenerCertificates;

impl Listing for DescribeListenerCertificates {
    type Item = Of<Listener, Vec<Certificate>>;
    const ACTION: &'static str = "elasticloadbalancing:DescribeListenerCertificates";

    async fn ask(at: &AccountRegion) -> Result<Vec<Self::Item>, Unseen> {
        let listeners = at.list::<DescribeListeners>().await?;
        of_each(seen(&listeners).filter(|listener| speaks_tls(listener)), |listener| {
            certificates(at, listener)
        })
        .await
    }
}

async fn certificates(at: &AccountRegion, listener: &Listener) -> Result<Vec<Certificate>, Unseen> {
    let client = at.elbv2();
    let arn = listener.listener_arn();
    at.pages(DescribeListenerCertificates::ACTION, |token| {
        let request = client.describe_listener_certificates().set_listener_arn(arn.map(str::to_owned));
        let sent = request.page_size(PAGE).set_marker(token).send();
        async move { sent.await.map(|page| Page::of(page.certificates, page.next_marker)) }
    })
    .await
}

/// The rules of each listener that can have some: those of application load balancers.
pub(crate) struct DescribeRules;

impl Listing for DescribeRules {
    type Item = Of<Listener, Vec<Rule>>;
    const ACTION: &'static str = "elasticloadbalancing:DescribeRules";

    async fn ask(at: &AccountRegion) -> Result<Vec<Self::Item>, Unseen> {
        let listeners = at.list::<DescribeListeners>().await?;
        of_each(seen(&listeners).filter(|listener| speaks_http(listener)), |listener| rules(at, listener))
            .await
    }
}

async fn rules(at: &AccountRegion, listener: &Listener) -> Result<Vec<Rule>, Unseen> {
    let client = at.elbv2();
    let arn = listener.listener_arn();
    at.pages(DescribeRules::ACTION, |token| {
        let request = client.describe_rules().set_listener_arn(arn.map(str::to_owned));
        let sent = request.page_size(PAGE).set_marker(token).send();
        async move { sent.await.map(|page| Page::of(page.rules, page.next_marker)) }
    })
    .await
}

/// The listeners of the load balancers whose listeners could be read.
fn seen(listeners: &[Of<LoadBalancer, Vec<Listener>>]) -> impl Iterator<Item = &Listener> {
    listeners.iter().filter_map(|of| of.answer.as_ref().ok()).flatten()
}

/// Whether a listener shows certificates to its clients.
pub(crate) fn speaks_tls(listener: &Listener) -> bool {
    matches!(listener.protocol(), Some(ProtocolEnum::Https | ProtocolEnum::Tls))
}

/// Whether a listener has rules: the protocols of application load balancers.
fn speaks_http(listener: &Listener) -> bool {
    matches!(listener.protocol(), Some(ProtocolEnum::Http | ProtocolEnum::Https))
}
