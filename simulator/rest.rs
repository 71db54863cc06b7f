//! The operations of the REST protocols: which method and path stands for which, and what XML answers are called.

/// Service as IAM spells it, method, path (`{}` stands for one part, `{+}` for all that follow; after `?` what the
/// query has to have), operation. The first row that fits counts.
#[rustfmt::skip] // a table
const ROWS: &[(&str, &str, &str, &str)] = &[
    ("amplify", "GET", "/apps", "ListApps"),
    ("amplify", "GET", "/apps/{}/domains", "ListDomainAssociations"),
    ("apigateway", "GET", "/clientcertificates", "GetClientCertificates"),
    ("apigateway", "GET", "/clientcertificates/{}", "GetClientCertificate"),
    ("apigateway", "GET", "/domainnames", "GetDomainNames"),
    ("apigateway", "GET", "/domainnames/{}", "GetDomainName"),
    ("apigateway", "GET", "/domainnames/{}/basepathmappings", "GetBasePathMappings"),
    ("apigateway", "GET", "/restapis", "GetRestApis"),
    ("apigateway", "GET", "/restapis/{}/stages", "GetStages"),
    ("apigateway", "GET", "/v2/apis", "GetApis"),
    ("apigateway", "GET", "/v2/apis/{}/stages", "GetStages"),
    ("apigateway", "GET", "/v2/domainnames", "GetDomainNames"),
    ("apigateway", "GET", "/v2/domainnames/{}", "GetDomainName"),
    ("apigateway", "GET", "/v2/domainnames/{}/apimappings", "GetApiMappings"),
    ("apigateway", "GET", "/v2/portals", "ListPortals"),
    ("apigateway", "GET", "/v2/portals/{}", "GetPortal"),
    ("appsync", "GET", "/v1/apis", "ListGraphqlApis"),
    ("appsync", "GET", "/v1/domainnames", "ListDomainNames"),
    ("appsync", "GET", "/v1/domainnames/{}", "GetDomainName"),
    ("appsync", "GET", "/v1/domainnames/{}/apiassociation", "GetApiAssociation"),
    ("appsync", "GET", "/v2/apis", "ListApis"),
    ("cloudfront", "GET", "/2020-05-31/connection-group/{}", "GetConnectionGroup"),
    ("cloudfront", "POST", "/2020-05-31/connection-groups", "ListConnectionGroups"),
    ("cloudfront", "GET", "/2020-05-31/distribution", "ListDistributions"),
    ("cloudfront", "GET", "/2020-05-31/distribution/{}", "GetDistribution"),
    ("cloudfront", "GET", "/2020-05-31/distribution-tenant/{}", "GetDistributionTenant"),
    ("cloudfront", "POST", "/2020-05-31/distribution-tenants", "ListDistributionTenants"),
    ("cloudfront", "GET", "/2020-05-31/distributionsByTrustStore", "ListDistributionsByTrustStore"),
    ("cloudfront", "GET", "/2020-05-31/managed-certificate/{}", "GetManagedCertificateDetails"),
    ("cloudfront", "GET", "/2020-05-31/tagging", "ListTagsForResource"),
    ("cloudfront", "GET", "/2020-05-31/trust-store/{}", "GetTrustStore"),
    ("cloudfront", "POST", "/2020-05-31/trust-stores", "ListTrustStores"),
    ("eks", "GET", "/clusters", "ListClusters"),
    ("eks", "GET", "/clusters/{}", "DescribeCluster"),
    ("eks", "GET", "/clusters/{}/certificate-authorities", "ListCertificateAuthorities"),
    ("eks", "GET", "/clusters/{}/certificate-authorities/{}", "DescribeCertificateAuthority"),
    ("eks", "GET", "/clusters/{}/identity-provider-configs", "ListIdentityProviderConfigs"),
    ("eks", "POST", "/clusters/{}/identity-provider-configs/describe", "DescribeIdentityProviderConfig"),
    ("es", "GET", "/2021-01-01/domain", "ListDomainNames"),
    ("es", "GET", "/2021-01-01/opensearch/domain/{}", "DescribeDomain"),
    ("es", "POST", "/2021-01-01/opensearch/domain-info", "DescribeDomains"),
    ("es", "GET", "/2021-01-01/opensearch/vpcEndpoints", "ListVpcEndpoints"),
    ("iot", "GET", "/authorizers", "ListAuthorizers"),
    ("iot", "GET", "/cacertificate/{}", "DescribeCACertificate"),
    ("iot", "GET", "/cacertificates", "ListCACertificates"),
    ("iot", "GET", "/certificates", "ListCertificates"),
    ("iot", "GET", "/certificates/{}", "DescribeCertificate"),
    ("iot", "GET", "/certificates-by-ca/{}", "ListCertificatesByCA"),
    ("iot", "GET", "/domainConfigurations", "ListDomainConfigurations"),
    ("iot", "GET", "/domainConfigurations/{}", "DescribeDomainConfiguration"),
    ("kafka", "GET", "/api/v2/clusters", "ListClustersV2"),
    ("kafka", "GET", "/api/v2/clusters/{}", "DescribeClusterV2"),
    ("kafka", "GET", "/v1/clusters", "ListClusters"),
    ("kafka", "GET", "/v1/clusters/{}", "DescribeCluster"),
    ("kafka", "GET", "/v1/clusters/{}/bootstrap-brokers", "GetBootstrapBrokers"),
    ("rolesanywhere", "GET", "/crl/{}", "GetCrl"),
    ("rolesanywhere", "GET", "/crls", "ListCrls"),
    ("rolesanywhere", "GET", "/ListTagsForResource", "ListTagsForResource"),
    ("rolesanywhere", "GET", "/profiles", "ListProfiles"),
    ("rolesanywhere", "GET", "/subject/{}", "GetSubject"),
    ("rolesanywhere", "GET", "/subjects", "ListSubjects"),
    ("rolesanywhere", "GET", "/trustanchor/{}", "GetTrustAnchor"),
    ("rolesanywhere", "GET", "/trustanchors", "ListTrustAnchors"),
    ("route53", "GET", "/2013-04-01/healthcheck", "ListHealthChecks"),
    ("route53", "GET", "/2013-04-01/hostedzone", "ListHostedZones"),
    ("route53", "GET", "/2013-04-01/hostedzone/{}", "GetHostedZone"),
    ("route53", "GET", "/2013-04-01/hostedzone/{}/rrset", "ListResourceRecordSets"),
    ("route53", "GET", "/2013-04-01/hostedzonecount", "GetHostedZoneCount"),
    ("route53", "GET", "/2013-04-01/hostedzonesbyname", "ListHostedZonesByName"),
    ("s3", "GET", "/{}?list-type=2", "ListObjectsV2"),
    ("s3", "GET", "/{}?location", "GetBucketLocation"),
    ("s3", "GET", "/{}/{+}?attributes", "GetObjectAttributes"),
    ("s3", "GET", "/{}/{+}", "GetObject"),
    ("s3", "GET", "/", "ListBuckets"),
    ("ses", "GET", "/v2/email/identities", "ListEmailIdentities"),
    ("ses", "GET", "/v2/email/identities/{}", "GetEmailIdentity"),
    ("ses", "POST", "/v2/email/identity/certificates/list", "ListEmailIdentityCertificates"),
    ("ses", "POST", "/v2/email/list-identities", "ListEmailIdentities"),
    ("vpc-lattice", "GET", "/domainverifications", "ListDomainVerifications"),
    ("vpc-lattice", "GET", "/resourceconfigurations", "ListResourceConfigurations"),
    ("vpc-lattice", "GET", "/servicenetworkserviceassociations", "ListServiceNetworkServiceAssociations"),
    ("vpc-lattice", "GET", "/services", "ListServices"),
    ("vpc-lattice", "GET", "/services/{}", "GetService"),
    ("vpc-lattice", "GET", "/services/{}/listeners", "ListListeners"),
];

