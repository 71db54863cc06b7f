//! Services that set load balancers up by themselves: Lightsail, Elastic Beanstalk, VPC Lattice.

use chrono::{DateTime, TimeDelta, Utc};
use howler_model::{Certificate, CertificateUsage, Facts, Reason, Role, Validity};
use howler_simulator::{Fault, Plain, Region, Rule};

use crate::gaps::gaps;
use crate::simulated::{ACCOUNT, Simulated, now};

/// The places that are shown here.
pub(crate) const PLACES: &[&str] = &[
    "elasticbeanstalk_env",
    "lightsail_certificate",
    "lightsail_db",
    "lightsail_lb_certificate",
    "vpc_lattice_service",
];

const HERE: &str = "eu-west-1";
const DENIED: Fault = Fault::Deny { by_scp: false };

fn days(count: i64) -> DateTime<Utc> {
    now() + TimeDelta::days(count)
}

async fn answering(answers: Vec<Plain>, faults: Vec<Rule>) -> Simulated {
    let region = answers.into_iter().fold(Region::default(), Region::answer);
    Simulated::start([(HERE, region)], faults).await
}

fn certificate(name: &str, used: u32, rest: &str) -> String {
    format!(
        "{{\"certificateArn\":\"arn:{name}\",\"certificateName\":\"{name}\",\"domainName\":\"{name}.example\",\
         \"certificateDetail\":{{\"domainName\":\"{name}.example\",\
         \"subjectAlternativeNames\":[\"{name}.example\",\"www.{name}.example\"],\
         \"inUseResourceCount\":{used}{rest}}}}}"
    )
}

fn lightsail() -> Vec<Plain> {
    let certificates = |items: &[String], next: &str| {
        let text = format!("{{\"certificates\":[{}]{next}}}", items.join(","));
        Plain::new("lightsail:GetCertificates", text)
    };
    let (start, end) = (days(-80).timestamp(), days(20).timestamp());
    let shop = format!(
        ",\"status\":\"ISSUED\",\"serialNumber\":\"0a:bc\",\"keyAlgorithm\":\"RSA-2048\",\"notBefore\":{start}.0,\
         \"notAfter\":{end}.0,\"eligibleToRenew\":\"ELIGIBLE\",\
         \"renewalSummary\":{{\"renewalStatus\":\"PendingValidation\"}}"
    );
    let balancer = |name: &str, certificates: &str| {
        format!(
            "{{\"name\":\"{name}\",\"arn\":\"arn:{name}\",\"dnsName\":\"{name}.elb.example\",\
             \"tlsPolicyName\":\"TLS-2016-08\",\"tlsCertificateSummaries\":[{certificates}]}}"
        )
    };
    let balancers = |items: &[String], next: &str| {
        Plain::new("lightsail:GetLoadBalancers", format!("{{\"loadBalancers\":[{}]{next}}}", items.join(",")))
    };
    let of_balancer = |name: &str, attached: bool| {
        format!(
            "{{\"arn\":\"arn:{name}\",\"name\":\"{name}\",\"domainName\":\"{name}.example\",\"status\":\"ISSUED\",\
             \"isAttached\":{attached},\"notAfter\":{end}}}"
        )
    };
    let of_balancer =
        format!("{{\"tlsCertificates\":[{},{}]}}", of_balancer("new", true), of_balancer("old", false));
    let database = "{\"relationalDatabases\":[{\"name\":\"db\",\"arn\":\"arn:db\",\"engine\":\"mysql\",\
                    \"publiclyAccessible\":true,\"caCertificateIdentifier\":\"rds-ca-rsa2048-g1\",\
                    \"masterEndpoint\":{\"address\":\"db.example\",\"port\":3306}}]}";
    vec![
        certificates(&[certificate("shop", 1, &shop)], ",\"nextPageToken\":\"c2\""),
        certificates(&[certificate("draft", 0, ",\"status\":\"PENDING_VALIDATION\"")], "").about("c2"),
        balancers(&[balancer("web", "{\"name\":\"new\",\"isAttached\":true}")], ",\"nextPageToken\":\"b2\""),
        balancers(&[balancer("plain", "")], "").about("b2"),
        Plain::new("lightsail:GetLoadBalancerTlsCertificates", of_balancer).about("\"web\""),
        Plain::new("lightsail:GetRelationalDatabases", database),
    ]
}

