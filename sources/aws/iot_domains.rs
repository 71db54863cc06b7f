//! Domains by which devices reach IoT Core: those of customers with their certificates, and AWS's own.

use aws_sdk_iot::operation::describe_domain_configuration::DescribeDomainConfigurationOutput;
use aws_sdk_iot::types::{DomainConfigurationStatus, DomainConfigurationSummary, ServiceType};
use howler_model::{Binding, Discovered, Endpoint, FactKind, Resource, Service, Unseen};

use super::AccountRegion;
use super::access::Listing;
use super::listings::iot::ListDomainConfigurations;
use super::listings::of_each::of_each;
use crate::source::Gathered;
use crate::{Asked, Gather, Source};

const SERVICE: Service = Service::named("iot");
const DESCRIBE: &str = "iot:DescribeDomainConfiguration";

/// The source.
pub(crate) static SOURCE: Source = Source {
    id: "iot-domains",
    title: "Domains of IoT Core and the certificates that they use",
    service: SERVICE,
    kinds: &[FactKind::Binding, FactKind::Discovered],
    actions: || vec![ListDomainConfigurations::ACTION, DESCRIBE],
    quotas: &[],
    asked: Asked::Always,
    gather: Gather::Region(|at| Box::pin(gather(at))),
};

async fn gather(at: &AccountRegion) -> Gathered {
    let mut gathered = Gathered::default();
    let Some(listed) = gathered.note(None, at.list::<ListDomainConfigurations>().await) else {
        return gathered;
    };
    let described = of_each(listed.iter(), |listed| describe(at, listed)).await;
    for of in gathered.note(None, described).unwrap_or_default() {
        let arn = of.parent.domain_configuration_arn().unwrap_or_default();
        let name = of.parent.domain_configuration_name().unwrap_or(arn);
        if let Some(domain) = gathered.note(Some(arn), of.answer) {
            add(at.resource(SERVICE, "iot-domain", arn, name), &domain, &mut gathered);
        }
    }
    gathered
}

async fn describe(
    at: &AccountRegion,
    listed: &DomainConfigurationSummary,
) -> Result<DescribeDomainConfigurationOutput, Unseen> {
    let name = listed.domain_configuration_name.clone();
    let request = at.iot().describe_domain_configuration().set_domain_configuration_name(name);
    at.call(DESCRIBE, || request.clone().send()).await
}

/// A domain with certificates uses them; at one without, AWS shows its own.
fn add(user: Resource, domain: &DescribeDomainConfigurationOutput, gathered: &mut Gathered) {
    if domain.domain_configuration_status() == Some(&DomainConfigurationStatus::Disabled) {
        return;
    }
    let endpoints = endpoints(domain);
    let oldest = domain.tls_config().and_then(|tls| oldest(tls.security_policy()?));
    let binding = |certificate: &str| Binding {
        endpoints: endpoints.clone(),
        names: domain.domain_name().into_iter().map(str::to_owned).collect(),
        oldest,
        ..Binding::new(certificate, user.clone())
    };
    let certificates = domain.server_certificates().iter();
    let bound: Vec<Binding> =
        certificates.filter_map(|certificate| certificate.server_certificate_arn()).map(binding).collect();
    if bound.is_empty() {
        let found = |endpoint| Discovered { endpoint, user: user.clone(), private: false };
        gathered.facts.discovered.extend(endpoints.into_iter().map(found));
    }
    gathered.facts.bindings.extend(bound);
}

/// Data is served as HTTPS and, on a port of its own, as MQTT; all else as HTTPS.
fn endpoints(domain: &DescribeDomainConfigurationOutput) -> Vec<Endpoint> {
    let ports: &[u16] = match domain.service_type() {
        Some(ServiceType::Data) => &[443, 8883],
        _ => &[443],
    };
    let name = domain.domain_name().filter(|name| !name.starts_with('*'));
    let reached = |name: &str| ports.iter().filter_map(|port| Endpoint::direct(name, *port).ok()).collect();
    name.map(reached).unwrap_or_default()
}

