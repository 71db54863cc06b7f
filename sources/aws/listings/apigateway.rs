//! API Gateway, the API for REST APIs: custom domains, what it shows to back ends, and the stages that do.

use aws_sdk_apigateway::types::{ClientCertificate, DomainName, RestApi};

use crate::aws::access::{Page, listing};

listing! {
    /// Custom domains of the account itself.
    GetDomainNames: DomainName = "apigateway:GET",
    apigateway(token) => apigateway.get_domain_names().limit(500).set_position(token),
    page => Page::of(page.items, page.position),
}

listing! {
    /// Certificates that back ends are shown.
    GetClientCertificates: ClientCertificate = "apigateway:GET",
    apigateway(token) => apigateway.get_client_certificates().limit(500).set_position(token),
    page => Page::of(page.items, page.position),
}

listing! {
    /// REST APIs.
    GetRestApis: RestApi = "apigateway:GET",
    apigateway(token) => apigateway.get_rest_apis().limit(500).set_position(token),
    page => Page::of(page.items, page.position),
}
