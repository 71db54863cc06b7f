//! Identity providers of IAM, with real certificates in the metadata of those that speak SAML.

use chrono::{DateTime, TimeDelta, Utc};

use crate::call::Call;
use crate::certificate::{Key, Order, issue};
use crate::failure::Failure;
use crate::resource::Kind;
use crate::value::Value;

pub(super) fn get_saml_provider(call: &Call<'_>) -> Result<Value, Failure> {
    let arn = call.parameters.required("SAMLProviderArn")?;
    let provider = find(call, Kind::SamlProvider, arn)?;
    let Some(Value::Time(valid_until)) = provider.get("ValidUntil") else {
        return Err(Failure::internal(500));
    };
    let metadata = metadata(arn, *valid_until).map_err(|_| Failure::internal(500))?;
    let provider = Value::record().with("SAMLMetadataDocument", metadata).with("ValidUntil", *valid_until);
    Ok(provider.with("CreateDate", *valid_until - TimeDelta::days(5 * 365)))
}

pub(super) fn get_open_id_connect_provider(call: &Call<'_>) -> Result<Value, Failure> {
    let arn = call.parameters.required("OpenIDConnectProviderArn")?;
    find(call, Kind::OpenIdConnectProvider, arn)?;
    let url = arn.split_once("oidc-provider/").map_or("", |(_, url)| url);
    let record = Value::record().with("Url", url).with("ClientIDList", vec!["sts.amazonaws.com"]);
    Ok(record.with("ThumbprintList", vec!["9e99a48a9960b14926bb7f3b02e22da2b0ab7280"]))
}

fn find<'a>(call: &Call<'a>, kind: Kind, arn: &str) -> Result<&'a Value, Failure> {
    let values = call.account.iam.resources.all(kind).iter().map(|resource| &resource.value);
    let mut found = values.filter(|value| value.texts("Arn", call.place()).iter().any(|known| known == arn));
    found.next().ok_or_else(|| Failure::coded(404, "NoSuchEntity", format!("{arn} cannot be found.")))
}

/// What a provider publishes about itself. It signs with a certificate that ends when the document does.
fn metadata(arn: &str, valid_until: DateTime<Utc>) -> Result<String, crate::certificate::Error> {
    let name = arn.rsplit('/').next().unwrap_or_default();
    let host = format!("{name}.idp.example.com");
    let not_before = valid_until - TimeDelta::days(5 * 365);
    let signer = issue(&Order {
        common_name: host.clone(),
        names: vec![host.clone()],
        not_before,
        not_after: valid_until,
        key: Key::Rsa2048,
        issuer_not_after: None,
    })?;
    let body: String = signer.body.lines().filter(|line| !line.starts_with("-----")).collect();
    Ok(format!(
        r#"<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" xmlns:ds="http://www.w3.org/2000/09/xmldsig#" entityID="https://{host}/"><md:IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"><md:KeyDescriptor use="signing"><ds:KeyInfo><ds:X509Data><ds:X509Certificate>{body}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor><md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="https://{host}/sso"/></md:IDPSSODescriptor></md:EntityDescriptor>"#
    ))
}
