//! What connects networks and people with a VPC: Client VPN, site-to-site VPN, Verified Access.

use std::collections::BTreeSet;

use howler_model::{CertificateUsage, Facts, Reason, Role, Validity};
use howler_simulator::{Fault, Plain, Region, Rule};

use crate::bodies::{crl, days};
use crate::gaps::gaps;
use crate::simulated::{ACCOUNT, Simulated};

/// The places that are shown here.
pub(crate) const PLACES: &[&str] = &["client_vpn", "site_to_site_vpn", "verified_access"];

const HERE: &str = "eu-west-1";
const DENIED: Fault = Fault::Deny { by_scp: false };
const EXPORT: &str = "ec2:ExportClientVpnClientCertificateRevocationList";

async fn simulated(answers: Vec<Plain>, faults: Vec<Rule>) -> Simulated {
    let region = answers.into_iter().fold(Region::default(), Region::answer);
    Simulated::start([(HERE, region)], faults).await
}

fn arn(path: &str) -> String {
    format!("arn:aws:ec2:{HERE}:{ACCOUNT}:{path}")
}

/// An answer of EC2.
fn plain(operation: &str, inside: &str) -> Plain {
    let body = format!(
        "<{operation}Response xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\">{inside}</{operation}Response>"
    );
    Plain::new(format!("ec2:{operation}"), body)
}

/// Who uses which certificate.
fn bound(facts: &Facts) -> BTreeSet<(&str, &str)> {
    let bindings = facts.bindings.iter();
    bindings.map(|bound| (bound.user.id.as_str(), bound.certificate.as_str())).collect()
}

fn client_vpn(id: &str, code: &str, root: &str) -> String {
    let option = format!("<item><type>certificate-authentication</type>{root}</item>");
    format!(
        "<item><clientVpnEndpointId>{id}</clientVpnEndpointId><status><code>{code}</code></status>\
         <serverCertificateArn>arn:server-{id}</serverCertificateArn>\
         <authenticationOptions>{option}</authenticationOptions></item>"
    )
}

/// On two pages: one with a list, one with a broken list, one with none, one that asks for no certificates of
/// clients, and one that is gone.
fn client_vpns() -> Vec<Plain> {
    let root = "<mutualAuthentication><clientRootCertificateChain>arn:root</clientRootCertificateChain>\
                </mutualAuthentication>";
    let page = |items: &[String], rest: &str| {
        let inside = format!("<clientVpnEndpoint>{}</clientVpnEndpoint>{rest}", items.concat());
        plain("DescribeClientVpnEndpoints", &inside)
    };
    let list = |text: &str| {
        let name = "ExportClientVpnClientCertificateRevocationList";
        let list = format!("<certificateRevocationList>{text}</certificateRevocationList>");
        plain(name, &format!("{list}<status><code>active</code></status>"))
    };
    let directory = "<activeDirectory><directoryId>d-1</directoryId></activeDirectory>";
    let first = [client_vpn("good", "available", root), client_vpn("gone", "deleted", root)];
    let second = [
        client_vpn("bad", "pending-associate", root),
        client_vpn("none", "available", root),
        client_vpn("users", "available", directory),
    ];
    vec![
        page(&first, "<nextToken>two</nextToken>"),
        page(&second, "").about("NextToken=two"),
        list(&crl()).about("ClientVpnEndpointId=good"),
        list("?").about("ClientVpnEndpointId=bad"),
        plain("ExportClientVpnClientCertificateRevocationList", "").about("ClientVpnEndpointId=none"),
    ]
}

#[tokio::test]
async fn client_vpns_use_certificates_and_lists_of_revoked_clients() {
    let simulated = simulated(client_vpns(), vec![]).await;
    let facts = simulated.gather(HERE, &["client-vpns"]).await;
    let user = |id: &str| arn(&format!("client-vpn-endpoint/{id}"));
    let of = ["good", "bad", "none", "users"].map(user);
    let mut expected = BTreeSet::new();
    for (vpn, id) in of.iter().zip(["good", "bad", "none", "users"]) {
        expected.insert((vpn.clone(), format!("arn:server-{id}")));
    }
    expected.extend(of[..3].iter().map(|vpn| (vpn.clone(), "arn:root".to_owned())));
    let found: BTreeSet<_> = bound(&facts).into_iter().map(|(a, b)| (a.to_owned(), b.to_owned())).collect();
    assert_eq!(found, expected);

    let [good, bad] = &facts.certificates[..] else { panic!("{:?}", facts.certificates) };
    assert_eq!((&good.resource.id, good.role), (&format!("{}#crl", user("good")), Role::RevocationList));
    assert!(matches!(good.validity, Validity::Until { not_after, .. } if not_after == days(19)));
    assert_eq!(good.usage, CertificateUsage::By(vec![user("good")]));
    assert!(matches!(bad.validity, Validity::Unknown(_)));
    assert_eq!(gaps(&facts), [(Some(user("bad").as_str()), Reason::Malformed, EXPORT)]);
    assert_eq!(simulated.asked(EXPORT), 3);
}

