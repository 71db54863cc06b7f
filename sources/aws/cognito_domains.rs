//! Certificates of Cognito user pools: of the custom domain that people log in at, and of whoever says who they are by
//! SAML.

mod saml;

use aws_sdk_cognitoidentityprovider::types::{DomainDescriptionType, UserPoolType};
use howler_model::{Binding, FactKind, Reason, Resource, Scope, Service, Unseen};

use super::AccountRegion;
use super::access::Listing;
use super::domain::{arn, served};
use super::listings::cognito::ListUserPools;
use super::listings::of_each::of_each;
use crate::source::Gathered;
use crate::{Asked, Gather, Source};

const SERVICE: Service = Service::named("cognito-idp");
const DESCRIBE: &str = "cognito-idp:DescribeUserPool";
const DESCRIBE_DOMAIN: &str = "cognito-idp:DescribeUserPoolDomain";

/// The source.
pub(crate) static SOURCE: Source = Source {
    id: "cognito-domains",
    title: "Certificates of Cognito's custom domains and of SAML providers of its user pools",
    service: SERVICE,
    kinds: &[FactKind::Binding, FactKind::Certificate],
    actions: || {
        vec![ListUserPools::ACTION, DESCRIBE, DESCRIBE_DOMAIN, saml::LIST, saml::DESCRIBE, saml::SIGNING]
    },
    quotas: &[],
    asked: Asked::Always,
    gather: Gather::Region(|at| Box::pin(gather(at))),
};

async fn gather(at: &AccountRegion) -> Gathered {
    let mut gathered = Gathered::default();
    let Some(listed) = gathered.note(None, at.list::<ListUserPools>().await) else {
        return gathered;
    };
    let scope = at.scope(SERVICE);
    let pools: Vec<Pool> = listed.iter().filter_map(|one| Pool::of(&scope, one.id()?, one.name())).collect();
    domains(at, &pools, &mut gathered).await;
    saml::gather(at, &pools, &mut gathered).await;
    gathered
}

/// A user pool.
#[derive(Debug, Clone)]
struct Pool {
    id: String,
    resource: Resource,
}

impl Pool {
    fn of(scope: &Scope, id: &str, name: Option<&str>) -> Option<Self> {
        let resource = Resource {
            scope: scope.clone(),
            kind: "cognito-user-pool",
            id: arn(scope, &format!("userpool/{id}")),
            name: name.unwrap_or(id).to_owned(),
        };
        Some(Self { id: id.to_owned(), resource })
    }
}

/// What pools have custom domains, and with which certificate.
async fn domains(at: &AccountRegion, pools: &[Pool], gathered: &mut Gathered) {
    let described = gathered.note(None, of_each(pools, |pool| describe(at, pool)).await).unwrap_or_default();
    let mut custom = Vec::new();
    for of in described {
        let pool = gathered.note(Some(&of.parent.resource.id), of.answer);
        custom.extend(pool.and_then(|pool| pool.custom_domain).map(|name| (of.parent, name)));
    }
    let asked = of_each(&custom, |(_, name)| describe_domain(at, name)).await;
    for of in gathered.note(None, asked).unwrap_or_default() {
        let (pool, name) = of.parent;
        let answer = gathered.note(Some(&pool.resource.id), of.answer);
        gathered.facts.bindings.extend(answer.and_then(|domain| binding(&pool, &name, &domain)));
    }
}

async fn describe(at: &AccountRegion, pool: &Pool) -> Result<UserPoolType, Unseen> {
    let request = at.cognito().describe_user_pool().user_pool_id(&pool.id);
    let answer = at.call(DESCRIBE, || request.clone().send()).await?;
    answer
        .user_pool
        .ok_or_else(|| Unseen::new(Reason::Malformed, DESCRIBE, "the answer has no user pool in it"))
}

async fn describe_domain(at: &AccountRegion, name: &str) -> Result<DomainDescriptionType, Unseen> {
    let request = at.cognito().describe_user_pool_domain().domain(name);
    let answer = at.call(DESCRIBE_DOMAIN, || request.clone().send()).await?;
    let missing = || Unseen::new(Reason::Malformed, DESCRIBE_DOMAIN, "the answer has no domain in it");
    answer.domain_description.ok_or_else(missing)
}

fn binding(pool: &Pool, name: &str, domain: &DomainDescriptionType) -> Option<Binding> {
    let custom = domain.custom_domain_config()?;
    let policy = custom.security_policy().map(|policy| policy.as_str());
    let user = Resource {
        kind: "cognito-domain",
        id: format!("{}/domain/{name}", pool.resource.id),
        name: name.to_owned(),
        ..pool.resource.clone()
    };
    let oldest = policy.and_then(oldest_of);
    Some(Binding { oldest, ..served(custom.certificate_arn(), user, name) })
}

/// The oldest protocol of a security policy; they are named as those of CloudFront.
fn oldest_of(policy: &str) -> Option<&'static str> {
    match policy {
        "TLS_V1" => Some("TLSv1.0"),
        "TLS_V1_2_2021" => Some("TLSv1.2"),
        "TLS_V1_3_2025" => Some("TLSv1.3"),
        _ => None,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use aws_sdk_cognitoidentityprovider::types::{CustomDomainConfigType, SecurityPolicyType};

    use super::*;
    use crate::aws::certificate::somewhere;

    #[test]
    fn a_custom_domain_is_bound_and_a_prefix_of_cognito_is_not() {
        let pool = Pool::of(&somewhere("cognito-idp"), "eu-west-1_Ab", Some("people")).unwrap();
        let custom = CustomDomainConfigType::builder()
            .certificate_arn("arn:c")
            .security_policy(SecurityPolicyType::TlsV1)
            .build()
            .unwrap();
        let domain = DomainDescriptionType::builder().custom_domain_config(custom).build();
        let bound = binding(&pool, "login.example.com", &domain).unwrap();
        assert_eq!((bound.certificate.as_str(), bound.oldest), ("arn:c", Some("TLSv1.0")));
        assert_eq!(bound.endpoints, ["login.example.com:443".parse().unwrap()]);
        let pool_arn = "arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_Ab";
        assert_eq!(bound.user.id, format!("{pool_arn}/domain/login.example.com"));
        assert_eq!(binding(&pool, "people", &DomainDescriptionType::builder().build()), None);
    }

    #[test]
    fn only_a_known_policy_says_the_oldest_protocol() {
        assert_eq!(oldest_of("TLS_V1_2_2021"), Some("TLSv1.2"));
        assert_eq!(oldest_of("TLS_V1_4_2031"), None);
    }
}
