//! Every place where certificates live that we know of, and what howler sees of it: a gap in what is built is told as
//! plainly as one in what was scanned.

use Proof::{File, Moto, Server, Simulator};

/// A place where certificates live, or where one learns of such a place.
#[derive(Debug, Clone, Copy)]
pub struct CertificatePlace {
    /// Its name in the catalog.
    pub id: &'static str,
    /// Whose it is.
    pub service: &'static str,
    /// What is there.
    pub what: &'static str,
    /// Whether howler sees it.
    pub seen: Seen,
}

/// Whether howler sees a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seen {
    /// By this source, which is tested there on these.
    By(&'static str, &'static [Proof]),
    /// By every scan, which begins with it.
    Always(&'static [Proof]),
    /// Not, and why.
    Not(&'static str),
}

/// On what it is tested that a place is seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Proof {
    /// On the simulator, through the SDK.
    Simulator,
    /// On moto, an AWS server of others.
    Moto,
    /// On real TLS servers.
    Server,
    /// On real files.
    File,
}

impl Proof {
    /// The name in lists.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Simulator => "simulator",
            Moto => "moto",
            Server => "real servers",
            File => "real files",
        }
    }
}

const fn by(
    id: &'static str,
    service: &'static str,
    what: &'static str,
    source: &'static str,
    proofs: &'static [Proof],
) -> CertificatePlace {
    CertificatePlace { id, service, what, seen: Seen::By(source, proofs) }
}

const fn always(
    id: &'static str,
    service: &'static str,
    what: &'static str,
    proofs: &'static [Proof],
) -> CertificatePlace {
    CertificatePlace { id, service, what, seen: Seen::Always(proofs) }
}

const fn not(
    id: &'static str,
    service: &'static str,
    what: &'static str,
    why: &'static str,
) -> CertificatePlace {
    CertificatePlace { id, service, what, seen: Seen::Not(why) }
}

