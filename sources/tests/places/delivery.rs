//! What stands in front of servers all over the world: CloudFront and Global Accelerator.

use howler_model::{
    Binding, CertificateUsage, CoverageStatus, Facts, Reason, Region as RegionName, Validity,
};
use howler_simulator::{Account, Fault, Plain, Region, Rule};

use crate::gaps::gaps;
use crate::simulated::{ACCOUNT, Simulated};

/// The places that are shown here.
pub(crate) const PLACES: &[&str] = &[
    "cloudfront_origin",
    "cloudfront_tenant",
    "cloudfront_trust_store",
    "cloudfront_viewer",
    "globalaccelerator",
];

const HERE: &str = "eu-west-1";
const DENIED: Fault = Fault::Deny { by_scp: false };
const XMLNS: &str = "xmlns=\"http://cloudfront.amazonaws.com/doc/2020-05-31/\"";

/// An account that answers so, wherever it is asked.
async fn answering(answers: Vec<Plain>, faults: Vec<Rule>) -> Simulated {
    let account = Account::new(ACCOUNT, "test").region("us-east-1", Region::default());
    let account = account.region("us-west-2", Region::default()).region(HERE, Region::default());
    Simulated::of(answers.into_iter().fold(account, Account::answer), faults).await
}

fn items(name: &str, items: &[String]) -> String {
    format!("<{name}><Quantity>{}</Quantity><Items>{}</Items></{name}>", items.len(), items.concat())
}

fn distribution(id: &str, enabled: bool, aliases: &[&str], rest: &str) -> String {
    let aliases: Vec<String> = aliases.iter().map(|name| format!("<CNAME>{name}</CNAME>")).collect();
    format!(
        "<DistributionSummary><Id>{id}</Id><ARN>arn:aws:cloudfront::{ACCOUNT}:distribution/{id}</ARN>\
         <Status>Deployed</Status><LastModifiedTime>2026-01-01T00:00:00Z</LastModifiedTime>\
         <DomainName>{id}.cloudfront.net</DomainName>{}<Comment/><PriceClass>PriceClass_All</PriceClass>\
         <Enabled>{enabled}</Enabled><WebACLId/><HttpVersion>http2</HttpVersion><IsIPV6Enabled>true</IsIPV6Enabled>\
         <Staging>false</Staging>{rest}</DistributionSummary>",
        items("Aliases", &aliases)
    )
}

fn viewer(certificate: &str, minimum: &str) -> String {
    format!(
        "<ViewerCertificate>{certificate}<SSLSupportMethod>sni-only</SSLSupportMethod>\
         <MinimumProtocolVersion>{minimum}</MinimumProtocolVersion></ViewerCertificate>"
    )
}

fn origin(domain: &str, policy: &str, rest: &str) -> String {
    format!(
        "<Origin><Id>to-{domain}</Id><DomainName>{domain}</DomainName><CustomOriginConfig><HTTPPort>80</HTTPPort>\
         <HTTPSPort>8443</HTTPSPort><OriginProtocolPolicy>{policy}</OriginProtocolPolicy>{rest}\
         </CustomOriginConfig></Origin>"
    )
}

fn distributions() -> Vec<Plain> {
    let client =
        "<OriginMtlsConfig><ClientCertificateArn>arn:client</ClientCertificateArn></OriginMtlsConfig>";
    let origins = [origin("origin.example", "https-only", client), origin("plain.example", "http-only", "")];
    let mtls = "<ViewerMtlsConfig><Mode>required</Mode><TrustStoreConfig><TrustStoreId>ts_1</TrustStoreId>\
                </TrustStoreConfig></ViewerMtlsConfig>";
    let shop = viewer("<ACMCertificateArn>arn:shop</ACMCertificateArn>", "TLSv1.2_2021");
    let shop = distribution(
        "E1",
        true,
        &["shop.example", "*.shop.example"],
        &[items("Origins", &origins), shop, mtls.to_owned()].concat(),
    );
    let old = viewer("<IAMCertificateId>ASCA1</IAMCertificateId>", "TLSv1");
    let old = distribution("E2", false, &["old.example"], &old);
    let own = viewer("<CloudFrontDefaultCertificate>true</CloudFrontDefaultCertificate>", "TLSv1");
    let own = distribution("E3", true, &[], &own);
    let page = |items: &[String], next: &str| {
        let text = format!(
            "<DistributionList {XMLNS}><Marker/>{next}<MaxItems>100</MaxItems><IsTruncated>{}</IsTruncated>\
             <Quantity>1</Quantity><Items>{}</Items></DistributionList>",
            !next.is_empty(),
            items.concat()
        );
        Plain::new("cloudfront:ListDistributions", text)
    };
    vec![page(&[shop], "<NextMarker>E2</NextMarker>"), page(&[old, own], "").about("Marker=E2")]
}

