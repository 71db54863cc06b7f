//! What single services do in their own way: listeners, account limits, metrics in CBOR.

use howler_simulator::acm::Certificate;
use howler_simulator::{Metric, Region, autoscaling, elbv2};
use minicbor::Encoder;

use crate::client::{Caller, now, start};

#[tokio::test]
async fn listeners_show_their_default_certificate_only() {
    let day = chrono::TimeDelta::days(1);
    let arn = |id: &str| Certificate::issued(id, "a.example.com", now() - day, now() + day).arn();
    let mut region = Region::default();
    region.resources.add(elbv2::load_balancer("web", "application", "vpc-1", &["eu-west-1a"]));
    let listener = elbv2::listener(
        "web",
        "application",
        "HTTPS",
        443,
        Some(arn("default")),
        &[arn("sni-1"), arn("sni-2")],
    );
    region.resources.extend(listener);
    let simulator = start(region, Vec::new());
    let caller = Caller::new(&simulator);
    let ask = async |form: String| caller.query("elasticloadbalancing", &form).await;
    let balancer = ask("Action=DescribeLoadBalancers".to_owned()).await.element("LoadBalancerArn").unwrap();
    let listeners = ask(format!("Action=DescribeListeners&LoadBalancerArn={balancer}")).await;
    let ids = |arns: Vec<String>| -> Vec<String> {
        arns.iter().map(|arn| arn.rsplit('/').next().unwrap().to_owned()).collect()
    };
    assert_eq!(ids(listeners.elements("CertificateArn")), ["default"]);
    let listener = listeners.element("ListenerArn").unwrap();
    let all = ask(format!("Action=DescribeListenerCertificates&ListenerArn={listener}")).await;
    assert_eq!(ids(all.elements("CertificateArn")), ["default", "sni-1", "sni-2"]);
    assert_eq!(all.elements("IsDefault"), ["true", "false", "false"]);
    let missing = ask(format!("Action=DescribeListeners&LoadBalancerArn={balancer}0")).await;
    assert_eq!(missing.element("Code").as_deref(), Some("LoadBalancerNotFound"));
}

#[tokio::test]
async fn account_limits_follow_the_applied_quotas() {
    let mut region = Region::default();
    region.set_quota("autoscaling", "L-CDE20ADC", 7.0);
    region.set_quota("elasticloadbalancing", "L-53DA6B97", 9.0);
    region.resources.add(autoscaling::group("web", 1, &["eu-west-1a"], &[]));
    let simulator = start(region, Vec::new());
    let caller = Caller::new(&simulator);
    let limits = caller.query("autoscaling", "Action=DescribeAccountLimits").await;
    assert_eq!(limits.element("MaxNumberOfAutoScalingGroups").as_deref(), Some("7"));
    assert_eq!(limits.element("NumberOfAutoScalingGroups").as_deref(), Some("1"));
    let limits = caller.query("elasticloadbalancing", "Action=DescribeAccountLimits").await;
    assert_eq!(limits.elements("Max")[0], "9");
}

/// A request for the maximum of the vCPU metric over the hour before now, with so many queries.
fn metric_request(queries: u64) -> Vec<u8> {
    let mut out = Encoder::new(Vec::new());
    let end = now().timestamp();
    out.map(3)
        .unwrap()
        .str("StartTime")
        .unwrap()
        .tag(minicbor::data::Tag::new(1))
        .unwrap()
        .i64(end - 3600)
        .unwrap();
    out.str("EndTime").unwrap().tag(minicbor::data::Tag::new(1)).unwrap().f64(end as f64).unwrap();
    out.str("MetricDataQueries").unwrap().array(queries).unwrap();
    for number in 0..queries {
        out.map(2).unwrap().str("Id").unwrap().str(&format!("m{number}")).unwrap();
        out.str("MetricStat").unwrap().begin_map().unwrap().str("Period").unwrap().i64(3600).unwrap();
        out.str("Stat").unwrap().str("Maximum").unwrap().str("Metric").unwrap().map(3).unwrap();
        out.str("Namespace")
            .unwrap()
            .str("AWS/Usage")
            .unwrap()
            .str("MetricName")
            .unwrap()
            .str("ResourceCount")
            .unwrap();
        let dimensions =
            [("Class", "Standard/OnDemand"), ("Resource", "vCPU"), ("Service", "EC2"), ("Type", "Resource")];
        out.str("Dimensions").unwrap().array(4).unwrap();
        for (name, value) in dimensions {
            out.map(2)
                .unwrap()
                .str("Name")
                .unwrap()
                .str(name)
                .unwrap()
                .str("Value")
                .unwrap()
                .str(value)
                .unwrap();
        }
        out.end().unwrap();
    }
    out.into_writer()
}

#[tokio::test]
async fn metrics_answer_their_peak_in_cbor() {
    let mut metric = Metric::usage("EC2", "vCPU", "Standard/OnDemand", 40.0);
    metric.peaks.push((now() - chrono::TimeDelta::minutes(20), 55.0));
    let simulator = start(Region { metrics: vec![metric], ..Region::default() }, Vec::new());
    let caller = Caller::new(&simulator);
    let answer = caller.cbor("GetMetricData", &metric_request(1)).await;
    assert_eq!((answer.status, answer.head.contains("smithy-protocol: rpc-v2-cbor")), (200, true));
    let peak: Vec<u8> = [&[0xfb][..], &55.0_f64.to_be_bytes()].concat();
    assert!(answer.body.windows(peak.len()).any(|window| window == peak));
    let refused = caller.cbor("GetMetricData", &metric_request(501)).await;
    assert!(refused.head.contains("x-amzn-query-error: InvalidParameterValue;Sender"), "{}", refused.head);
}