fn named<'a>(facts: &'a Facts, arn: &str) -> &'a Certificate {
    facts.certificates.iter().find(|one| one.resource.id == arn).unwrap_or_else(|| panic!("no {arn}"))
}

#[tokio::test]
async fn certificates_of_lightsail_have_their_dates_and_their_renewal() {
    let simulated = answering(lightsail(), vec![]).await;
    let facts = simulated.gather(HERE, &["lightsail"]).await;
    assert_eq!(gaps(&facts), []);
    assert_eq!(facts.certificates.len(), 4);
    let shop = named(&facts, "arn:shop");
    assert_eq!(shop.validity, Validity::Until { not_before: Some(days(-80)), not_after: days(20) });
    assert_eq!(shop.names, ["shop.example", "www.shop.example"]);
    assert_eq!((shop.serial.as_deref(), &shop.usage), (Some("0abc"), &CertificateUsage::By(vec![])));
    let renewal = shop.renewal.as_ref().unwrap();
    assert_eq!((renewal.eligible, renewal.status.as_deref()), (true, Some("PENDING_VALIDATION")));
    let draft = named(&facts, "arn:draft");
    assert_eq!((&draft.validity, &draft.usage), (&Validity::NotIssued, &CertificateUsage::Unused));
    assert!(facts.certificates.iter().all(|one| one.role == Role::Leaf));
    assert_eq!(simulated.asked("lightsail:GetCertificates"), 2);
}

#[tokio::test]
async fn load_balancers_of_lightsail_show_the_certificate_that_is_attached() {
    let simulated = answering(lightsail(), vec![]).await;
    let facts = simulated.gather(HERE, &["lightsail"]).await;
    assert_eq!(named(&facts, "arn:new").usage, CertificateUsage::By(vec!["arn:web".to_owned()]));
    assert_eq!(named(&facts, "arn:old").usage, CertificateUsage::Unused);
    let shown: Vec<_> =
        facts.bindings.iter().filter(|one| one.user.kind == "lightsail-load-balancer").collect();
    let [web] = shown[..] else { panic!("{shown:?}") };
    assert_eq!((web.certificate.as_str(), web.oldest), ("arn:new", Some("TLSv1.0")));
    assert_eq!(web.endpoints, ["web.elb.example:443#new.example".parse().unwrap()]);
    assert_eq!(simulated.asked("lightsail:GetLoadBalancerTlsCertificates"), 1, "only where there are some");
}

#[tokio::test]
async fn databases_of_lightsail_name_their_authority_and_are_found() {
    let facts = answering(lightsail(), vec![]).await.gather(HERE, &["lightsail"]).await;
    let bound: Vec<_> = facts.bindings.iter().filter(|one| one.user.kind == "lightsail-database").collect();
    assert!(matches!(bound[..], [one] if one.certificate == "rds-ca-rsa2048-g1"), "{bound:?}");
    let found: Vec<_> = facts.discovered.iter().map(|one| (one.endpoint.to_string(), one.private)).collect();
    assert_eq!(found, [("db.example:3306".to_owned(), false)]);
}

#[tokio::test]
async fn what_one_call_of_lightsail_refuses_leaves_the_others() {
    const REFUSED: &str = "lightsail:GetLoadBalancerTlsCertificates";
    let simulated = answering(lightsail(), vec![Rule::new(DENIED).action(REFUSED)]).await;
    let facts = simulated.gather(HERE, &["lightsail"]).await;
    assert_eq!(gaps(&facts), [(None, Reason::Denied, REFUSED)]);
    assert_eq!((facts.certificates.len(), facts.discovered.len()), (2, 1));
}