/// Actions of IAM that are not named like the operation: service, operation, action.
const PERMITTED: [(&str, &str, &str); 2] =
    [("s3", "ListObjectsV2", "ListBucket"), ("s3", "ListBuckets", "ListAllMyBuckets")];

/// The operation of a service that a method and a path with its query stand for.
pub(crate) fn operation(service: &str, method: &str, target: &str) -> Option<&'static str> {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let fits = |row: &&(&str, &str, &str, &str)| {
        let (pattern, wanted) = row.2.split_once('?').unwrap_or((row.2, ""));
        (row.0, row.1) == (service, method) && query.contains(wanted) && matches(pattern, path)
    };
    ROWS.iter().find(fits).map(|row| row.3)
}

/// The action that IAM has for an operation. API Gateway's are named after the method.
pub(crate) fn permission(service: &str, method: &str, operation: &str) -> String {
    let action =
        PERMITTED.iter().find(|row| (row.0, row.1) == (service, operation)).map_or(operation, |row| row.2);
    format!("{service}:{}", if service == "apigateway" { method } else { action })
}

/// The name of the outermost element of an XML answer.
pub(crate) fn root(service: &str, operation: &str) -> String {
    match (service, operation) {
        ("cloudfront", "ListDistributions" | "ListDistributionsByTrustStore") => {
            "DistributionList".to_owned()
        }
        ("cloudfront", "ListTagsForResource") => "Tags".to_owned(),
        ("cloudfront", other) => match other.strip_prefix("Get") {
            Some(noun) => noun.to_owned(),
            None => format!("{other}Result"),
        },
        ("s3", "ListObjectsV2") => "ListBucketResult".to_owned(),
        ("s3", "ListBuckets") => "ListAllMyBucketsResult".to_owned(),
        ("s3", "GetBucketLocation") => "LocationConstraint".to_owned(),
        (_, other) => format!("{other}Response"),
    }
}

