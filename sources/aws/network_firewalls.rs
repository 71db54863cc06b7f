//! Certificates of ACM with which Network Firewall looks into TLS: those of servers behind it, and the authority that
//! signs for all servers outside. When that one ends, nothing gets out any more.

use std::collections::BTreeSet;

use aws_sdk_networkfirewall::operation::describe_tls_inspection_configuration::DescribeTlsInspectionConfigurationOutput;
use aws_sdk_networkfirewall::types::TlsInspectionConfigurationMetadata;
use howler_model::{Binding, FactKind, Resource, Scope, Service, Unseen};

use super::AccountRegion;
use super::access::Listing;
use super::listings::network_firewall::ListTLSInspectionConfigurations;
use super::listings::of_each::of_each;
use crate::source::Gathered;
use crate::{Asked, Gather, Source};

const SERVICE: Service = Service::named("network-firewall");
const DESCRIBE: &str = "network-firewall:DescribeTLSInspectionConfiguration";

/// The source.
pub(crate) static SOURCE: Source = Source {
    id: "network-firewalls",
    title: "Certificates and authorities with which Network Firewall inspects TLS",
    service: SERVICE,
    kinds: &[FactKind::Binding],
    actions: || vec![ListTLSInspectionConfigurations::ACTION, DESCRIBE],
    quotas: &[],
    asked: Asked::Always,
    gather: Gather::Region(|at| Box::pin(gather(at))),
};

async fn gather(at: &AccountRegion) -> Gathered {
    let mut gathered = Gathered::default();
    let Some(listed) = gathered.note(None, at.list::<ListTLSInspectionConfigurations>().await) else {
        return gathered;
    };
    let described = of_each(listed.iter(), |one| describe(at, one)).await;
    let scope = at.scope(SERVICE);
    for of in gathered.note(None, described).unwrap_or_default() {
        let answer = gathered.note(of.parent.arn(), of.answer);
        let bound = answer.iter().flat_map(|answer| bindings(&scope, &of.parent, answer));
        gathered.facts.bindings.extend(bound);
    }
    gathered
}

async fn describe(
    at: &AccountRegion,
    listed: &TlsInspectionConfigurationMetadata,
) -> Result<DescribeTlsInspectionConfigurationOutput, Unseen> {
    let request = at.networkfirewall().describe_tls_inspection_configuration();
    let request = request.set_tls_inspection_configuration_arn(listed.arn().map(str::to_owned));
    at.call(DESCRIBE, || request.clone().send()).await
}

/// Each certificate of a configuration that some policy of a firewall uses. The firewall shows them on the way to
/// servers, so that it has no endpoints of its own.
fn bindings(
    scope: &Scope,
    listed: &TlsInspectionConfigurationMetadata,
    answer: &DescribeTlsInspectionConfigurationOutput,
) -> Vec<Binding> {
    let state = answer.tls_inspection_configuration_response();
    if state.and_then(|state| state.number_of_associations()) == Some(0) {
        return Vec::new();
    }
    let user = Resource {
        scope: scope.clone(),
        kind: "network-firewall-tls-inspection",
        id: listed.arn().unwrap_or_default().to_owned(),
        name: listed.name().unwrap_or_default().to_owned(),
    };
    let binding = |arn: &str| Binding { private: true, ..Binding::new(arn, user.clone()) };
    used(answer).into_iter().map(binding).collect()
}

/// The ARNs of the certificates and authorities of a configuration, each once.
fn used(answer: &DescribeTlsInspectionConfigurationOutput) -> BTreeSet<&str> {
    let configured = answer.tls_inspection_configuration();
    let each = configured.iter().flat_map(|configured| configured.server_certificate_configurations());
    each.flat_map(|one| {
        let servers = one.server_certificates().iter().filter_map(|server| server.resource_arn());
        servers.chain(one.certificate_authority_arn())
    })
    .collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use aws_sdk_networkfirewall::types::builders::TlsInspectionConfigurationResponseBuilder;
    use aws_sdk_networkfirewall::types::{
        ServerCertificate, ServerCertificateConfiguration, TlsInspectionConfiguration,
        TlsInspectionConfigurationResponse,
    };

    use super::*;
    use crate::aws::certificate::somewhere;

    fn inbound(arns: &[&str]) -> ServerCertificateConfiguration {
        let certificate = |&arn: &&str| ServerCertificate::builder().resource_arn(arn).build();
        let certificates = arns.iter().map(certificate).collect();
        ServerCertificateConfiguration::builder().set_server_certificates(Some(certificates)).build()
    }

    fn outbound(arn: &str) -> ServerCertificateConfiguration {
        ServerCertificateConfiguration::builder().certificate_authority_arn(arn).build()
    }

    fn state() -> TlsInspectionConfigurationResponseBuilder {
        TlsInspectionConfigurationResponse::builder()
            .tls_inspection_configuration_arn("arn:i")
            .tls_inspection_configuration_name("i")
            .tls_inspection_configuration_id("1")
    }

    fn bound(
        configurations: Vec<ServerCertificateConfiguration>,
        state: TlsInspectionConfigurationResponseBuilder,
    ) -> Vec<String> {
        let configured = TlsInspectionConfiguration::builder()
            .set_server_certificate_configurations(Some(configurations))
            .build();
        let answer = DescribeTlsInspectionConfigurationOutput::builder()
            .update_token("t")
            .tls_inspection_configuration(configured)
            .tls_inspection_configuration_response(state.build().unwrap())
            .build()
            .unwrap();
        let listed = TlsInspectionConfigurationMetadata::builder().arn("arn:i").name("i").build();
        let bound = bindings(&somewhere("network-firewall"), &listed, &answer);
        assert!(bound.iter().all(|one| one.private && one.endpoints.is_empty() && one.user.id == "arn:i"));
        bound.into_iter().map(|binding| binding.certificate).collect()
    }

    #[test]
    fn certificates_of_servers_and_the_authority_are_used_once_each() {
        let configured = || vec![inbound(&["b", "a"]), inbound(&["a"]), outbound("ca")];
        assert_eq!(bound(configured(), state().number_of_associations(1)), ["a", "b", "ca"]);
        assert_eq!(bound(configured(), state()), ["a", "b", "ca"], "not told is not unused");
        assert!(bound(configured(), state().number_of_associations(0)).is_empty());
        assert!(bound(Vec::new(), state().number_of_associations(1)).is_empty());
    }
}