fn tenant(id: &str, domain: &str, certificate: &str) -> String {
    let certificate = match certificate {
        "" => String::new(),
        arn => format!("<Customizations><Certificate><Arn>{arn}</Arn></Certificate></Customizations>"),
    };
    format!(
        "<DistributionTenantSummary><Id>{id}</Id><DistributionId>E1</DistributionId><Name>{id}</Name>\
         <Arn>arn:tenant/{id}</Arn><Domains><member><Domain>{domain}</Domain><Status>active</Status></member></Domains>\
         {certificate}<CreatedTime>2026-01-01T00:00:00Z</CreatedTime>\
         <LastModifiedTime>2026-01-01T00:00:00Z</LastModifiedTime><ETag>e</ETag><Enabled>true</Enabled>\
         <Status>Deployed</Status></DistributionTenantSummary>"
    )
}

fn tenants() -> Vec<Plain> {
    let page = |items: &[String], next: &str| {
        let text = format!(
            "<ListDistributionTenantsResult {XMLNS}>{next}<DistributionTenantList>{}</DistributionTenantList>\
             </ListDistributionTenantsResult>",
            items.concat()
        );
        Plain::new("cloudfront:ListDistributionTenants", text)
    };
    let managed = format!(
        "<ManagedCertificateDetails {XMLNS}><CertificateArn>arn:managed</CertificateArn>\
         <CertificateStatus>issued</CertificateStatus></ManagedCertificateDetails>"
    );
    const MANAGED: &str = "cloudfront:GetManagedCertificateDetails";
    vec![
        page(&[tenant("own", "own.example", "arn:own")], "<NextMarker>t2</NextMarker>"),
        page(&[tenant("led", "led.example", ""), tenant("bare", "bare.example", "")], "").about("t2"),
        Plain::new(MANAGED, managed).about("managed-certificate/led"),
        Plain::refused(MANAGED, 404, "EntityNotFound", "nothing is managed")
            .about("managed-certificate/bare"),
    ]
}

fn trust_stores() -> Plain {
    let store = |id: &str, certificates: u32| {
        format!(
            "<TrustStoreSummary><Id>{id}</Id><Arn>arn:{id}</Arn><Name>{id}</Name><Status>active</Status>\
             <NumberOfCaCertificates>{certificates}</NumberOfCaCertificates>\
             <LastModifiedTime>2026-01-01T00:00:00Z</LastModifiedTime><ETag>e</ETag></TrustStoreSummary>"
        )
    };
    let stores = [store("ts_1", 3), store("ts_2", 1), store("ts_3", 0)].concat();
    let text = format!(
        "<ListTrustStoresResult {XMLNS}><TrustStoreList>{stores}</TrustStoreList></ListTrustStoresResult>"
    );
    Plain::new("cloudfront:ListTrustStores", text)
}

fn cloudfront() -> Vec<Plain> {
    distributions().into_iter().chain(tenants()).chain([trust_stores()]).collect()
}

fn of<'a>(facts: &'a Facts, kind: &str) -> Vec<&'a Binding> {
    facts.bindings.iter().filter(|one| one.user.kind == kind).collect()
}

