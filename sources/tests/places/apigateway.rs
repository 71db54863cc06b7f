//! API Gateway: custom domains as two APIs tell of them, portals, client certificates and trust stores.

use howler_model::{CertificateUsage, Facts, Reason, Role, Validity};
use howler_simulator::{Fault, Plain, Region, Rule};
use rcgen::{CertificateParams, KeyPair};

use crate::simulated::Simulated;

/// The places that are shown here.
pub(crate) const PLACES: &[&str] = &[
    "apigateway_domain",
    "apigatewayv2_domain",
    "apigateway_mtls_truststore",
    "apigateway_client_certificate",
    "apigatewayv2_portal",
];

const HERE: &str = "eu-west-1";
const DOMAINS: &str = "apigateway:GetDomainNames";

fn arn(what: &str) -> String {
    format!("arn:aws:acm:{HERE}:111111111111:certificate/{what}")
}

/// A domain on each of two pages, and one more that only the newer API knows.
fn domains() -> Region {
    let mutual = r#"{"truststoreUri":"s3://trust/edge/ca.pem","truststoreVersion":"v7",
                     "truststoreWarnings":["a certificate has expired"]}"#;
    let first = format!(
        r#"{{"item":[{{"domainName":"edge.example.com","certificateArn":"{}","securityPolicy":"TLS_1_0",
             "endpointConfiguration":{{"types":["EDGE"]}},"certificateUploadDate":1767225600}}],"position":"two"}}"#,
        arn("edge")
    );
    let second = format!(
        r#"{{"item":[{{"domainName":"api.example.com","regionalCertificateArn":"{}",
             "securityPolicy":"SecurityPolicy_TLS13_1_3_2025_09","ownershipVerificationCertificateArn":"{}",
             "endpointConfiguration":{{"types":["REGIONAL"]}},"mutualTlsAuthentication":{mutual}}}]}}"#,
        arn("imported"),
        arn("proof")
    );
    let one = |name: &str, certificate: &str| {
        format!(
            r#"{{"domainName":"{name}","domainNameConfigurations":[
                 {{"certificateArn":"{certificate}","securityPolicy":"TLS_1_2","endpointType":"REGIONAL"}}]}}"#
        )
    };
    let newer = format!(
        r#"{{"items":[{},{}]}}"#,
        one("api.example.com", &arn("imported")),
        one("ws.example.com", &arn("ws"))
    );
    Region::default()
        .answer(Plain::new(DOMAINS, first))
        .answer(Plain::new(DOMAINS, second).about("position=two"))
        .answer(Plain::new(DOMAINS, newer).about("/v2/domainnames"))
}

fn pem(name: &str) -> String {
    let mut params = CertificateParams::new([name.to_owned()]).unwrap();
    params.not_after = rcgen::date_time_ymd(2027, 5, 1);
    params.self_signed(&KeyPair::generate().unwrap()).unwrap().pem()
}

fn in_json(text: &str) -> String {
    text.replace('\n', "\\n")
}

/// The certificate, endpoints and oldest protocol of each binding.
fn bound(facts: &Facts) -> Vec<(String, Vec<String>, Option<&str>)> {
    let endpoints = |it: &howler_model::Binding| it.endpoints.iter().map(ToString::to_string).collect();
    let mut bound: Vec<_> =
        facts.bindings.iter().map(|it| (it.certificate.clone(), endpoints(it), it.oldest)).collect();
    bound.sort();
    bound
}

#[tokio::test]
async fn domains_of_both_apis_are_told_once() {
    let simulated = Simulated::start([(HERE, domains())], vec![]).await;
    let facts = simulated.gather(HERE, &["apigateway-domains", "apigatewayv2-domains"]).await;
    let at = |name: &str| vec![format!("{name}.example.com:443")];
    assert_eq!(
        bound(&facts),
        [
            (arn("edge"), at("edge"), Some("TLSv1.0")),
            (arn("imported"), at("api"), Some("TLSv1.3")),
            (arn("proof"), vec![], None),
            (arn("ws"), at("ws"), Some("TLSv1.2")),
        ]
    );
    assert!(facts.scopes.iter().all(|scope| scope.gaps.is_empty()), "{:?}", facts.scopes);
    let [store] = &facts.certificates[..] else { panic!("{:?}", facts.certificates) };
    let words = "API Gateway warns: a certificate has expired".to_owned();
    assert_eq!((store.role, &store.validity), (Role::TrustStore, &Validity::Unknown(words)));
    // The newer API asks the listing of the older one, which is asked once.
    assert_eq!(simulated.asked("apigateway:GET"), 4, "two pages, the newer API, portals");
}

