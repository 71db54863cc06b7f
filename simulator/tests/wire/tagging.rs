//! The tags of resources: by type, by tag, and page by page.

use howler_simulator::acm::Certificate;
use howler_simulator::{Account, Organization, Region, Simulator, Value, elbv2};
use serde_json::{Value as Json, json};

use crate::client::{ACCOUNT, Caller, now, start};

fn certificate(number: u32) -> Certificate {
    Certificate::pending(&format!("c-{number:03}"), "a.example.com", now()).tag("team", "payments")
}

async fn ask(caller: &Caller, body: &Json) -> Json {
    let answer = caller.json("tagging", "GetResources", &body.to_string()).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()
}

fn arns(answer: &Json) -> Vec<String> {
    let list = answer["ResourceTagMappingList"].as_array().unwrap();
    list.iter().map(|one| one["ResourceARN"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn what_has_tags_is_listed_by_type_and_by_tag() {
    let mut region = Region { certificates: vec![certificate(0)], ..Region::default() };
    region.certificates.push(Certificate::pending("bare", "b.example.com", now()));
    let region = region.tag(elbv2::load_balancer_arn("web", "application"), "team", "edge");
    let simulator = start(region, Vec::new());
    let caller = Caller::new(&simulator);
    let all = ask(&caller, &json!({})).await;
    assert_eq!((arns(&all).len(), &all["PaginationToken"]), (2, &json!("")), "what has no tags is not there");
    assert_eq!(all["ResourceTagMappingList"][0]["Tags"], json!([{ "Key": "team", "Value": "payments" }]));
    for (body, ends) in [
        (json!({ "ResourceTypeFilters": ["acm:certificate"] }), &["c-000"][..]),
        (
            json!({ "ResourceTypeFilters": ["iam", "elasticloadbalancing:loadbalancer"] }),
            &["50dc6c495c0c9188"],
        ),
        (json!({ "TagFilters": [{ "Key": "team", "Values": ["edge"] }] }), &["50dc6c495c0c9188"]),
        (json!({ "TagFilters": [{ "Key": "owner" }] }), &[]),
    ] {
        let found = arns(&ask(&caller, &body).await);
        let ended: Vec<&str> = found.iter().map(|arn| arn.rsplit('/').next().unwrap()).collect();
        assert_eq!(ended, ends, "{body}");
    }
}

#[tokio::test]
async fn pages_hold_a_hundred_and_the_last_token_is_empty() {
    let region = Region { certificates: (0..250).map(certificate).collect(), ..Region::default() };
    let simulator = start(region, Vec::new());
    let caller = Caller::new(&simulator);
    let (mut sizes, mut token) = (Vec::new(), Json::Null);
    while token != json!("") {
        let body = json!({ "ResourcesPerPage": 100, "PaginationToken": token });
        let page = ask(&caller, &body).await;
        sizes.push(arns(&page).len());
        token = page["PaginationToken"].clone();
    }
    assert_eq!(sizes, [100, 100, 50]);
    let refused = caller.json("tagging", "GetResources", r#"{"ResourcesPerPage":101}"#).await;
    assert_eq!(refused.status, 400);
}

#[tokio::test]
async fn what_has_no_region_is_listed_in_the_first_one() {
    let mut account = Account::new(ACCOUNT, "test")
        .region("us-east-1", Region::default())
        .region("eu-west-1", Region::default());
    account.iam = account.iam.tag(Value::arn("iam", "server-certificate/vpn"), "team", "network");
    let simulator = Simulator::start(Organization::of(account), Vec::new(), now()).unwrap();
    let caller = Caller::new(&simulator);
    assert!(arns(&ask(&caller, &json!({})).await).is_empty());
    let there = arns(&ask(&caller.region("us-east-1"), &json!({})).await);
    assert_eq!(there, ["arn:aws:iam::111111111111:server-certificate/vpn"]);
}