/// All of them, by service.
#[rustfmt::skip] // a table
pub static CERTIFICATE_PLACES: &[CertificatePlace] = &[
    by("acm_certificate", "ACM", "Public, private and imported certificates", "acm-certificates", &[Simulator, Moto]),
    by("acm_renewal", "ACM", "Managed renewal health of the same certificates", "acm-certificates", &[Simulator]),
    not("acm_search", "ACM", "Server-side filtered search (alternative to list+describe)", "ListCertificates and DescribeCertificate tell the same, and are answered everywhere"),
    by("acm_acme", "ACM", "Certificates issued through ACM-hosted ACME endpoints (private key outside AWS)", "acm-certificates", &[Simulator]),
    by("acm_pca_ca", "ACM Private CA", "Root and subordinate CA certificates", "private-authorities", &[Simulator]),
    by("iam_server_certificate", "IAM", "Server certificates uploaded to IAM", "iam-certificates", &[Simulator, Moto]),
    by("iam_signing_certificate", "IAM", "X.509 signing certificates of IAM users (SOAP/EC2 AMI tools era)", "iam-signing-certificates", &[Simulator]),
    by("iam_saml_provider", "IAM", "SAML identity providers: metadata validity and embedded IdP signing certificates", "iam-saml-providers", &[Simulator]),
    by("iam_oidc_provider", "IAM", "OIDC providers (incl. EKS IRSA): thumbprints of the issuer CA", "iam-oidc-providers", &[Simulator]),
    by("rolesanywhere_trust_anchor", "IAM Roles Anywhere", "Trust anchor CA bundles", "roles-anywhere", &[Simulator]),
    by("rolesanywhere_crl", "IAM Roles Anywhere", "Imported CRLs (nextUpdate)", "roles-anywhere", &[Simulator]),
    by("rolesanywhere_subject", "IAM Roles Anywhere", "End-entity certificates seen by CreateSession", "roles-anywhere-subjects", &[Simulator]),
    by("elb_classic_listener", "Classic Load Balancer", "HTTPS and SSL listeners", "elb-classic-listeners", &[Simulator]),
    by("elbv2_listener", "ALB and NLB", "Listener certificates: default and additional (SNI)", "elb-listeners", &[Simulator, Moto]),
    by("elbv2_trust_store", "ALB mTLS", "Trust store CA bundle and CRLs", "elb-trust-stores", &[Simulator]),
    by("cloudfront_viewer", "CloudFront", "Viewer certificate: ACM, IAM or default", "cloudfront", &[Simulator]),
    by("cloudfront_origin", "CloudFront", "Origin servers that must present a valid certificate; origin mTLS client certificate", "cloudfront", &[Simulator]),
    by("cloudfront_tenant", "CloudFront SaaS Manager", "Distribution tenants with their own certificate", "cloudfront", &[Simulator]),
    by("cloudfront_trust_store", "CloudFront mTLS", "Viewer mTLS trust store CA bundle", "cloudfront", &[Simulator]),
    by("apigateway_domain", "API Gateway REST (v1)", "Custom domain names, edge and regional", "apigateway-domains", &[Simulator]),
    by("apigatewayv2_domain", "API Gateway HTTP and WebSocket (v2)", "Custom domain names", "apigatewayv2-domains", &[Simulator]),
    by("apigateway_mtls_truststore", "API Gateway mTLS", "Truststore bundle in S3", "apigateway-trust-stores", &[Simulator]),
    by("apigateway_client_certificate", "API Gateway REST (v1)", "Client certificates API Gateway presents to back ends", "apigateway-client-certificates", &[Simulator]),
    by("apigatewayv2_portal", "API Gateway portals", "Developer portal domain", "apigatewayv2-domains", &[Simulator]),
    by("appsync_domain", "AppSync", "Custom domain names", "appsync-domains", &[Simulator]),
    by("cognito_domain", "Cognito user pools", "Custom domain of the hosted login", "cognito-domains", &[Simulator]),
    by("cognito_saml", "Cognito user pools", "SAML IdP metadata certificates and the pool signing certificate", "cognito-domains", &[Simulator]),
    by("opensearch_endpoint", "OpenSearch Service (and Elasticsearch)", "Custom endpoint certificate", "opensearch-domains", &[Simulator]),
    by("rds_instance", "RDS and Aurora instances", "Server certificate of the instance and the CA it chains to", "rds-certificates", &[Simulator]),
    by("rds_cluster", "RDS Multi-AZ DB clusters", "Cluster-level certificate", "rds-certificates", &[Simulator]),
    by("rds_proxy", "RDS Proxy", "Proxy endpoint certificate (AWS-managed in ACM)", "rds-certificates", &[Simulator]),
    by("docdb_instance", "DocumentDB", "Server certificate and CA", "rds-certificates", &[Simulator]),
    by("neptune_instance", "Neptune", "CA identifier only", "rds-certificates", &[Simulator]),
    by("dms_certificate", "DMS", "Certificates imported for endpoints", "dms-certificates", &[Simulator]),
    by("redshift_custom_domain", "Redshift", "Custom domain certificate", "redshift-domains", &[Simulator]),
    by("redshift_serverless_custom_domain", "Redshift Serverless", "Custom domain certificate", "redshift-serverless-domains", &[Simulator]),
    not("odb_vm_cluster", "Oracle Database@AWS", "Database and ORDS certificates of autonomous VM clusters", "not built: few have one"),
    by("msk_cluster", "MSK", "mTLS client CAs and broker endpoints", "msk-clusters", &[Simulator]),
    by("iot_certificate", "IoT Core", "Device certificates", "iot-devices", &[Simulator]),
    by("iot_ca_certificate", "IoT Core", "Registered CA certificates", "iot-authorities", &[Simulator]),
    by("iot_domain", "IoT Core", "Custom domain server certificates", "iot-domains", &[Simulator]),
    not("greengrass_group_ca", "IoT Greengrass V1", "Group CA certificate", "not built: the first version of Greengrass is at its end"),
    by("transfer_server", "Transfer Family", "FTPS server certificate", "transfer", &[Simulator]),
    by("transfer_certificate", "Transfer Family", "AS2 signing, encryption and TLS certificates", "transfer", &[Simulator]),
    by("ses_smime", "SES v2", "S/MIME certificates of email identities", "ses-certificates", &[Simulator]),
    by("lightsail_certificate", "Lightsail", "Certificates for distributions and container services", "lightsail", &[Simulator]),
    by("lightsail_lb_certificate", "Lightsail", "Load balancer certificates", "lightsail", &[Simulator]),
    by("lightsail_db", "Lightsail", "Managed database CA", "lightsail", &[Simulator]),
    by("elasticbeanstalk_env", "Elastic Beanstalk", "Listener certificate set by option settings", "elastic-beanstalk", &[Simulator]),
    by("globalaccelerator", "Global Accelerator", "No certificate of its own: TCP pass-through to endpoints", "global-accelerators", &[Simulator]),
    by("apprunner_domain", "App Runner", "Custom domain certificates (AWS-managed)", "app-runner-domains", &[Simulator]),
    by("amplify_domain", "Amplify Hosting", "Custom domain: managed or custom certificate", "amplify-domains", &[Simulator]),
    not("ecs_service_connect", "ECS Service Connect", "TLS issued from a private CA", "not built: its leaves renew by themselves, and their authority is seen with ACM Private CA"),
    not("appmesh_virtual_gateway", "App Mesh", "Virtual gateway and node listener certificates", "not built: AWS ends the service"),
    by("vpc_lattice_service", "VPC Lattice", "Service custom domain certificate", "vpc-lattice", &[Simulator]),
    by("directory_ldaps", "Directory Service", "Client LDAPS and client-auth CA certificates (AD Connector, Managed AD)", "directory-certificates", &[Simulator]),
    by("client_vpn", "Client VPN", "Server certificate, client root, SAML provider, CRL", "client-vpns", &[Simulator]),
    by("site_to_site_vpn", "Site-to-Site VPN", "Certificate authentication", "site-to-site-vpns", &[Simulator]),
    by("verified_access", "Verified Access", "Endpoint certificate", "verified-access", &[Simulator]),
    by("network_firewall_tls", "Network Firewall", "TLS inspection: inbound server certificates and outbound CA", "network-firewalls", &[Simulator]),
    not("workspaces_web_trust_store", "WorkSpaces Secure Browser", "Trust store CA certificates", "not built: few have one"),
    not("workspaces_cert_auth", "WorkSpaces and AppStream", "Certificate-based auth private CA", "not built: its authority is seen with ACM Private CA"),
    by("eks_cluster_ca", "EKS", "Cluster CA", "eks-clusters", &[Simulator]),
    by("eks_certificate_authority", "EKS", "Cluster CA list and rotation state", "eks-clusters", &[Simulator]),
    not("cloudhsm_cluster", "CloudHSM", "Cluster and HSM certificates", "not built: few have one"),
    not("datasync_object_storage", "DataSync", "CA bundle for a self-managed object store", "not built: a pinned certificate, and the server that it is of can be named as an endpoint"),
    not("codeconnections_host", "CodeConnections", "TLS certificate of a self-managed Git host", "not built: a pinned certificate, and the server that it is of can be named as an endpoint"),
    not("payment_cryptography_key", "Payment Cryptography", "Public key certificates", "not built: not TLS, few have one"),
    not("signer_profile", "Signer", "ACM certificate of a signing profile (IoT)", "not built: code signing, not TLS; its certificate is seen with ACM"),
    not("secretsmanager_pem", "Secrets Manager", "PEM or PKCS12 kept as secrets", "values of secrets are not read"),
    not("ssm_parameter_pem", "SSM Parameter Store", "PEM kept as parameters", "values of parameters are not read"),
    not("s3_object_pem", "S3", "Certificate files: truststores, CRLs, bundles", "buckets are not searched; a trust store is read where its user names it"),
    by("route53_records", "Route 53", "Hostnames to probe; CAA records", "route53-records", &[Simulator]),
    not("route53_domains", "Route 53 Domains", "Domain registration expiry (not TLS, same outage)", "not built: the end of a registration is not that of a certificate"),
    by("ec2_public_ip", "EC2", "Public addresses to probe", "ec2-addresses", &[Simulator]),
    always("organizations_accounts", "Organizations", "Accounts to scan", &[Simulator, Moto]),
    always("ec2_regions", "EC2", "Regions to scan", &[Simulator, Moto]),
    by("tls_endpoint", "Any TLS endpoint", "Static host:port list", "endpoints", &[Server]),
    not("k8s_secret", "Kubernetes", "Secrets of type kubernetes.io/tls and Opaque with PEM, PKCS12 or JKS", "not asked for in a cluster: who reads secrets reads private keys; manifests in files are read"),
    not("k8s_webhook_cabundle", "Kubernetes", "caBundle of webhooks, APIServices and CRD conversion", "not asked for in a cluster; manifests in files are read"),
    by("kubeconfig", "Kubeconfig file", "Cluster CA and client certificate", "paths", &[File]),
    by("file_pem_der", "Files", "PEM, DER and PKCS7 bundles and CRLs", "paths", &[File]),
    by("file_keystore", "Files", "PKCS12, JKS and JCEKS stores", "paths", &[File]),
    not("ct_log", "Certificate Transparency", "Certificates issued for owned domains", "howler asks nobody outside your organisation about it"),
];
