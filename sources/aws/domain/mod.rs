//! Names of one's own that a service answers to, by a certificate that somebody chose for them.

use howler_model::{Binding, Endpoint, Partition, Resource, Scope};

/// The port of HTTPS.
pub(crate) const HTTPS: u16 = 443;

/// Where clients reach a name by TLS; nowhere if it is a wildcard, or no name at all.
pub(crate) fn endpoint(name: &str, port: u16) -> Option<Endpoint> {
    Endpoint::direct(name, port).ok().filter(|_| !name.starts_with('*'))
}

/// That HTTPS of a name is served with a certificate.
pub(crate) fn served(certificate: &str, user: Resource, name: &str) -> Binding {
    let (endpoints, names) = (endpoint(name, HTTPS).into_iter().collect(), vec![name.to_owned()]);
    Binding { endpoints, names, ..Binding::new(certificate, user) }
}

/// The ARN of what belongs to the account of a scope, in its service and region, where AWS tells none.
pub(crate) fn arn(scope: &Scope, what: &str) -> String {
    let partition = scope.partition().map(Partition::as_str).unwrap_or_default();
    let region = scope.region().map(|region| region.as_str()).unwrap_or_default();
    let account = scope.account().map(|account| account.as_str()).unwrap_or_default();
    format!("arn:{partition}:{}:{region}:{account}:{what}", scope.service.as_str())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::aws::certificate::somewhere;

    #[test]
    fn a_wildcard_is_a_name_and_no_endpoint() {
        let scope = somewhere("appsync");
        let user = Resource { scope, kind: "domain", id: "arn:d".to_owned(), name: "d".to_owned() };
        let one = served("arn:c", user.clone(), "api.example.com");
        assert_eq!(one.endpoints, ["api.example.com:443".parse().unwrap()]);
        assert_eq!((one.names, one.certificate), (vec!["api.example.com".to_owned()], "arn:c".to_owned()));
        let all = served("arn:c", user, "*.example.com");
        assert_eq!((all.names, all.endpoints), (vec!["*.example.com".to_owned()], Vec::new()));
        assert_eq!(endpoint("", HTTPS), None);
        assert_eq!(endpoint("api.example.com", 25).unwrap().starttls, None, "TLS from the first byte on");
    }

    #[test]
    fn an_arn_says_where_something_is() {
        assert_eq!(
            arn(&somewhere("redshift"), "cluster:c"),
            "arn:aws:redshift:eu-west-1:123456789012:cluster:c"
        );
    }
}