/// Whether a path has the parts of a pattern; a slash at its end says nothing.
fn matches(pattern: &str, path: &str) -> bool {
    let mut parts = path.trim_matches('/').split('/');
    for wanted in pattern.trim_matches('/').split('/') {
        let fits = match (wanted, parts.next()) {
            ("{+}", Some(part)) => return !part.is_empty(),
            ("{}", Some(part)) => !part.is_empty(),
            (wanted, Some(part)) => wanted == part,
            (_, None) => false,
        };
        if !fits {
            return false;
        }
    }
    parts.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn method_path_and_query_name_the_operation() {
        let get = |service, target| operation(service, "GET", target);
        assert_eq!(get("kafka", "/v1/clusters/arn%3Aaws%2F1/bootstrap-brokers"), Some("GetBootstrapBrokers"));
        assert_eq!(get("apigateway", "/v2/domainnames?maxResults=5"), Some("GetDomainNames"));
        assert_eq!(get("s3", "/"), Some("ListBuckets"));
        assert_eq!(get("s3", "/bucket/?list-type=2&prefix=a"), Some("ListObjectsV2"));
        assert_eq!(get("s3", "/bucket/a/b.pem?versionId=1"), Some("GetObject"));
        assert_eq!(get("s3", "/bucket"), None);
        assert_eq!(get("eks", "/clusters/"), Some("ListClusters"));
        assert_eq!(get("iot", "/clusters"), None);
        assert_eq!(operation("eks", "POST", "/clusters"), None);
        assert_eq!(get("eks", "/clusters/one/two"), None);
    }

    #[test]
    fn no_row_hides_a_later_one() {
        for (service, method, path, name) in ROWS {
            assert_eq!(operation(service, method, path), Some(*name), "{service} {path}");
        }
    }

    #[test]
    fn iam_has_names_of_its_own_for_some() {
        assert_eq!(permission("apigateway", "GET", "GetStages"), "apigateway:GET");
        assert_eq!(permission("s3", "GET", "ListObjectsV2"), "s3:ListBucket");
        assert_eq!(permission("eks", "GET", "ListClusters"), "eks:ListClusters");
    }

    #[test]
    fn answers_in_xml_are_called_what_each_service_calls_them() {
        assert_eq!(root("cloudfront", "ListTrustStores"), "ListTrustStoresResult");
        assert_eq!(root("cloudfront", "GetManagedCertificateDetails"), "ManagedCertificateDetails");
        assert_eq!(root("route53", "ListHostedZones"), "ListHostedZonesResponse");
    }
}