fn environment(name: &str, tier: &str) -> String {
    format!(
        "<member><EnvironmentName>{name}</EnvironmentName><ApplicationName>app</ApplicationName>\
         <EnvironmentArn>arn:aws:elasticbeanstalk:{HERE}:{ACCOUNT}:environment/app/{name}</EnvironmentArn>\
         <Status>Ready</Status><Tier><Name>{tier}</Name></Tier></member>"
    )
}

fn beanstalk() -> Vec<Plain> {
    let said = |operation: &str, items: String| {
        let text = format!(
            "<{operation}Response xmlns=\"http://elasticbeanstalk.amazonaws.com/docs/2010-12-01/\">\
             <{operation}Result>{items}</{operation}Result></{operation}Response>"
        );
        Plain::new(format!("elasticbeanstalk:{operation}"), text)
    };
    let page = |environments: &[String], next: &str| {
        let environments = environments.concat();
        said("DescribeEnvironments", format!("<Environments>{environments}</Environments>{next}"))
    };
    let options = |options: &[(&str, &str, &str)]| {
        let option = |(namespace, name, value): &(&str, &str, &str)| {
            format!(
                "<member><Namespace>{namespace}</Namespace><OptionName>{name}</OptionName>\
                 <Value>{value}</Value></member>"
            )
        };
        let options: String = options.iter().map(option).collect();
        let items = format!(
            "<ConfigurationSettings><member><OptionSettings>{options}</OptionSettings></member></ConfigurationSettings>"
        );
        said("DescribeConfigurationSettings", items)
    };
    vec![
        page(&[environment("shop", "WebServer"), environment("jobs", "Worker")], "<NextToken>e2</NextToken>"),
        page(&[environment("blog", "WebServer")], "").about("NextToken=e2"),
        options(&[
            ("aws:elbv2:listener:443", "SSLCertificateArns", "arn:one,arn:two"),
            ("aws:elbv2:listener:443", "SSLPolicy", "ELBSecurityPolicy-TLS13-1-2-2021-06"),
            ("aws:ec2:vpc", "ELBScheme", "internal"),
        ])
        .about("EnvironmentName=shop"),
        options(&[("aws:elbv2:listener:default", "Protocol", "HTTP")]).about("EnvironmentName=blog"),
    ]
}

#[tokio::test]
async fn environments_bind_the_certificates_that_they_are_set_up_with() {
    let simulated = answering(beanstalk(), vec![]).await;
    let facts = simulated.gather(HERE, &["elastic-beanstalk"]).await;
    assert_eq!(gaps(&facts), []);
    let bound: Vec<_> =
        facts.bindings.iter().map(|one| (one.certificate.as_str(), one.user.name.as_str())).collect();
    assert_eq!(bound, [("arn:one", "shop"), ("arn:two", "shop")]);
    assert!(facts.bindings.iter().all(|one| one.private && one.oldest == Some("TLSv1.2")));
    assert_eq!(simulated.asked("elasticbeanstalk:DescribeEnvironments"), 2);
    assert_eq!(simulated.asked("elasticbeanstalk:DescribeConfigurationSettings"), 2, "not of the worker");
}

#[tokio::test]
async fn an_environment_that_does_not_tell_its_options_is_a_gap() {
    let refused = Rule::new(DENIED).action("elasticbeanstalk:DescribeConfigurationSettings").first(1);
    let facts = answering(beanstalk(), vec![refused]).await.gather(HERE, &["elastic-beanstalk"]).await;
    let gaps = gaps(&facts);
    let [(Some(item), Reason::Denied, _)] = gaps[..] else { panic!("{gaps:?}") };
    assert!(item.contains(":environment/app/"), "{item}");
}