/// What a security policy allows at least, as the guide of IoT Core has it.
fn oldest(policy: &str) -> Option<&'static str> {
    match policy {
        "IoTSecurityPolicy_TLS13_1_3_2022_10" => Some("TLSv1.3"),
        "IoTSecurityPolicy_TLS13_1_2_2022_10"
        | "IoTSecurityPolicy_TLS12_1_2_2022_10"
        | "IoTSecurityPolicy_TLS12_1_0_2016_01"
        | "IoTSecurityPolicy_TLS12_1_0_2015_01" => Some("TLSv1.2"),
        _ => None,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use aws_sdk_iot::operation::describe_domain_configuration::builders::DescribeDomainConfigurationOutputBuilder;
    use aws_sdk_iot::types::{ServerCertificateSummary, TlsConfig};
    use howler_model::Facts;

    use super::*;
    use crate::aws::certificate::somewhere;

    fn domain(certificates: &[&str]) -> DescribeDomainConfigurationOutputBuilder {
        let one = |arn: &&str| ServerCertificateSummary::builder().server_certificate_arn(*arn).build();
        DescribeDomainConfigurationOutput::builder()
            .domain_name("iot.example")
            .service_type(ServiceType::Data)
            .domain_configuration_status(DomainConfigurationStatus::Enabled)
            .set_server_certificates(Some(certificates.iter().map(one).collect()))
    }

    fn told(domain: DescribeDomainConfigurationOutputBuilder) -> Facts {
        let scope = somewhere("iot");
        let (id, name) = ("arn:d".to_owned(), "d".to_owned());
        let mut gathered = Gathered::default();
        add(Resource { scope, kind: "iot-domain", id, name }, &domain.build(), &mut gathered);
        gathered.facts
    }

    fn endpoints(facts: &Facts) -> Vec<String> {
        let bound = facts.bindings.iter().flat_map(|binding| &binding.endpoints);
        bound.chain(facts.discovered.iter().map(|found| &found.endpoint)).map(ToString::to_string).collect()
    }

    #[test]
    fn a_domain_with_a_certificate_is_bound_and_one_without_is_found() {
        let own = told(domain(&["arn:c"]));
        assert_eq!((own.bindings[0].certificate.as_str(), own.discovered.len()), ("arn:c", 0));
        assert_eq!(own.bindings[0].names, ["iot.example"]);
        assert_eq!(endpoints(&own), ["iot.example:443", "iot.example:8883"]);
        let theirs = told(domain(&[]));
        assert_eq!((theirs.bindings.len(), endpoints(&theirs).len()), (0, 2));
    }

    #[test]
    fn only_data_has_a_port_for_mqtt_and_a_wildcard_is_no_endpoint() {
        for service in [ServiceType::CredentialProvider, ServiceType::Jobs, "NEW".into()] {
            assert_eq!(endpoints(&told(domain(&["arn:c"]).service_type(service))), ["iot.example:443"]);
        }
        let wildcard = told(domain(&["arn:c"]).domain_name("*.iot.example"));
        assert_eq!(
            (endpoints(&wildcard).len(), &wildcard.bindings[0].names[..]),
            (0, &["*.iot.example".to_owned()][..])
        );
    }

    #[test]
    fn what_is_disabled_uses_nothing() {
        let disabled = DomainConfigurationStatus::Disabled;
        assert!(told(domain(&["arn:c"]).domain_configuration_status(disabled.clone())).is_empty());
        assert!(told(domain(&[]).domain_configuration_status(disabled)).is_empty());
        assert_eq!(told(domain(&["arn:c"]).set_domain_configuration_status(None)).bindings.len(), 1);
    }

    #[test]
    fn a_policy_says_what_is_the_oldest_protocol_and_an_unknown_one_does_not() {
        let of = |policy: &str| {
            let tls = TlsConfig::builder().security_policy(policy).build();
            told(domain(&["arn:c"]).tls_config(tls)).bindings[0].oldest
        };
        assert_eq!(of("IoTSecurityPolicy_TLS13_1_3_2022_10"), Some("TLSv1.3"));
        assert_eq!(of("IoTSecurityPolicy_TLS13_1_2_2022_10"), Some("TLSv1.2"));
        assert_eq!(of("IoTSecurityPolicy_TLS13_1_3_2099_01"), None);
        assert_eq!(told(domain(&["arn:c"])).bindings[0].oldest, None);
    }
}
