//! Names in public zones of Route 53 that may be endpoints.

use std::collections::BTreeSet;

use aws_sdk_route53::types::{HostedZone, ResourceRecordSet, RrType};
use howler_model::{Discovered, Endpoint, FactKind, Service};

use super::AccountRegion;
use super::access::Listing;
use super::listings::route53::{ListHostedZones, ListResourceRecordSets};
use crate::source::Gathered;
use crate::{Asked, Gather, Source};

const SERVICE: Service = Service::named("route53");

/// Where names of hosts are asked for TLS.
const HTTPS: u16 = 443;
/// Where servers that take mail are asked for it, after STARTTLS.
const SMTP: u16 = 25;

/// The source.
pub(crate) static SOURCE: Source = Source {
    id: "route53-records",
    title: "Names in public zones of Route 53: hosts, mail servers, HTTPS records",
    service: SERVICE,
    kinds: &[FactKind::Discovered],
    actions: || vec![ListHostedZones::ACTION, ListResourceRecordSets::ACTION],
    quotas: &[],
    asked: Asked::OnRequest,
    gather: Gather::Account(|at| Box::pin(gather(at))),
};

async fn gather(at: &AccountRegion) -> Gathered {
    let mut gathered = Gathered::default();
    let Some(zones) = gathered.note(None, at.list::<ListResourceRecordSets>().await) else {
        return gathered;
    };
    let mut known = BTreeSet::new();
    for zone in zones.iter() {
        let id = zone.parent.id();
        let Some(records) = gathered.note(Some(id), zone.answer.as_deref().map_err(Clone::clone)) else {
            continue;
        };
        for record in records {
            let fresh = endpoints(record).into_iter().filter(|endpoint| known.insert(endpoint.clone()));
            gathered
                .facts
                .discovered
                .extend(fresh.map(|endpoint| discovered(at, &zone.parent, record, endpoint)));
        }
    }
    gathered
}

fn discovered(
    at: &AccountRegion,
    zone: &HostedZone,
    record: &ResourceRecordSet,
    endpoint: Endpoint,
) -> Discovered {
    let id = format!("{}/{}/{}", zone.id().trim_start_matches('/'), record.name(), record.r#type());
    let user = at.resource(SERVICE, "route53-record", &id, unescaped(record.name()));
    Discovered { endpoint, user, private: false }
}

/// The endpoints that a record says something about.
fn endpoints(record: &ResourceRecordSet) -> Vec<Endpoint> {
    let owner = unescaped(record.name());
    let values = || record.resource_records().iter().map(|record| record.value());
    match record.r#type() {
        RrType::A | RrType::Aaaa | RrType::Cname => host(&owner, HTTPS).into_iter().collect(),
        RrType::Mx => values().filter_map(mail_server).collect(),
        RrType::Https => values().filter_map(|value| service(&owner, value, Some(HTTPS))).collect(),
        RrType::Svcb => values().filter_map(|value| service(&owner, value, None)).collect(),
        _ => Vec::new(),
    }
}

/// A host by its name; a wildcard is none, and neither is a name that begins with `_` (RFC 8552).
fn host(name: &str, port: u16) -> Option<Endpoint> {
    let name = name.trim_end_matches('.');
    let is_host = name.is_ascii()
        && !name.split('.').any(|label| label.is_empty() || label == "*" || label.starts_with('_'));
    Endpoint::direct(name, port).ok().filter(|_| is_host)
}

/// `10 mail.example.`; one that is only a dot takes no mail (RFC 7505).
fn mail_server(value: &str) -> Option<Endpoint> {
    let (_, name) = value.trim().split_once(char::is_whitespace)?;
    let name = unescaped(name.trim());
    let direct = host(&name, SMTP)?;
    format!("smtp://{}:{SMTP}", direct.host).parse().ok()
}

/// `1 . alpn=h2 port=8443` (RFC 9460): whoever asks for the owner is sent to a target and a port. One of priority 0
/// is an alias, whose target has records of its own.
fn service(owner: &str, value: &str, port: Option<u16>) -> Option<Endpoint> {
    let mut words = value.split_ascii_whitespace();
    let (priority, target): (u16, &str) = (words.next()?.parse().ok()?, words.next()?);
    let (of_owner, name) = port_and_name(owner);
    let said = words.find_map(|word| word.strip_prefix("port=")?.trim_matches('"').parse().ok());
    let port = said.or(of_owner).or(port).filter(|_| priority > 0)?;
    let target = if target == "." { name.to_owned() } else { unescaped(target) };
    let asked = host(name, port)?.host;
    host(&target, port)?.asked_for(&asked).ok()
}