fn lattice() -> Vec<Plain> {
    let arn = |account: &str, id: &str| format!("arn:aws:vpc-lattice:{HERE}:{account}:service/{id}");
    let service = |account: &str, id: &str, domain: &str| {
        let arn = arn(account, id);
        let text = format!("\"id\":\"{id}\",\"name\":\"{id}\",\"arn\":\"{arn}\",\"status\":\"ACTIVE\"");
        match domain {
            "" => format!("{{{text}}}"),
            name => format!("{{{text},\"customDomainName\":\"{name}\"}}"),
        }
    };
    let page = |items: &[String], next: &str| {
        Plain::new("vpc-lattice:ListServices", format!("{{\"items\":[{}]{next}}}", items.join(",")))
    };
    let detail = |id: &str, certificate: &str| {
        let arn = arn(ACCOUNT, id);
        let text = format!(
            "{{\"id\":\"{id}\",\"name\":\"{id}\",\"arn\":\"{arn}\",\"customDomainName\":\"{id}.example\"{certificate}}}"
        );
        Plain::new("vpc-lattice:GetService", text).about(format!("/services/{id}"))
    };
    let listeners =
        "{\"items\":[{\"protocol\":\"HTTPS\",\"port\":8443},{\"protocol\":\"HTTP\",\"port\":80}]}";
    vec![
        page(
            &[service(ACCOUNT, "svc-1", "svc-1.example"), service(ACCOUNT, "svc-2", "")],
            ",\"nextToken\":\"p2\"",
        ),
        page(
            &[service(ACCOUNT, "svc-3", "svc-3.example"), service("999999999999", "svc-4", "svc-4.example")],
            "",
        )
        .about("nextToken=p2"),
        detail("svc-1", ",\"certificateArn\":\"arn:acm\""),
        detail("svc-3", ""),
        Plain::new("vpc-lattice:ListListeners", listeners).about("/services/svc-1/listeners"),
    ]
}

#[tokio::test]
async fn services_of_vpc_lattice_bind_the_certificates_of_their_domains() {
    let simulated = answering(lattice(), vec![]).await;
    let facts = simulated.gather(HERE, &["vpc-lattice"]).await;
    assert_eq!(gaps(&facts), []);
    let [binding] = &facts.bindings[..] else { panic!("{:?}", facts.bindings) };
    assert_eq!((binding.certificate.as_str(), binding.user.name.as_str()), ("arn:acm", "svc-1"));
    assert_eq!(binding.names, ["svc-1.example"]);
    assert_eq!(binding.endpoints, ["svc-1.example:8443".parse().unwrap()]);
    assert!(binding.private);
    assert_eq!(simulated.asked("vpc-lattice:GetService"), 2, "of the account's own with a domain");
    assert_eq!(simulated.asked("vpc-lattice:ListListeners"), 1, "of the one with a certificate");
}

#[tokio::test]
async fn listeners_that_nobody_may_list_leave_the_certificate() {
    let refused = Rule::new(DENIED).action("vpc-lattice:ListListeners");
    let facts = answering(lattice(), vec![refused]).await.gather(HERE, &["vpc-lattice"]).await;
    assert_eq!(gaps(&facts), [(None, Reason::Denied, "vpc-lattice:ListListeners")]);
    assert!(matches!(&facts.bindings[..], [one] if one.endpoints.is_empty()), "{:?}", facts.bindings);
}

#[tokio::test]
async fn every_source_here_declares_exactly_the_actions_that_it_asks() {
    let answers = lightsail().into_iter().chain(beanstalk()).chain(lattice()).collect::<Vec<_>>();
    for id in ["elastic-beanstalk", "lightsail", "vpc-lattice"] {
        let simulated = answering(answers.clone(), vec![]).await;
        simulated.gather(HERE, &[id]).await;
        let declared = (crate::simulated::source(id).actions)().into_iter().map(str::to_owned).collect();
        assert_eq!(simulated.actions(), declared, "{id}");
    }
}
