//! Custom domains of services: AppSync, Cognito, Amplify, App Runner, OpenSearch, Redshift.

use data_encoding::BASE64;
use howler_model::{Facts, Reason, Role, Validity};
use howler_simulator::{Fault, Plain, Region, Rule};
use rcgen::{CertificateParams, KeyPair};

use crate::simulated::Simulated;

/// The places that are shown here.
pub(crate) const PLACES: &[&str] = &[
    "appsync_domain",
    "cognito_domain",
    "cognito_saml",
    "amplify_domain",
    "apprunner_domain",
    "opensearch_endpoint",
    "redshift_custom_domain",
    "redshift_serverless_custom_domain",
];

const HERE: &str = "eu-west-1";

fn arn(what: &str) -> String {
    format!("arn:aws:acm:us-east-1:111111111111:certificate/{what}")
}

async fn gather(region: Region, faults: Vec<Rule>, id: &str) -> Facts {
    Simulated::start([(HERE, region)], faults).await.gather(HERE, &[id]).await
}

fn region(answers: impl IntoIterator<Item = Plain>) -> Region {
    answers.into_iter().fold(Region::default(), Region::answer)
}

/// Certificate and endpoints of each binding.
fn bound(facts: &Facts) -> Vec<(String, String)> {
    let endpoints = |it: &howler_model::Binding| {
        it.endpoints.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
    };
    let mut bound: Vec<_> = facts.bindings.iter().map(|it| (it.certificate.clone(), endpoints(it))).collect();
    bound.sort();
    bound
}

fn is(certificate: &str, endpoints: &str) -> (String, String) {
    (arn(certificate), endpoints.to_owned())
}

fn is_whole(facts: &Facts) {
    assert!(facts.scopes.iter().all(|scope| scope.gaps.is_empty()), "{:?}", facts.scopes);
}

fn denied(action: &str) -> Vec<Rule> {
    vec![Rule::new(Fault::Deny { by_scp: false }).action(action)]
}

/// Its one gap.
fn gap(facts: &Facts) -> (Option<&str>, Reason) {
    let [gap] = &facts.scopes[0].gaps[..] else { panic!("{:?}", facts.scopes) };
    (gap.item.as_deref(), gap.unseen.reason)
}

fn certificate() -> String {
    let params = CertificateParams::new(["idp.example".to_owned()]).unwrap();
    BASE64.encode(params.self_signed(&KeyPair::generate().unwrap()).unwrap().der())
}

