//! Services that are not modelled say what they were told to say, and otherwise nothing, each in its own protocol.

use howler_simulator::{Account, Fault, Organization, Outcome, Plain, Region, Rule, Simulator, elbv2, iam};

use crate::client::{ACCOUNT, Answer, Caller, now, start};

/// An account with these answers, in eu-west-1 and without region.
fn with(local: Vec<Plain>, global: Vec<Plain>) -> Simulator {
    let region = Region { answers: local, ..Region::default() };
    let account = Account::new(ACCOUNT, "test").region("eu-west-1", region);
    let account = global.into_iter().fold(account, Account::answer);
    Simulator::start(Organization::of(account), Vec::new(), now()).unwrap()
}

fn classic(action: &str) -> String {
    format!("Action={action}&Version=2012-06-01")
}

#[tokio::test]
async fn query_services_that_hold_nothing_say_so_in_xml() {
    let simulator = start(Region::default(), Vec::new());
    let caller = Caller::new(&simulator);
    for (signing, action) in [
        ("rds", "DescribeDBInstances"),
        ("redshift", "DescribeCustomDomainAssociations"),
        ("elasticbeanstalk", "DescribeEnvironments"),
        ("iam", "ListSigningCertificates"),
        ("elasticloadbalancing", "DescribeTrustStoreAssociations"),
    ] {
        let answer = caller.query(signing, &format!("Action={action}")).await;
        assert_eq!(answer.element(&format!("{action}Result")).as_deref(), Some(""), "{signing}");
    }
    let answer = caller.query("elasticloadbalancing", &classic("DescribeLoadBalancers")).await;
    assert!(answer.text().contains("doc/2012-06-01/\"><DescribeLoadBalancersResult></"), "{}", answer.text());
    let answer = caller.query("ec2", "Action=DescribeVerifiedAccessEndpoints").await;
    assert!(answer.text().ends_with("</requestId></DescribeVerifiedAccessEndpointsResponse>"));
}

#[tokio::test]
async fn json_services_that_hold_nothing_say_so_in_json() {
    let simulator = start(Region::default(), Vec::new());
    let caller = Caller::new(&simulator);
    for (signing, action) in [
        ("acm-pca", "ListCertificateAuthorities"),
        ("apprunner", "ListServices"),
        ("cognito-idp", "ListUserPools"),
        ("dms", "DescribeCertificates"),
        ("ds", "DescribeDirectories"),
        ("globalaccelerator", "ListAccelerators"),
        ("lightsail", "GetCertificates"),
        ("network-firewall", "ListTLSInspectionConfigurations"),
        ("redshift-serverless", "ListCustomDomainAssociations"),
        ("transfer", "ListServers"),
    ] {
        let answer = caller.json(signing, action, "{}").await;
        assert_eq!((answer.status, answer.json()), (200, serde_json::json!({})), "{signing}");
        assert_eq!(caller.json(signing, "DeleteEverything", "{}").await.status, 400, "{signing}");
    }
}

#[tokio::test]
async fn rest_services_that_hold_nothing_say_so() {
    let simulator = start(Region::default(), Vec::new());
    let caller = Caller::new(&simulator);
    for (signing, path) in [
        ("amplify", "/apps?maxResults=5"),
        ("apigateway", "/domainnames"),
        ("apigateway", "/v2/domainnames"),
        ("appsync", "/v1/domainnames"),
        ("eks", "/clusters"),
        ("es", "/2021-01-01/domain"),
        ("iot", "/cacertificates"),
        ("kafka", "/api/v2/clusters"),
        ("rolesanywhere", "/trustanchors"),
        ("ses", "/v2/email/identities"),
        ("vpc-lattice", "/services"),
    ] {
        let answer = caller.get(signing, path).await;
        assert_eq!((answer.status, answer.json()), (200, serde_json::json!({})), "{signing}");
        let unknown = caller.get(signing, "/nothing/of/the/kind").await;
        assert_eq!(
            (unknown.status, error_type(&unknown)),
            (404, Some("UnknownOperationException")),
            "{signing}"
        );
    }
    for (signing, path, root) in [
        ("cloudfront", "/2020-05-31/distribution", "DistributionList"),
        ("route53", "/2013-04-01/hostedzone", "ListHostedZonesResponse"),
        ("s3", "/bucket?list-type=2", "ListBucketResult"),
    ] {
        let answer = caller.get(signing, path).await;
        assert!(answer.text().starts_with(&format!("<{root} xmlns=")), "{}", answer.text());
        assert!(answer.text().ends_with(&format!("></{root}>")), "{}", answer.text());
    }
}

