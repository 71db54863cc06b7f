//! Each service is spoken to and answers in its own protocol, errors included; everything asked is logged.

use crate::client::{ACCOUNT, Answer, Caller, now, start};
use howler_simulator::{Account, Metric, Organization, Outcome, Region, Simulator, demo, ec2};

fn code(answer: &Answer) -> (u16, String) {
    (answer.status, answer.element("Code").unwrap_or_default())
}

#[tokio::test]
async fn roles_are_assumed_only_where_they_exist() {
    let other = Account::new("222222222222", "other").region("eu-west-1", Region::default());
    let account = Account::new(ACCOUNT, "test").region("eu-west-1", Region::default());
    let simulator = Simulator::start(Organization::of(account).with(other), Vec::new(), now()).unwrap();
    let caller = Caller::new(&simulator);
    let assume = |account: &str, role: &str| {
        format!("Action=AssumeRole&RoleArn=arn:aws:iam::{account}:role/{role}&RoleSessionName=scan")
    };
    let answer = caller.query("sts", &assume("222222222222", "howler")).await;
    let session = Caller {
        key: answer.element("AccessKeyId").unwrap(),
        token: answer.element("SessionToken"),
        ..caller.clone()
    };
    let identity = session.query("sts", "Action=GetCallerIdentity").await;
    assert_eq!(identity.element("Account").as_deref(), Some("222222222222"));
    let arn = "arn:aws:sts::222222222222:assumed-role/howler/scan";
    assert_eq!(identity.element("Arn").as_deref(), Some(arn));
    for (account, role) in [("222222222222", "nobody"), ("999999999999", "howler")] {
        assert_eq!(
            code(&caller.query("sts", &assume(account, role)).await),
            (403, "AccessDenied".to_owned())
        );
    }
}

#[tokio::test]
async fn requests_need_credentials_that_are_known() {
    let simulator = start(Region::default(), Vec::new());
    let caller = Caller::new(&simulator);
    let bare = caller.send("/", "x-amz-target: Service.ListCertificates\r\n", b"{}").await.unwrap();
    assert_eq!(bare.status, 400);
    let stranger = caller.account("999999999999").query("ec2", "Action=DescribeVpcs").await;
    assert_eq!(code(&stranger), (401, "AuthFailure".to_owned()));
}

#[tokio::test]
async fn a_region_that_is_not_enabled_refuses_like_bad_credentials() {
    let simulator = start(Region::default(), Vec::new());
    let caller = Caller::new(&simulator).region("af-south-1");
    assert_eq!(code(&caller.query("ec2", "Action=DescribeVpcs").await), (401, "AuthFailure".to_owned()));
    let answer = caller.json("acm", "ListCertificates", "{}").await;
    assert_eq!(answer.json()["__type"], "UnrecognizedClientException");
    assert_eq!(caller.query("sts", "Action=GetCallerIdentity").await.status, 200);
}

#[tokio::test]
async fn unknown_and_writing_actions_are_refused_and_logged() {
    let simulator = start(Region::default(), Vec::new());
    let caller = Caller::new(&simulator);
    assert_eq!(
        code(&caller.query("ec2", "Action=TerminateInstances").await),
        (400, "InvalidAction".to_owned())
    );
    assert_eq!(code(&caller.query("iam", "Action=CreateUser").await), (400, "InvalidAction".to_owned()));
    let answer = caller.json("acm", "DeleteCertificate", "{}").await;
    assert_eq!(answer.json()["__type"], "UnknownOperationException");
    let answer = caller.json("lambda", "ListFunctions", "{}").await;
    assert_eq!(answer.json()["__type"], "UnknownOperationException");
    let answer = caller.cbor("PutMetricData", &[0xa0]).await;
    assert!(
        answer.head.contains("x-amzn-query-error: UnknownOperationException;Sender\r\n"),
        "{}",
        answer.head
    );
    let requests = simulator.requests();
    let actions: Vec<&str> = requests.iter().map(|request| request.action.as_str()).collect();
    let expected = [
        "ec2:TerminateInstances",
        "iam:CreateUser",
        "acm:DeleteCertificate",
        "lambda:ListFunctions",
        "cloudwatch:PutMetricData",
    ];
    assert_eq!(actions, expected);
    assert_eq!(requests.last().unwrap().outcome, Outcome::Refused("UnknownOperationException"));
    assert!(requests.iter().all(|request| request.account == ACCOUNT && request.region == "eu-west-1"));
}

