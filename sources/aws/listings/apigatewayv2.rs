//! API Gateway, the API for HTTP and WebSocket APIs: custom domains and portals.

use aws_sdk_apigatewayv2::types::{DomainName, PortalSummary};

use crate::aws::access::{Page, listing};

listing! {
    /// Custom domains in a region.
    GetDomainNames: DomainName = "apigateway:GET",
    apigatewayv2(token) => apigatewayv2.get_domain_names().max_results("500").set_next_token(token),
    page => Page::of(page.items, page.next_token),
}

listing! {
    /// Portals for those who use the APIs.
    ListPortals: PortalSummary = "apigateway:GET",
    apigatewayv2(token) => apigatewayv2.list_portals().set_next_token(token),
    page => Page::of(page.items, page.next_token),
}
