//! Which environments of Elastic Beanstalk set up listeners with which certificates.
//!
//! Their load balancers are seen by sources of their own, with their endpoints; this tells whose they are, and what
//! the next deployment will put back.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_elasticbeanstalk::types::{ConfigurationOptionSetting, EnvironmentDescription};
use howler_model::{Binding, FactKind, Resource, Service, Unseen};

use super::AccountRegion;
use super::access::Listing;
use super::listings::elastic_beanstalk::{DescribeConfigurationSettings, DescribeEnvironments};
use super::listings::security_policies::oldest_of;
use crate::source::Gathered;
use crate::{Asked, Gather, Source};

const SERVICE: Service = Service::named("elasticbeanstalk");

/// Namespaces of the listeners of application, network and classic load balancers begin so.
const LISTENERS: [&str; 2] = ["aws:elbv2:listener:", "aws:elb:listener:"];
/// The one secure listener of a classic load balancer, as older environments have it.
const OLD_LISTENER: &str = "aws:elb:loadbalancer";

/// The source.
pub(crate) static SOURCE: Source = Source {
    id: "elastic-beanstalk",
    title: "Certificates that environments of Elastic Beanstalk set up listeners with",
    service: SERVICE,
    kinds: &[FactKind::Binding],
    actions: || vec![DescribeEnvironments::ACTION, DescribeConfigurationSettings::ACTION],
    quotas: &[],
    asked: Asked::Always,
    gather: Gather::Region(|at| Box::pin(gather(at))),
};

async fn gather(at: &AccountRegion) -> Gathered {
    let mut gathered = Gathered::default();
    let listed = gathered.note(None, at.list::<DescribeConfigurationSettings>().await).unwrap_or_default();
    for of in listed.iter() {
        let user = user(at, &of.parent);
        let options = gathered.note(Some(&user.id), of.answer.as_ref().map_err(Unseen::clone));
        gathered.facts.bindings.extend(options.iter().flat_map(|options| bindings(&user, options)));
    }
    gathered
}

fn user(at: &AccountRegion, environment: &EnvironmentDescription) -> Resource {
    let arn = environment.environment_arn().unwrap_or_default();
    at.resource(SERVICE, "elastic-beanstalk-environment", arn, environment.environment_name().unwrap_or(arn))
}

/// The options of each listener by name.
type Listeners<'a> = BTreeMap<&'a str, BTreeMap<&'a str, &'a str>>;

/// One use for each certificate of each listener that is switched on.
fn bindings(user: &Resource, options: &[ConfigurationOptionSetting]) -> Vec<Binding> {
    let private = value(options, "aws:ec2:vpc", "ELBScheme") == Some("internal");
    let listeners = listeners(options);
    let enabled = listeners.values().filter(|options| options.get("ListenerEnabled") != Some(&"false"));
    let used: BTreeSet<(&str, Option<&'static str>)> = enabled.flat_map(certificates).collect();
    used.into_iter()
        .map(|(certificate, oldest)| Binding { private, oldest, ..Binding::new(certificate, user.clone()) })
        .collect()
}

fn value<'a>(options: &'a [ConfigurationOptionSetting], namespace: &str, name: &str) -> Option<&'a str> {
    let is_it = |option: &&ConfigurationOptionSetting| {
        option.namespace() == Some(namespace) && option.option_name() == Some(name)
    };
    options.iter().find(is_it)?.value()
}

fn listeners(options: &[ConfigurationOptionSetting]) -> Listeners<'_> {
    let mut listeners = Listeners::new();
    for option in options {
        let (Some(namespace), Some(name), Some(value)) =
            (option.namespace(), option.option_name(), option.value())
        else {
            continue;
        };
        if namespace == OLD_LISTENER || LISTENERS.iter().any(|begin| namespace.starts_with(begin)) {
            listeners.entry(namespace).or_default().insert(name, value);
        }
    }
    listeners
}

/// The certificates of a listener, with the oldest protocol that it allows.
fn certificates<'a>(options: &BTreeMap<&'a str, &'a str>) -> Vec<(&'a str, Option<&'static str>)> {
    let oldest = options.get("SSLPolicy").copied().and_then(oldest_of);
    let named = ["SSLCertificateArns", "SSLCertificateId"].into_iter().filter_map(|name| options.get(name));
    let split = named.flat_map(|list| list.split(',')).map(str::trim);
    split.filter(|certificate| !certificate.is_empty()).map(|certificate| (certificate, oldest)).collect()
}

#[cfg(test)]
mod tests {
    use howler_model::{Partition, Scope};

    use super::*;

    const SECURE: &str = "aws:elbv2:listener:443";

    fn found(options: &[(&str, &str, &str)]) -> Vec<(String, bool, Option<&'static str>)> {
        let option = |(namespace, name, value): &(&str, &str, &str)| {
            ConfigurationOptionSetting::builder()
                .namespace(*namespace)
                .option_name(*name)
                .value(*value)
                .build()
        };
        let options: Vec<_> = options.iter().map(option).collect();
        let account = "123456789012".parse().unwrap();
        let scope = Scope::aws(Partition::Aws, account, "eu-west-1".parse().unwrap(), SERVICE);
        let kind = "elastic-beanstalk-environment";
        let user = Resource { scope, kind, id: "arn:e".into(), name: "shop-prod".into() };
        let found = bindings(&user, &options);
        assert!(found.iter().all(|one| one.user == user && one.endpoints.is_empty()));
        found.into_iter().map(|one| (one.certificate, one.private, one.oldest)).collect()
    }

    #[test]
    fn every_certificate_of_every_kind_of_listener_is_used() {
        let options = [
            (SECURE, "SSLCertificateArns", "arn:a, arn:b"),
            (SECURE, "SSLPolicy", "ELBSecurityPolicy-2016-08"),
            ("aws:elb:listener:8443", "SSLCertificateId", "arn:c"),
            ("aws:elb:loadbalancer", "SSLCertificateId", "arn:d"),
        ];
        let names = ["arn:a", "arn:b", "arn:c", "arn:d"].map(str::to_owned);
        let oldest = [Some("TLSv1.0"), Some("TLSv1.0"), None, None];
        let expected: Vec<_> =
            names.into_iter().zip(oldest).map(|(name, oldest)| (name, false, oldest)).collect();
        assert_eq!(found(&options), expected);
    }

    #[test]
    fn what_is_switched_off_or_empty_or_elsewhere_is_none() {
        assert_eq!(found(&[(SECURE, "SSLCertificateArns", "")]), []);
        assert_eq!(found(&[("aws:cloudformation:x", "SSLCertificateArns", "arn:a")]), []);
        let on = |value| [(SECURE, "SSLCertificateArns", "arn:a"), (SECURE, "ListenerEnabled", value)];
        assert_eq!(found(&on("false")), []);
        assert_eq!(found(&on("true")).len(), 1);
    }

    #[test]
    fn an_internal_load_balancer_is_private() {
        let with = |scheme| [(SECURE, "SSLCertificateArns", "arn:a"), ("aws:ec2:vpc", "ELBScheme", scheme)];
        assert!(found(&with("internal")).iter().all(|(_, private, _)| *private));
        assert!(found(&with("public")).iter().all(|(_, private, _)| !private));
    }
}
