//! OpenID Connect providers of IAM, as endpoints: IAM reads their keys over TLS.
//!
//! The listing is enough, since a provider's ARN has its URL in it. IAM knows no dates of them.

use aws_sdk_iam::types::OpenIdConnectProviderListEntry;
use howler_model::{Discovered, Endpoint, FactKind, Reason, Resource, Service, Unseen};

use super::AccountRegion;
use super::access::Listing;
use super::listings::iam::ListOpenIDConnectProviders;
use crate::source::Gathered;
use crate::{Asked, Gather, Source};

const SERVICE: Service = Service::named("iam");

/// The source.
pub(crate) static SOURCE: Source = Source {
    id: "iam-oidc-providers",
    title: "Endpoints of OpenID Connect providers of IAM",
    service: SERVICE,
    kinds: &[FactKind::Discovered],
    actions: || vec![ListOpenIDConnectProviders::ACTION],
    quotas: &[],
    asked: Asked::Always,
    gather: Gather::Account(|at| Box::pin(gather(at))),
};

async fn gather(at: &AccountRegion) -> Gathered {
    let mut gathered = Gathered::default();
    let Some(listed) = gathered.note(None, at.list::<ListOpenIDConnectProviders>().await) else {
        return gathered;
    };
    for provider in listed.iter().filter_map(OpenIdConnectProviderListEntry::arn) {
        let url = url(provider).unwrap_or(provider);
        match found(at.resource(SERVICE, "oidc-provider", provider, url)) {
            Ok(found) => gathered.facts.discovered.push(found),
            Err(unseen) => gathered.miss(Some(provider), unseen),
        }
    }
    gathered
}

/// The URL without its scheme in `arn:aws:iam::123456789012:oidc-provider/issuer.example/path`.
fn url(arn: &str) -> Option<&str> {
    arn.split_once(":oidc-provider/").map(|(_, url)| url)
}

/// IAM takes only URLs without a port.
fn found(user: Resource) -> Result<Discovered, Unseen> {
    let host = url(&user.id).and_then(|url| url.split('/').next());
    let endpoint = host.and_then(|host| Endpoint::direct(host, 443).ok());
    let words = "there is no host in the ARN of the provider";
    let unseen = || Unseen::new(Reason::Malformed, ListOpenIDConnectProviders::ACTION, words);
    Ok(Discovered { endpoint: endpoint.ok_or_else(unseen)?, user, private: false })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {

    use super::*;
    use crate::aws::certificate::somewhere;

    fn of(arn: &str) -> Result<String, Reason> {
        let scope = somewhere("iam");
        let user = Resource { scope, kind: "oidc-provider", id: arn.to_owned(), name: String::new() };
        found(user).map(|found| found.endpoint.to_string()).map_err(|unseen| unseen.reason)
    }

    #[test]
    fn the_host_is_in_the_arn() {
        let cluster = "arn:aws:iam::123456789012:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/0ABC";
        assert_eq!(of(cluster).as_deref(), Ok("oidc.eks.eu-west-1.amazonaws.com:443"));
        let bare = "arn:aws-cn:iam::123456789012:oidc-provider/token.actions.example";
        assert_eq!(of(bare).as_deref(), Ok("token.actions.example:443"));
    }

    #[test]
    fn an_arn_without_a_host_is_a_gap() {
        for arn in ["", "arn:aws:iam::123456789012:oidc-provider/", "arn:aws:iam::1:saml-provider/x"] {
            assert_eq!(of(arn), Err(Reason::Malformed), "{arn}");
        }
    }
}