#[tokio::test]
async fn lists_that_may_not_be_read_leave_the_bindings() {
    let denied = Rule::new(DENIED).action(EXPORT);
    let facts = simulated(client_vpns(), vec![denied]).await.gather(HERE, &["client-vpns"]).await;
    assert_eq!((facts.bindings.len(), facts.certificates.len()), (7, 0));
    assert_eq!(gaps(&facts), [(None, Reason::Denied, EXPORT)]);

    let gone = Plain::refused(EXPORT, 400, "InvalidClientVpnEndpointId.NotFound", "It is not there.");
    let answers = client_vpns().into_iter().chain([gone.about("ClientVpnEndpointId=bad")]).collect();
    let facts = simulated(answers, vec![]).await.gather(HERE, &["client-vpns"]).await;
    assert_eq!((facts.certificates.len(), gaps(&facts)), (1, vec![]), "deleted since it was listed");
}

fn site_to_site() -> Vec<Plain> {
    let gateway = |id: &str, state: &str, rest: &str| {
        format!("<item><customerGatewayId>{id}</customerGatewayId><state>{state}</state>{rest}</item>")
    };
    let certificate = "<certificateArn>arn:theirs</certificateArn>";
    let gateways = gateway("cgw-1", "available", certificate)
        + &gateway("cgw-2", "available", "")
        + &gateway("cgw-3", "deleted", certificate);
    let tunnel = |arn: &str| format!("<item><certificateArn>{arn}</certificateArn></item>");
    let tunnels = tunnel("arn:a") + &tunnel("arn:b");
    let connection = |id: &str, state: &str| {
        format!(
            "<item><vpnConnectionId>{id}</vpnConnectionId><state>{state}</state>\
             <vgwTelemetry>{tunnels}</vgwTelemetry></item>"
        )
    };
    let connections = connection("vpn-1", "available") + &connection("vpn-2", "deleting");
    vec![
        plain("DescribeCustomerGateways", &format!("<customerGatewaySet>{gateways}</customerGatewaySet>")),
        plain("DescribeVpnConnections", &format!("<vpnConnectionSet>{connections}</vpnConnectionSet>")),
    ]
}

#[tokio::test]
async fn both_sides_of_a_vpn_use_certificates() {
    let facts = simulated(site_to_site(), vec![]).await.gather(HERE, &["site-to-site-vpns"]).await;
    let (gateway, connection) = (arn("customer-gateway/cgw-1"), arn("vpn-connection/vpn-1"));
    let expected = [(gateway.as_str(), "arn:theirs"), (&connection, "arn:a"), (&connection, "arn:b")];
    assert_eq!(bound(&facts), BTreeSet::from(expected));
    assert_eq!(gaps(&facts), []);

    let denied = Rule::new(DENIED).action("ec2:DescribeCustomerGateways");
    let facts = simulated(site_to_site(), vec![denied]).await.gather(HERE, &["site-to-site-vpns"]).await;
    assert_eq!(bound(&facts), BTreeSet::from([(connection.as_str(), "arn:a"), (&connection, "arn:b")]));
    assert_eq!(gaps(&facts), [(None, Reason::Denied, "ec2:DescribeCustomerGateways")]);
}

fn applications() -> Vec<Plain> {
    let endpoint = |id: &str, domain: &str, rest: &str| {
        format!(
            "<item><verifiedAccessEndpointId>{id}</verifiedAccessEndpointId>\
             <applicationDomain>{domain}</applicationDomain>{rest}</item>"
        )
    };
    let certificate = "<domainCertificateArn>arn:c</domainCertificateArn>";
    let deleted = format!("{certificate}<status><code>deleted</code></status>");
    let active = format!("{certificate}<status><code>active</code></status>");
    let page = |items: String, rest: &str| {
        let inside = format!("<verifiedAccessEndpointSet>{items}</verifiedAccessEndpointSet>{rest}");
        plain("DescribeVerifiedAccessEndpoints", &inside)
    };
    let first = endpoint("vae-1", "app.example", &active) + &endpoint("vae-2", "old.example", &deleted);
    let second = endpoint("vae-3", "db.example", "") + &endpoint("vae-4", "more.example", &active);
    vec![page(first, "<nextToken>two</nextToken>"), page(second, "").about("NextToken=two")]
}

#[tokio::test]
async fn applications_are_reached_by_the_domains_of_their_certificates() {
    let facts = simulated(applications(), vec![]).await.gather(HERE, &["verified-access"]).await;
    let ends = |id: &str| arn(&format!("verified-access-endpoint/{id}"));
    let (one, four) = (ends("vae-1"), ends("vae-4"));
    assert_eq!(bound(&facts), BTreeSet::from([(one.as_str(), "arn:c"), (&four, "arn:c")]));
    let reached: Vec<String> =
        facts.bindings.iter().flat_map(|bound| &bound.endpoints).map(ToString::to_string).collect();
    assert_eq!(reached, ["app.example:443", "more.example:443"]);
    assert!(facts.bindings.iter().all(|bound| !bound.private && bound.names.len() == 1));
    assert_eq!(gaps(&facts), []);

    let denied = Rule::new(DENIED).action("ec2:DescribeVerifiedAccessEndpoints");
    let facts = simulated(applications(), vec![denied]).await.gather(HERE, &["verified-access"]).await;
    assert_eq!(gaps(&facts), [(None, Reason::Denied, "ec2:DescribeVerifiedAccessEndpoints")]);
}