#[tokio::test]
async fn distributions_of_every_page_bind_their_certificates_by_their_aliases() {
    let simulated = answering(cloudfront(), vec![]).await;
    let facts = simulated.gather(HERE, &["cloudfront"]).await;
    assert_eq!(gaps(&facts), []);
    let viewers = of(&facts, "cloudfront-distribution");
    let [shop, old] = viewers[..] else { panic!("{viewers:?}") };
    assert_eq!((shop.certificate.as_str(), shop.oldest), ("arn:shop", Some("TLSv1.2")));
    assert_eq!(shop.names, ["shop.example", "*.shop.example"]);
    assert_eq!(shop.endpoints, ["shop.example:443".parse().unwrap()]);
    assert_eq!(shop.user.scope.region(), Some(&RegionName::GLOBAL));
    assert_eq!((old.certificate.as_str(), old.oldest), ("ASCA1", Some("TLSv1.0")));
    assert!(old.endpoints.is_empty(), "it is disabled");

    let origins = of(&facts, "cloudfront-origin");
    let [client] = origins[..] else { panic!("{origins:?}") };
    assert_eq!((client.certificate.as_str(), client.user.name.as_str()), ("arn:client", "origin.example"));
    let discovered: Vec<_> = facts.discovered.iter().map(|one| one.endpoint.to_string()).collect();
    assert_eq!(discovered, ["origin.example:8443"]);
}

#[tokio::test]
async fn tenants_show_what_is_theirs_or_managed_or_shared() {
    let simulated = answering(cloudfront(), vec![]).await;
    let facts = simulated.gather(HERE, &["cloudfront"]).await;
    let tenants = of(&facts, "cloudfront-distribution-tenant");
    let shown: Vec<_> = tenants.iter().map(|one| (one.names.concat(), one.certificate.as_str())).collect();
    let expected = [("own.example", "arn:own"), ("led.example", "arn:managed"), ("bare.example", "arn:shop")];
    assert_eq!(shown, expected.map(|(name, arn)| (name.to_owned(), arn)));
    assert_eq!(simulated.asked("cloudfront:GetManagedCertificateDetails"), 2, "not where it has its own");
}

#[tokio::test]
async fn a_tenant_of_whom_it_is_not_told_what_is_managed_binds_nothing() {
    let denied = Rule::new(DENIED).action("cloudfront:GetManagedCertificateDetails");
    let simulated = answering(cloudfront(), vec![denied]).await;
    let facts = simulated.gather(HERE, &["cloudfront"]).await;
    assert_eq!(gaps(&facts), [(None, Reason::Denied, "cloudfront:GetManagedCertificateDetails")]);
    let tenants = of(&facts, "cloudfront-distribution-tenant");
    assert!(matches!(tenants[..], [own] if own.certificate == "arn:own"), "{tenants:?}");
}

#[tokio::test]
async fn trust_stores_of_cloudfront_are_unknown_with_who_uses_them() {
    let simulated = answering(cloudfront(), vec![]).await;
    let facts = simulated.gather(HERE, &["cloudfront"]).await;
    let found: Vec<_> =
        facts.certificates.iter().map(|one| (one.resource.name.as_str(), &one.usage)).collect();
    let used = CertificateUsage::By(vec![format!("arn:aws:cloudfront::{ACCOUNT}:distribution/E1")]);
    assert_eq!(found, [("ts_1", &used), ("ts_2", &CertificateUsage::Unused)], "an empty one has none");
    assert!(facts.certificates.iter().all(|one| matches!(one.validity, Validity::Unknown(_))));

    let denied = Rule::new(DENIED).action("cloudfront:ListDistributions");
    let facts = answering(cloudfront(), vec![denied]).await.gather(HERE, &["cloudfront"]).await;
    assert!(
        facts.certificates.iter().all(|one| one.usage == CertificateUsage::Unknown),
        "blind is not unused"
    );
}

#[tokio::test]
async fn an_account_in_which_all_is_denied_has_answered_nothing() {
    let facts = answering(cloudfront(), vec![Rule::new(DENIED).action("cloudfront:*")]).await;
    let facts = facts.gather(HERE, &["cloudfront"]).await;
    assert_eq!(facts.scopes[0].status(), CoverageStatus::Denied);
    assert_eq!((facts.len(), gaps(&facts).len()), (0, 3));
}