/// `_8443._https.a.example` is about port 8443 of a.example.
fn port_and_name(owner: &str) -> (Option<u16>, &str) {
    let parts = owner.strip_prefix('_').and_then(|rest| rest.split_once("._"));
    let split = parts.and_then(|(port, rest)| Some((port.parse().ok()?, rest.split_once('.')?.1)));
    split.map_or((None, owner), |(port, name)| (Some(port), name))
}

/// The name as it is: Route 53 writes all but letters, digits and a few signs as `\052`, three octal digits.
fn unescaped(name: &str) -> String {
    let mut bytes = Vec::with_capacity(name.len());
    let mut rest = name.as_bytes();
    while let Some((&first, behind)) = rest.split_first() {
        let code = behind.get(..3).filter(|_| first == b'\\').and_then(octal);
        bytes.push(code.unwrap_or(first));
        rest = if code.is_some() { behind.get(3..).unwrap_or_default() } else { behind };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn octal(digits: &[u8]) -> Option<u8> {
    let digits = std::str::from_utf8(digits).ok().filter(|text| text.bytes().all(|b| b.is_ascii_digit()))?;
    u8::from_str_radix(digits, 8).ok()
}

#[cfg(test)]
mod tests {
    use aws_sdk_route53::types::{AliasTarget, ResourceRecord};

    use super::*;

    /// The endpoints of a record with these values.
    fn of(name: &str, kind: RrType, values: &[&str]) -> Vec<String> {
        let values = values.iter().map(|value| ResourceRecord::builder().value(*value).build().unwrap());
        let record = ResourceRecordSet::builder().name(name).r#type(kind);
        let record = record.set_resource_records(Some(values.collect())).build().unwrap();
        endpoints(&record).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn hosts_are_asked_by_their_own_name_wherever_it_leads() {
        for kind in [RrType::A, RrType::Aaaa, RrType::Cname] {
            assert_eq!(of("a.example.", kind, &["x", "y"]), ["a.example:443"]);
        }
        let alias =
            AliasTarget::builder().hosted_zone_id("Z").dns_name("lb.example.").evaluate_target_health(false);
        let record = ResourceRecordSet::builder().name("b.example.").r#type(RrType::A);
        let record = record.alias_target(alias.build().unwrap()).build().unwrap();
        assert_eq!(endpoints(&record), ["b.example:443".parse().unwrap()]);
    }

    #[test]
    fn what_is_no_host_is_passed_over() {
        for name in [
            "\\052.a.example.",
            "_acme-challenge.a.example.",
            "_x1._domainkey.a.example.",
            "a\\040b.example.",
        ] {
            assert_eq!(of(name, RrType::Cname, &["x"]), [""; 0], "{name}");
        }
        for kind in [RrType::Txt, RrType::Ns, RrType::Soa, RrType::Caa] {
            assert_eq!(of("a.example.", kind, &["x"]), [""; 0]);
        }
    }

    #[test]
    fn mail_servers_are_asked_on_their_own_port_and_a_dot_is_none() {
        assert_eq!(
            of("a.example.", RrType::Mx, &["10 mx1.a.example.", "20  mx2.b.example", "0 .", "mx3"]),
            ["mx1.a.example:25", "mx2.b.example:25"]
        );
        assert!("mx1.a.example:25".parse::<Endpoint>().unwrap().starttls.is_some());
    }

    #[test]
    fn service_records_say_target_and_port() {
        assert_eq!(of("a.example.", RrType::Https, &["1 . alpn=\"h2\" port=\"8443\""]), ["a.example:8443"]);
        assert_eq!(of("a.example.", RrType::Https, &["1 svc.b.example."]), ["svc.b.example:443#a.example"]);
        assert_eq!(of("_8443._https.a.example.", RrType::Https, &["1 ."]), ["a.example:8443"]);
        assert_eq!(
            of("a.example.", RrType::Https, &["0 b.example.", "x", ""]),
            [""; 0],
            "an alias, and nonsense"
        );
        assert_eq!(of("_dns.a.example.", RrType::Svcb, &["1 ."]), [""; 0], "no port");
        assert_eq!(
            of("a.example.", RrType::Svcb, &["1 dns.a.example. port=853"]),
            ["dns.a.example:853#a.example"]
        );
    }

    #[test]
    fn names_are_unescaped() {
        for (escaped, name) in [
            ("\\052.a.example.", "*.a.example."),
            ("a\\", "a\\"),
            ("a\\05", "a\\05"),
            ("\\777", "\\777"),
            ("", ""),
        ] {
            assert_eq!(unescaped(escaped), name);
        }
    }
}