#[tokio::test]
async fn domains_of_appsync_are_bound_on_every_page() {
    let list = "appsync:ListDomainNames";
    let one = |name: &str| {
        format!(
            r#"{{"domainName":"{name}.example.com","certificateArn":"{}","domainNameArn":"arn:d/{name}"}}"#,
            arn(name)
        )
    };
    let answers = || {
        region([
            Plain::new(list, format!(r#"{{"domainNameConfigs":[{}],"nextToken":"two"}}"#, one("a"))),
            Plain::new(list, format!(r#"{{"domainNameConfigs":[{}]}}"#, one("b"))).about("nextToken=two"),
        ])
    };
    let facts = gather(answers(), vec![], "appsync-domains").await;
    assert_eq!(bound(&facts), [is("a", "a.example.com:443"), is("b", "b.example.com:443")]);
    is_whole(&facts);
    let facts = gather(answers(), denied(list), "appsync-domains").await;
    assert_eq!((facts.bindings.len(), gap(&facts)), (0, (None, Reason::Denied)));
}

/// Two pools on two pages; one has a domain of its own, and a provider that signs.
fn pools(metadata: &str) -> Vec<Plain> {
    let pool = |id: &str, custom: &str| {
        Plain::new("cognito-idp:DescribeUserPool", format!(r#"{{"UserPool":{{"Id":"{id}"{custom}}}}}"#))
            .about(id)
    };
    let provider = format!(
        r#"{{"IdentityProvider":{{"ProviderType":"SAML","ProviderDetails":{{"MetadataFile":"{}"}}}}}}"#,
        metadata.replace('"', "\\\"")
    );
    let domain = format!(
        r#"{{"DomainDescription":{{"CustomDomainConfig":{{"CertificateArn":"{}"}}}}}}"#,
        arn("login")
    );
    let providers = r#"{"Providers":[{"ProviderName":"corp","ProviderType":"SAML"},
                                     {"ProviderName":"Google","ProviderType":"Google"}]}"#;
    vec![
        Plain::new(
            "cognito-idp:ListUserPools",
            r#"{"UserPools":[{"Id":"pool_1","Name":"people"}],"NextToken":"two"}"#,
        ),
        Plain::new("cognito-idp:ListUserPools", r#"{"UserPools":[{"Id":"pool_2"}]}"#)
            .about(r#""NextToken":"two""#),
        pool("pool_1", r#","CustomDomain":"login.example.com""#),
        pool("pool_2", r#","Domain":"prefix""#),
        Plain::new("cognito-idp:DescribeUserPoolDomain", domain).about("login.example.com"),
        Plain::new("cognito-idp:ListIdentityProviders", providers).about("pool_1"),
        Plain::new("cognito-idp:ListIdentityProviders", r#"{"Providers":[]}"#),
        Plain::new("cognito-idp:DescribeIdentityProvider", provider).about("corp"),
        Plain::new("cognito-idp:GetSigningCertificate", format!(r#"{{"Certificate":"{}"}}"#, certificate())),
    ]
}

fn metadata() -> String {
    format!(
        "<md:EntityDescriptor xmlns:md=\"urn:oasis:names:tc:SAML:2.0:metadata\"><md:IDPSSODescriptor>\
         <md:KeyDescriptor use=\"signing\"><ds:KeyInfo xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"><ds:X509Data>\
         <ds:X509Certificate>{}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>\
         </md:IDPSSODescriptor></md:EntityDescriptor>",
        certificate()
    )
}

#[tokio::test]
async fn the_domain_of_a_pool_is_bound_and_who_signs_for_it_is_read() {
    let simulated = Simulated::start([(HERE, region(pools(&metadata())))], vec![]).await;
    let facts = simulated.gather(HERE, &["cognito-domains"]).await;
    is_whole(&facts);
    assert_eq!(bound(&facts), [is("login", "login.example.com:443")]);
    let kinds: Vec<_> = facts.certificates.iter().map(|it| (it.resource.kind, it.role)).collect();
    let federation = Role::Federation;
    assert_eq!(kinds, [("cognito-saml-provider", federation), ("cognito-signing-certificate", federation)]);
    assert!(facts.certificates.iter().all(|it| matches!(it.validity, Validity::Until { .. })));
    assert_eq!(
        simulated.asked("cognito-idp:DescribeUserPoolDomain"),
        1,
        "a prefix has no certificate of ours"
    );
    assert_eq!(simulated.asked("cognito-idp:GetSigningCertificate"), 1, "without SAML nothing is signed");
    assert_eq!(simulated.asked("cognito-idp:DescribeIdentityProvider"), 1);
}

#[tokio::test]
async fn a_pool_that_is_refused_is_a_gap_of_its_own_and_hides_no_other() {
    let refused =
        Plain::refused("cognito-idp:DescribeUserPool", 400, "InternalErrorException", "no").about("pool_2");
    let facts = gather(region(pools(&metadata())).answer(refused), vec![], "cognito-domains").await;
    assert_eq!((facts.bindings.len(), facts.certificates.len()), (1, 2));
    let pool = format!("arn:aws:cognito-idp:{HERE}:111111111111:userpool/pool_2");
    assert_eq!(gap(&facts), (Some(pool.as_str()), Reason::Failed));
    let facts = gather(region(pools("<broken")), vec![], "cognito-domains").await;
    let provider = facts.certificates.iter().find(|it| it.resource.kind == "cognito-saml-provider").unwrap();
    assert!(matches!(provider.validity, Validity::Unknown(_)));
    assert_eq!(gap(&facts), (Some(provider.resource.id.as_str()), Reason::Malformed));
}

#[tokio::test]
async fn domains_of_amplify_are_bound_or_found() {
    let domain = |name: &str, certificate: &str| {
        format!(
            r#"{{"domainAssociationArn":"arn:d/{name}","domainName":"{name}.example","enableAutoSubDomain":false,
                 "domainStatus":"AVAILABLE","statusReason":"","certificate":{certificate},"subDomains":[
                 {{"verified":true,"dnsRecord":"x","subDomainSetting":{{"prefix":"www","branchName":"main"}}}}]}}"#
        )
    };
    let app = |id: &str| {
        format!(
            r#"{{"appId":"{id}","appArn":"arn:app/{id}","name":"{id}","description":"","repository":"","platform":"WEB",
                 "createTime":1767225600,"updateTime":1767225600,"environmentVariables":{{}},"defaultDomain":"x",
                 "enableBranchAutoBuild":false,"enableBasicAuth":false}}"#
        )
    };
    let (own, managed) = (
        format!(r#"{{"type":"CUSTOM","customCertificateArn":"{}"}}"#, arn("own")),
        r#"{"type":"AMPLIFY_MANAGED"}"#,
    );
    let list = "amplify:ListDomainAssociations";
    let answers = || {
        region([
            Plain::new("amplify:ListApps", format!(r#"{{"apps":[{}],"nextToken":"more"}}"#, app("one"))),
            Plain::new("amplify:ListApps", format!(r#"{{"apps":[{}]}}"#, app("two"))).about("nextToken=more"),
            Plain::new(
                list,
                format!(r#"{{"domainAssociations":[{}],"nextToken":"b"}}"#, domain("own", &own)),
            )
            .about("/apps/one/"),
            Plain::new(list, format!(r#"{{"domainAssociations":[{}]}}"#, domain("managed", managed)))
                .about("nextToken=b"),
            Plain::new(list, r#"{"domainAssociations":[]}"#),
        ])
    };
    let facts = gather(answers(), vec![], "amplify-domains").await;
    is_whole(&facts);
    assert_eq!(bound(&facts), [is("own", "www.own.example:443")]);
    let [found] = &facts.discovered[..] else { panic!("{:?}", facts.discovered) };
    assert_eq!(
        (found.endpoint.to_string().as_str(), found.user.id.as_str()),
        ("www.managed.example:443", "arn:d/managed")
    );
    let facts = gather(answers(), denied(list), "amplify-domains").await;
    assert_eq!(gap(&facts), (None, Reason::Denied), "one gap and not one for each app");
}

#[tokio::test]
async fn domains_of_app_runner_are_found() {
    let service = |name: &str, status: &str| {
        format!(r#"{{"ServiceName":"{name}","ServiceArn":"arn:s/{name}","Status":"{status}"}}"#)
    };
    let domains = |domains: &str, rest: &str| {
        format!(
            r#"{{"DNSTarget":"t","ServiceArn":"arn:s/a","VpcDNSTargets":[],"CustomDomains":[{domains}]{rest}}}"#
        )
    };
    let domain = |name: &str, status: &str| {
        format!(r#"{{"DomainName":"{name}.example","EnableWWWSubdomain":true,"Status":"{status}"}}"#)
    };
    let (list, describe) = ("apprunner:ListServices", "apprunner:DescribeCustomDomains");
    let services = |services: String, rest: &str| format!(r#"{{"ServiceSummaryList":[{services}]{rest}}}"#);
    let answers = || {
        region([
            Plain::new(list, services(service("a", "RUNNING"), r#","NextToken":"more""#)),
            Plain::new(list, services(service("b", "PAUSED"), "")).about(r#""NextToken":"more""#),
            Plain::new(describe, domains(&domain("up", "active"), r#","NextToken":"next""#)).about("arn:s/a"),
            Plain::new(describe, domains(&domain("new", "creating"), "")).about(r#""NextToken":"next""#),
        ])
    };
    let facts = gather(answers(), vec![], "app-runner-domains").await;
    is_whole(&facts);
    let found: Vec<_> = facts.discovered.iter().map(|it| it.endpoint.to_string()).collect();
    assert_eq!(found, ["up.example:443", "www.up.example:443"]);
    let facts = gather(answers(), denied(describe), "app-runner-domains").await;
    assert_eq!(gap(&facts), (None, Reason::Denied));
}

#[tokio::test]
async fn custom_endpoints_of_opensearch_are_bound() {
    let names: Vec<String> = (1..=6).map(|number| format!(r#"{{"DomainName":"d{number}"}}"#)).collect();
    let domain = |name: &str, options: &str| {
        format!(
            r#"{{"DomainId":"1/{name}","DomainName":"{name}","ARN":"arn:d/{name}","ClusterConfig":{{}},
                 "DomainEndpointOptions":{{{options}}}}}"#
        )
    };
    let custom = |name: &str| {
        format!(
            r#""CustomEndpointEnabled":true,"CustomEndpoint":"{name}.example","CustomEndpointCertificateArn":"{}",
               "TLSSecurityPolicy":"Policy-Min-TLS-1-0-2019-07""#,
            arn(name)
        )
    };
    let describe = "es:DescribeDomains";
    let answers = || {
        region([
            Plain::new("es:ListDomainNames", format!(r#"{{"DomainNames":[{}]}}"#, names.join(","))),
            Plain::new(
                describe,
                format!(r#"{{"DomainStatusList":[{},{}]}}"#, domain("d1", &custom("d1")), domain("d2", "")),
            )
            .about(r#""d1""#),
            Plain::new(describe, format!(r#"{{"DomainStatusList":[{}]}}"#, domain("d6", &custom("d6"))))
                .about(r#""d6""#),
        ])
    };
    let simulated = Simulated::start([(HERE, answers())], vec![]).await;
    let facts = simulated.gather(HERE, &["opensearch-domains"]).await;
    is_whole(&facts);
    assert_eq!(bound(&facts), [is("d1", "d1.example:443"), is("d6", "d6.example:443")]);
    assert!(facts.bindings.iter().all(|it| it.oldest == Some("TLSv1.0")));
    assert_eq!(simulated.asked(describe), 2, "five in one call");
    let refused = Plain::refused(describe, 409, "BaseException", "no").about(r#"["d6"]"#);
    let facts = gather(answers().answer(refused), vec![], "opensearch-domains").await;
    assert_eq!((facts.bindings.len(), gap(&facts)), (1, (Some("d6"), Reason::Failed)));
}

#[tokio::test]
async fn domains_of_redshift_are_bound_and_what_is_not_in_acm_has_its_date() {
    let association = |certificate: &str, name: &str| {
        format!(
            "<Association><CustomDomainCertificateArn>{certificate}</CustomDomainCertificateArn>\
             <CustomDomainCertificateExpiryDate>2027-01-01T00:00:00Z</CustomDomainCertificateExpiryDate>\
             <CertificateAssociations><CertificateAssociation><CustomDomainName>{name}.example</CustomDomainName>\
             <ClusterIdentifier>{name}</ClusterIdentifier></CertificateAssociation></CertificateAssociations></Association>"
        )
    };
    let describe = "redshift:DescribeCustomDomainAssociations";
    let page = |associations: String, rest: &str| {
        format!(
            "<DescribeCustomDomainAssociationsResponse xmlns=\"http://redshift.amazonaws.com/doc/2012-12-01/\">\
             <DescribeCustomDomainAssociationsResult><Associations>{associations}</Associations>{rest}\
             </DescribeCustomDomainAssociationsResult></DescribeCustomDomainAssociationsResponse>"
        )
    };
    let answers = || {
        region([
            Plain::new(describe, page(association(&arn("a"), "a"), "<Marker>two</Marker>")),
            Plain::new(describe, page(association("arn:aws:iam::1:server-certificate/b", "b"), ""))
                .about("Marker=two"),
        ])
    };
    let facts = gather(answers(), vec![], "redshift-domains").await;
    is_whole(&facts);
    let (b, at) = ("arn:aws:iam::1:server-certificate/b".to_owned(), "postgres://b.example:5439".to_owned());
    assert_eq!(bound(&facts), [is("a", "postgres://a.example:5439"), (b.clone(), at)]);
    let [other] = &facts.certificates[..] else { panic!("{:?}", facts.certificates) };
    let Validity::Until { not_after, .. } = &other.validity else { panic!("{other:?}") };
    assert_eq!((other.resource.id.clone(), not_after.format("%F").to_string()), (b, "2027-01-01".to_owned()));
    let facts = gather(answers(), denied(describe), "redshift-domains").await;
    assert_eq!(gap(&facts), (None, Reason::Denied));
}

#[tokio::test]
async fn domains_of_redshift_serverless_are_bound() {
    let list = "redshift-serverless:ListCustomDomainAssociations";
    let one = |name: &str| {
        format!(
            r#"{{"customDomainCertificateArn":"{}","customDomainCertificateExpiryTime":"2027-01-01T00:00:00Z",
                 "customDomainName":"{name}.example","workgroupName":"{name}"}}"#,
            arn(name)
        )
    };
    let answers = || {
        region([
            Plain::new(list, format!(r#"{{"associations":[{}],"nextToken":"two"}}"#, one("a"))),
            Plain::new(list, format!(r#"{{"associations":[{}]}}"#, one("b"))).about(r#""nextToken":"two""#),
        ])
    };
    let facts = gather(answers(), vec![], "redshift-serverless-domains").await;
    is_whole(&facts);
    assert_eq!(bound(&facts), [is("a", "postgres://a.example:5439"), is("b", "postgres://b.example:5439")]);
    assert!(facts.certificates.is_empty(), "ACM tells of its own");
    let facts = gather(answers(), denied(list), "redshift-serverless-domains").await;
    assert_eq!(gap(&facts), (None, Reason::Denied));
}
