//! ACM: certificates listed, described and exported as PEM.

mod certificate;

use chrono::{DateTime, Utc};

pub use certificate::Certificate;

use crate::call::Call;
use crate::certificate::Key;
use crate::failure::Failure;
use crate::page::Paging;
use crate::plain;
use crate::value::{Place, Value};

const PAGING: Paging =
    Paging { limit: "MaxItems", token: "NextToken", next: "NextToken", default: 1000, least: 1, most: 1000 };

pub(crate) fn answer(call: &Call<'_>) -> Result<Value, Failure> {
    match call.action {
        "ListCertificates" => list(call),
        "DescribeCertificate" => Ok(Value::record().with("Certificate", find(call)?.detail(call.now))),
        "GetCertificate" => get(find(call)?),
        "ListTagsForCertificate" => Ok(tags(find(call)?)),
        "GetAccountConfiguration" => {
            let days = Value::record().with("DaysBeforeExpiry", 45);
            Ok(Value::record().with("ExpiryEvents", days))
        }
        _ => plain::nothing(call),
    }
}

fn list(call: &Call<'_>) -> Result<Value, Failure> {
    let selection = Selection::of(call)?;
    let selected = call.region.certificates.iter().filter(|certificate| selection.has(certificate, call.now));
    let page = PAGING.page(call, selected)?;
    let summaries = page.items.iter().map(|certificate| certificate.summary(call.now));
    Ok(Value::record()
        .with("CertificateSummaryList", Value::list(summaries))
        .with_some("NextToken", page.next))
}

/// Which certificates a listing asks for. Without key types AWS answers RSA up to 2048 bits only, and without
/// origins it leaves out those of ACME.
struct Selection<'a> {
    statuses: Vec<&'a str>,
    key_types: Vec<&'a str>,
    origins: Vec<&'a str>,
}

impl<'a> Selection<'a> {
    fn of(call: &'a Call<'_>) -> Result<Self, Failure> {
        let includes = call.parameters.document("Includes");
        let key_types =
            includes.and_then(|includes| includes.get("keyTypes")).and_then(|types| types.as_array());
        let mut key_types: Vec<&str> =
            key_types.into_iter().flatten().filter_map(|name| name.as_str()).collect();
        let known = |name: &&str| Key::ACM.iter().any(|key| key.name() == *name);
        if let Some(unknown) = key_types.iter().find(|name| !known(name)) {
            return Err(Failure::invalid(format!("{unknown} is no key algorithm.")));
        }
        if key_types.is_empty() {
            key_types = vec![Key::Rsa1024.name(), Key::Rsa2048.name()];
        }
        let mut origins = call.parameters.texts("CertificateKeyPairOrigins");
        if origins.is_empty() {
            origins = vec!["AWS_MANAGED", "CUSTOMER_PROVIDED"];
        }
        Ok(Self { statuses: call.parameters.texts("CertificateStatuses"), key_types, origins })
    }

    fn has(&self, certificate: &Certificate, now: DateTime<Utc>) -> bool {
        let among = |list: &[&str], name| list.contains(&name);
        (self.statuses.is_empty() || among(&self.statuses, certificate.status(now)))
            && among(&self.key_types, certificate.key.name())
            && among(&self.origins, certificate.key_pair_origin)
    }
}

fn find<'a>(call: &Call<'a>) -> Result<&'a Certificate, Failure> {
    let arn = call.parameters.required("CertificateArn")?;
    let id = id_of(arn, call.place());
    let found = call.region.certificates.iter().find(|certificate| Some(certificate.id.as_str()) == id);
    found.ok_or_else(|| {
        Failure::coded(400, "ResourceNotFoundException", format!("Could not find certificate {arn}."))
    })
}

fn id_of<'a>(arn: &'a str, place: Place<'_>) -> Option<&'a str> {
    let prefix = format!("arn:aws:acm:{}:{}:certificate/", place.region, place.account);
    arn.strip_prefix(prefix.as_str())
}

fn get(certificate: &Certificate) -> Result<Value, Failure> {
    let in_progress =
        || Failure::coded(400, "RequestInProgressException", "The certificate is not issued yet.");
    let issued = certificate.pem().map_err(|_| Failure::internal(500))?.ok_or_else(in_progress)?;
    Ok(Value::record().with("Certificate", issued.body).with("CertificateChain", issued.chain))
}

fn tags(certificate: &Certificate) -> Value {
    let tag = |(name, value): &(String, String)| {
        Value::record().with("Key", name.as_str()).with("Value", value.as_str())
    };
    Value::record().with("Tags", Value::list(certificate.tags.iter().map(tag)))
}