#[tokio::test]
async fn what_one_api_refuses_the_other_tells() {
    let refused = Plain::refused(DOMAINS, 403, "AccessDeniedException", "not you");
    let newer = domains().answers.remove(2);
    let simulated = Simulated::start([(HERE, Region::default().answer(refused).answer(newer))], vec![]).await;
    let facts = simulated.gather(HERE, &["apigateway-domains", "apigatewayv2-domains"]).await;
    let certificates: Vec<_> = bound(&facts).into_iter().map(|(arn, ..)| arn).collect();
    assert_eq!(certificates, [arn("imported"), arn("ws")]);
    let [gap] = &facts.scopes[0].gaps[..] else { panic!("{:?}", facts.scopes) };
    assert_eq!((gap.unseen.reason, gap.unseen.action.as_str()), (Reason::Denied, "apigateway:GET"));
}

#[tokio::test]
async fn a_portal_with_a_domain_of_its_own_is_bound() {
    let portal = |name: &str, status: &str| {
        format!(
            r#"{{"portalArn":"arn:aws:apigateway:{HERE}::/portals/{name}","publishStatus":"{status}",
                 "authorization":{{"none":{{}}}},"includedPortalProductArns":[],"lastModified":"2026-01-01T00:00:00Z",
                 "portalContent":{{"displayName":"x","theme":{{"customColors":{{"accentColor":"1","backgroundColor":"2",
                 "errorValidationColor":"3","headerColor":"4","navigationColor":"5","textColor":"6"}}}}}},
                 "portalId":"{name}","endpointConfiguration":{{"certificateArn":"{}","domainName":"{name}.example.com",
                 "portalDefaultDomainName":"p.example","portalDomainHostedZoneId":"Z"}}}}"#,
            arn(name)
        )
    };
    let (list, first) = ("apigateway:ListPortals", portal("dev", "PUBLISHED"));
    let region = Region::default()
        .answer(Plain::new(list, format!(r#"{{"items":[{first}],"nextToken":"two"}}"#)))
        .answer(
            Plain::new(list, format!(r#"{{"items":[{}]}}"#, portal("old", "DISABLED")))
                .about("nextToken=two"),
        );
    let facts =
        Simulated::start([(HERE, region)], vec![]).await.gather(HERE, &["apigatewayv2-domains"]).await;
    let dev = vec!["dev.example.com:443".to_owned()];
    assert_eq!(bound(&facts), [(arn("dev"), dev, None), (arn("old"), vec![], None)], "{:?}", facts.scopes);
}

/// Three client certificates, of which a stage shows one and none the others.
fn back_ends() -> Region {
    let one = |id: &str, pem: &str| {
        format!(
            r#"{{"clientCertificateId":"{id}","pemEncodedCertificate":"{}","createdDate":1767225600,
                 "expirationDate":1798761600}}"#,
            in_json(pem)
        )
    };
    let certificates = |some: &str, rest: &str| format!(r#"{{"item":[{some}]{rest}}}"#);
    let first = [one("used", &pem("used.example")), one("idle", &pem("idle.example"))].join(",");
    let stages = r#"{"item":[{"stageName":"live","clientCertificateId":"used"},{"stageName":"test"}]}"#;
    Region::default()
        .answer(Plain::new("apigateway:GetClientCertificates", certificates(&first, r#","position":"two""#)))
        .answer(
            Plain::new("apigateway:GetClientCertificates", certificates(&one("broken", "?"), ""))
                .about("position=two"),
        )
        .answer(Plain::new("apigateway:GetRestApis", r#"{"item":[{"id":"api1"},{"id":"api2"}]}"#))
        .answer(Plain::new("apigateway:GetStages", stages).about("/restapis/api1/stages"))
        .answer(Plain::new("apigateway:GetStages", r#"{"item":[]}"#))
}

#[tokio::test]
async fn client_certificates_are_read_and_who_shows_them_is_known() {
    let simulated = Simulated::start([(HERE, back_ends())], vec![]).await;
    let facts = simulated.gather(HERE, &["apigateway-client-certificates"]).await;
    let usage: Vec<_> = facts.certificates.iter().map(|it| it.usage.clone()).collect();
    let stage = format!("arn:aws:apigateway:{HERE}::/restapis/api1/stages/live");
    assert_eq!(
        usage,
        [CertificateUsage::By(vec![stage]), CertificateUsage::Unused, CertificateUsage::Unused]
    );
    let ends: Vec<_> = facts
        .certificates
        .iter()
        .map(|it| match &it.validity {
            Validity::Until { not_after, .. } => not_after.format("%F").to_string(),
            other => format!("{other:?}"),
        })
        .collect();
    assert_eq!(ends, ["2027-05-01", "2027-05-01", "2027-01-01"], "the last one is not read");
    let [gap] = &facts.scopes[0].gaps[..] else { panic!("{:?}", facts.scopes) };
    assert_eq!(gap.unseen.reason, Reason::Malformed);
    assert!(gap.item.as_deref().unwrap().ends_with("/clientcertificates/broken"));
}

#[tokio::test]
async fn a_stage_that_cannot_be_seen_leaves_open_who_shows_what() {
    let denied = Rule::new(Fault::Deny { by_scp: false }).action("apigateway:GetStages");
    let simulated = Simulated::start([(HERE, back_ends())], vec![denied]).await;
    let facts = simulated.gather(HERE, &["apigateway-client-certificates"]).await;
    assert_eq!(facts.certificates.len(), 3);
    assert!(facts.certificates.iter().all(|it| it.usage == CertificateUsage::Unknown));
    assert!(facts.scopes[0].gaps.iter().any(|gap| gap.unseen.reason == Reason::Denied));
}

#[tokio::test]
async fn stages_are_not_asked_where_there_is_no_client_certificate() {
    let simulated = Simulated::start([(HERE, Region::default())], vec![]).await;
    let facts = simulated.gather(HERE, &["apigateway-client-certificates"]).await;
    assert!(facts.certificates.is_empty() && facts.scopes[0].gaps.is_empty());
    assert_eq!(simulated.asked("apigateway:GET"), 1);
}

#[tokio::test]
async fn the_bundle_of_a_trust_store_is_read_where_somebody_asks_for_it() {
    let bundle = format!("{}{}", pem("one"), pem("two"));
    let region = domains().answer(Plain::new("s3:GetObject", bundle).about("/trust/edge/ca.pem"));
    let simulated = Simulated::start([(HERE, region)], vec![]).await;
    let facts = simulated.gather(HERE, &["apigateway-trust-stores"]).await;
    assert!(facts.scopes[0].gaps.is_empty(), "{:?}", facts.scopes);
    assert_eq!(facts.certificates.len(), 2);
    let user = format!("arn:aws:apigateway:{HERE}::/domainnames/api.example.com");
    for authority in &facts.certificates {
        assert_eq!(
            (authority.role, &authority.usage),
            (Role::TrustStore, &CertificateUsage::By(vec![user.clone()]))
        );
        assert!(authority.resource.id.starts_with("arn:aws:s3:::trust/edge/ca.pem?versionId=v7#"));
        assert!(matches!(authority.validity, Validity::Until { .. }));
    }
    assert_eq!(simulated.asked("s3:GetObject"), 1);
}

#[tokio::test]
async fn a_bundle_that_is_not_there_or_not_for_us_is_a_gap() {
    let denied = Plain::refused("s3:GetObject", 403, "AccessDenied", "not you");
    for (region, reason) in [(domains(), Reason::Failed), (domains().answer(denied), Reason::Denied)] {
        let simulated = Simulated::start([(HERE, region)], vec![]).await;
        let facts = simulated.gather(HERE, &["apigateway-trust-stores"]).await;
        assert!(facts.certificates.is_empty());
        let [gap] = &facts.scopes[0].gaps[..] else { panic!("{:?}", facts.scopes) };
        assert_eq!(gap.unseen.reason, reason, "{gap:?}");
    }
}