#[tokio::test]
async fn an_account_without_any_of_it_has_no_gap() {
    let simulated = answering(vec![], vec![]).await;
    let facts = simulated.gather(HERE, &["cloudfront", "global-accelerators"]).await;
    assert_eq!((gaps(&facts), facts.len()), (vec![], 0));
}

fn accelerators() -> Vec<Plain> {
    let accelerator = |name: &str, enabled: bool, address: &str| {
        format!(
            "{{\"AcceleratorArn\":\"arn:{name}\",\"Name\":\"{name}\",\"Enabled\":{enabled},\
             \"DnsName\":\"{name}.awsglobalaccelerator.com\",\
             \"IpSets\":[{{\"IpAddresses\":[\"{address}\"],\"IpAddressFamily\":\"IPv4\"}}]}}"
        )
    };
    let page = |items: &[String], next: &str| {
        let text = format!("{{\"Accelerators\":[{}]{next}}}", items.join(","));
        Plain::new("globalaccelerator:ListAccelerators", text)
    };
    let listeners = |ports: &str, next: &str| {
        let text = format!("{{\"Listeners\":[{{\"Protocol\":\"TCP\",\"PortRanges\":[{ports}]}}]{next}}}");
        Plain::new("globalaccelerator:ListListeners", text)
    };
    let range = |from: u16, to: u16| format!("{{\"FromPort\":{from},\"ToPort\":{to}}}");
    vec![
        page(&[accelerator("one", true, "192.0.2.1")], ",\"NextToken\":\"a2\""),
        page(&[accelerator("two", true, "192.0.2.2"), accelerator("off", false, "192.0.2.3")], "")
            .about("a2"),
        listeners(&range(80, 80), ",\"NextToken\":\"l2\"").about("arn:one"),
        listeners(&range(443, 443), "").about("\"NextToken\":\"l2\""),
        listeners(&range(1, 65_535), "").about("arn:two"),
    ]
}

#[tokio::test]
async fn accelerators_are_asked_in_the_one_region_that_answers_and_found_by_their_addresses() {
    let simulated = answering(accelerators(), vec![]).await;
    let facts = simulated.gather(HERE, &["global-accelerators"]).await;
    assert_eq!(gaps(&facts), []);
    let found: Vec<_> =
        facts.discovered.iter().map(|one| (one.endpoint.to_string(), one.user.name.as_str())).collect();
    let expected = [("192.0.2.1:443", "one"), ("192.0.2.2:443", "two")];
    assert_eq!(found, expected.map(|(endpoint, name)| (endpoint.to_owned(), name)));
    assert_eq!(simulated.asked("globalaccelerator:ListListeners"), 3, "not of one that is switched off");
    assert_eq!(simulated.regions("globalaccelerator"), ["us-west-2".to_owned()].into());
}

#[tokio::test]
async fn an_accelerator_whose_listeners_are_refused_is_a_gap_by_itself() {
    let denied = Rule::new(DENIED).action("globalaccelerator:ListListeners").first(1);
    let facts = answering(accelerators(), vec![denied]).await.gather(HERE, &["global-accelerators"]).await;
    let gaps = gaps(&facts);
    let [(Some(arn), Reason::Denied, "globalaccelerator:ListListeners")] = gaps[..] else {
        panic!("{gaps:?}")
    };
    assert!(facts.discovered.iter().all(|one| one.user.id != arn) && facts.discovered.len() == 1);
}

#[tokio::test]
async fn every_source_here_declares_exactly_the_actions_that_it_asks() {
    for id in ["cloudfront", "global-accelerators"] {
        let simulated = answering(cloudfront().into_iter().chain(accelerators()).collect(), vec![]).await;
        simulated.gather(HERE, &[id]).await;
        let declared = (crate::simulated::source(id).actions)().into_iter().map(str::to_owned).collect();
        assert_eq!(simulated.actions(), declared, "{id}");
    }
}