#[tokio::test]
async fn filters_are_honoured_and_unknown_ones_refused() {
    let mut region = Region::default();
    region.resources.add(ec2::instance("i-1", "m5.large", "eu-west-1a"));
    region.resources.add(ec2::instance_in_state("i-2", "m5.large", "eu-west-1a", "stopped"));
    region.resources.add(ec2::spot_instance("i-3", "m5.large", "eu-west-1a"));
    region.resources.add(ec2::vpc("vpc-1", "10.0.0.0/16"));
    let simulator = start(region, Vec::new());
    let caller = Caller::new(&simulator);
    let ids = async |form: &str| caller.query("ec2", form).await.elements("instanceId");
    let running = "Action=DescribeInstances&Filter.1.Name=instance-state-name&Filter.1.Value.1=pending&Filter.1.Value.2=running";
    assert_eq!(ids(running).await, ["i-1", "i-3"]);
    let spot = format!("{running}&Filter.2.Name=instance-lifecycle&Filter.2.Value.1=spot");
    assert_eq!(ids(&spot).await, ["i-3"]);
    let owned = |owner: &str| format!("Action=DescribeVpcs&Filter.1.Name=owner-id&Filter.1.Value.1={owner}");
    assert_eq!(caller.query("ec2", &owned(ACCOUNT)).await.elements("vpcId"), ["vpc-1"]);
    assert!(caller.query("ec2", &owned("222222222222")).await.elements("vpcId").is_empty());
    let unknown = caller.query("ec2", "Action=DescribeVpcs&Filter.1.Name=colour&Filter.1.Value.1=red").await;
    assert_eq!(code(&unknown), (400, "InvalidParameterValue".to_owned()));
}

#[tokio::test]
async fn hostile_names_are_escaped() {
    let mut region = Region::default();
    region.resources.add(ec2::security_group("sg-1", "</groupName><script>&\"", "vpc-1", 0));
    let simulator = start(region, Vec::new());
    let answer = Caller::new(&simulator).query("ec2", "Action=DescribeSecurityGroups").await;
    assert_eq!(answer.element("groupName").as_deref(), Some("&lt;/groupName&gt;&lt;script&gt;&amp;&quot;"));
}

#[tokio::test]
async fn quotas_are_applied_over_default_and_measured_by_a_metric() {
    let mut region = Region::default();
    region.set_quota("ec2", "L-1216C47A", 200.0);
    region.metrics.push(Metric::usage("EC2", "vCPU", "Standard/OnDemand", 184.0));
    let simulator = start(region, Vec::new());
    let caller = Caller::new(&simulator);
    let get = r#"{"ServiceCode":"ec2","QuotaCode":"L-1216C47A"}"#;
    let applied = caller.json("servicequotas", "GetServiceQuota", get).await.json();
    let default = caller.json("servicequotas", "GetAWSDefaultServiceQuota", get).await.json();
    assert_eq!(
        (applied["Quota"]["Value"].as_f64(), default["Quota"]["Value"].as_f64()),
        (Some(200.0), Some(5.0))
    );
    let dimensions = applied["Quota"]["UsageMetric"]["MetricDimensions"].as_object().unwrap();
    let dimensions: Vec<_> =
        dimensions.iter().map(|(name, value)| serde_json::json!({"Name": name, "Value": value})).collect();
    let end = now().timestamp();
    let query = serde_json::json!({"StartTime": end - 3600, "EndTime": end, "MetricDataQueries": [{"Id": "m0", "MetricStat": {
        "Metric": {"Namespace": "AWS/Usage", "MetricName": "ResourceCount", "Dimensions": dimensions}, "Period": 300, "Stat": "Maximum"}}]});
    let data = caller.json("monitoring", "GetMetricData", &query.to_string()).await.json();
    let values = data["MetricDataResults"][0]["Values"].as_array().unwrap();
    assert!(values.len() >= 12 && values.iter().all(|value| value.as_f64() == Some(184.0)), "{data}");
}

#[tokio::test]
async fn quotas_of_global_services_are_in_their_home_region_only() {
    let (organization, faults) = demo(now());
    let simulator = Simulator::start(organization, faults, now()).unwrap();
    let caller = Caller::new(&simulator);
    let count = async |region: &str, action: &str, service: &str| {
        let body = format!(r#"{{"ServiceCode":"{service}"}}"#);
        caller.region(region).json("servicequotas", action, &body).await.json()["Quotas"]
            .as_array()
            .unwrap()
            .len()
    };
    assert_eq!(count("eu-west-1", "ListServiceQuotas", "iam").await, 0);
    assert!(count("us-east-1", "ListServiceQuotas", "iam").await > 5);
    assert!(
        count("us-east-1", "ListServiceQuotas", "ebs").await
            < count("us-east-1", "ListAWSDefaultServiceQuotas", "ebs").await
    );
}