#[tokio::test]
async fn an_answer_is_given_word_for_word_to_what_it_is_about() {
    let arn = "arn:aws:kafka:eu-west-1:111111111111:cluster/one/1";
    let simulator = with(
        vec![
            Plain::new("kafka:GetBootstrapBrokers", r#"{"bootstrapBrokerStringTls":"any"}"#),
            Plain::new("kafka:GetBootstrapBrokers", r#"{"bootstrapBrokerStringTls":"one"}"#).about(arn),
            Plain::new("s3:GetObject", b"\x00\xffbytes".to_vec()).about("truststore.der"),
            Plain::refused("s3:GetObject", 403, "AccessDenied", "Not yours.").about("secret.pem"),
        ],
        vec![Plain::new("cloudfront:ListDistributions", "<DistributionList>{account}</DistributionList>")],
    );
    let caller = Caller::new(&simulator);
    let brokers = async |cluster: &str| {
        let path = format!("/v1/clusters/{cluster}/bootstrap-brokers");
        caller.get("kafka", &path).await.json()["bootstrapBrokerStringTls"].as_str().unwrap().to_owned()
    };
    assert_eq!(brokers("arn%3Aaws%3Akafka%3Aeu-west-1%3A111111111111%3Acluster%2Fone%2F1").await, "one");
    assert_eq!(brokers("arn%3Aaws%3Akafka%3Aeu-west-1%3A111111111111%3Acluster%2Ftwo%2F2").await, "any");
    let answer = caller.region("us-east-1").get("cloudfront", "/2020-05-31/distribution").await;
    assert_eq!(answer.element("DistributionList").as_deref(), Some(ACCOUNT));
    assert_eq!(caller.get("s3", "/bucket/a/truststore.der?x-id=GetObject").await.body, b"\x00\xffbytes");
    let refused = caller.get("s3", "/bucket/secret.pem").await;
    assert_eq!((refused.status, refused.element("Message").as_deref()), (403, Some("Not yours.")));
    let missing = caller.get("s3", "/bucket/other.pem").await;
    assert_eq!((missing.status, missing.element("Code").as_deref()), (404, Some("NoSuchKey")));
    assert!(missing.text().starts_with("<Error>"));
}

#[tokio::test]
async fn what_is_modelled_too_can_be_said_plainly() {
    let said = "<ListSAMLProvidersResponse/>";
    let classics = "<DescribeLoadBalancersResponse/>";
    let local = vec![
        Plain::new("elasticloadbalancing:DescribeLoadBalancers", classics),
        Plain::new("ec2:DescribeClientVpnEndpoints", "<DescribeClientVpnEndpointsResponse/>"),
    ];
    let mut region = Region { answers: local, ..Region::default() };
    region.resources.add(elbv2::load_balancer("web", "application", "vpc-1", &["eu-west-1a"]));
    let mut account = Account::new(ACCOUNT, "test").region("eu-west-1", region);
    account.iam.resources.add(iam::saml_provider("modelled", now()));
    let account = account.answer(Plain::new("iam:ListSAMLProviders", said));
    let simulator = Simulator::start(Organization::of(account), Vec::new(), now()).unwrap();
    let caller = Caller::new(&simulator);
    assert_eq!(caller.query("iam", "Action=ListSAMLProviders").await.text(), said);
    assert!(caller.query("ec2", "Action=DescribeClientVpnEndpoints").await.text().ends_with("Response/>"));
    let balancers = async |form: &str| caller.query("elasticloadbalancing", form).await;
    assert_eq!(balancers(&classic("DescribeLoadBalancers")).await.text(), classics);
    let newer = balancers("Action=DescribeLoadBalancers&Version=2015-12-01").await;
    assert_eq!(newer.elements("LoadBalancerArn").len(), 1, "the newer ones are told apart");
}

fn error_type(answer: &Answer) -> Option<&str> {
    let value = answer.head.split("x-amzn-errortype: ").nth(1)?;
    value.split("\r\n").next()
}

#[tokio::test]
async fn faults_are_told_in_the_words_of_rest_services() {
    let rule = |fault| vec![Rule::new(fault)];
    let said = async |fault: Fault| {
        let simulator = start(Region::default(), rule(fault));
        let caller = Caller::new(&simulator);
        let json = caller.get("eks", "/clusters").await;
        let xml = caller.get("cloudfront", "/2020-05-31/distribution").await;
        let s3 = caller.get("s3", "/bucket/key").await;
        let code = |answer: &Answer| format!("{} {}", answer.status, answer.element("Code").unwrap());
        (format!("{} {}", json.status, error_type(&json).unwrap()), code(&xml), code(&s3))
    };
    let owned = |said: [&str; 3]| said.map(str::to_owned).into();
    assert_eq!(
        said(Fault::Deny { by_scp: false }).await,
        owned(["403 AccessDeniedException", "403 AccessDenied", "403 AccessDenied"])
    );
    assert_eq!(
        said(Fault::Throttle).await,
        owned(["429 TooManyRequestsException", "400 Throttling", "503 SlowDown"])
    );
    assert_eq!(
        said(Fault::ExpiredToken).await,
        owned(["403 ExpiredTokenException", "403 ExpiredToken", "400 ExpiredToken"])
    );
}

#[tokio::test]
async fn requests_are_logged_by_permission_and_by_operation() {
    let denied = Rule::new(Fault::Deny { by_scp: false }).action("apigateway:GetStages");
    let simulator = start(Region::default(), vec![denied]);
    let caller = Caller::new(&simulator);
    let stages = caller.get("apigateway", "/restapis/one/stages").await;
    assert!(stages.text().contains("is not authorized to perform: apigateway:GET"), "{}", stages.text());
    assert_eq!(caller.get("apigateway", "/restapis").await.status, 200);
    caller.get("s3", "/bucket?list-type=2").await;
    let requests = simulator.requests();
    let names: Vec<_> = requests.iter().map(|it| (it.action.as_str(), it.operation.as_str())).collect();
    let expected = [
        ("apigateway:GET", "apigateway:GetStages"),
        ("apigateway:GET", "apigateway:GetRestApis"),
        ("s3:ListBucket", "s3:ListObjectsV2"),
    ];
    assert_eq!(names, expected);
    assert_eq!(requests[0].outcome, Outcome::Refused("AccessDeniedException"));
}

#[tokio::test]
async fn pages_of_one_parent_are_not_those_of_another() {
    let simulator = start(Region::default(), Vec::new());
    let caller = Caller::new(&simulator);
    for path in ["/apps/a/domains", "/apps/a/domains?nextToken=2", "/apps/b/domains?nextToken=2"] {
        caller.get("amplify", path).await;
    }
    let tally = simulator.counters().actions["amplify:ListDomainAssociations"];
    assert_eq!((tally.calls, tally.needed, tally.pages), (3, 3, 2));
}

#[tokio::test]
async fn objects_are_handed_out_by_their_url_alone() {
    let bundle = Plain::new("s3:GetObject", "bundle of {account} in {region}").about("bundle-1");
    let location = "<Location>{endpoint}/_simulator/objects/bundle-1?X-Amz-Signature=0</Location>";
    let told = Plain::new("elasticloadbalancing:GetTrustStoreCaCertificatesBundle", location);
    let simulator = with(vec![bundle, told], Vec::new());
    let caller = Caller::new(&simulator);
    let form = "Action=GetTrustStoreCaCertificatesBundle&TrustStoreArn=x";
    let url = caller.query("elasticloadbalancing", form).await.element("Location").unwrap();
    let path = url.strip_prefix(&simulator.endpoint()).unwrap();
    let object = caller.request("GET", path, "", b"").await.unwrap();
    assert_eq!((object.status, object.text().as_str()), (200, "bundle of 111111111111 in eu-west-1"));
    let missing = caller.request("GET", "/_simulator/objects/bundle-2", "", b"").await.unwrap();
    assert_eq!((missing.status, missing.element("Code").as_deref()), (404, Some("NoSuchKey")));
    assert_eq!(simulator.requests().len(), 1);
}
