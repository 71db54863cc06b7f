//! ACM: certificates listed, described and exported as PEM.

use chrono::{DateTime, TimeDelta, Utc};

use crate::call::Call;
use crate::certificate::{Issued, Key, Order, issue};
use crate::failure::Failure;
use crate::page::Paging;
use crate::value::{Place, Value};

const PAGING: Paging =
    Paging { limit: "MaxItems", token: "NextToken", next: "NextToken", default: 1000, least: 1, most: 1000 };

/// A certificate of ACM.
#[derive(Clone, Debug, PartialEq)]
pub struct Certificate {
    /// What follows `certificate/` in its ARN.
    pub id: String,
    /// The domain that it was requested for.
    pub domain: String,
    /// Every subject alternative name.
    pub names: Vec<String>,
    /// The key type.
    pub key: Key,
    /// `AMAZON_ISSUED`, `IMPORTED` or `PRIVATE`.
    pub kind: &'static str,
    /// `AWS_MANAGED`, `CUSTOMER_PROVIDED` or `ACME`.
    pub key_pair_origin: &'static str,
    /// The status if it does not follow from the dates.
    pub status: Option<&'static str>,
    /// When it was requested or imported.
    pub created_at: DateTime<Utc>,
    /// The validity; none as long as nothing was issued.
    pub validity: Option<(DateTime<Utc>, DateTime<Utc>)>,
    /// ARNs of what uses it.
    pub in_use_by: Vec<Value>,
    /// `PENDING_AUTO_RENEWAL`, `PENDING_VALIDATION`, `SUCCESS` or `FAILED`, once a renewal was tried.
    pub renewal: Option<&'static str>,
    /// Names and values of tags.
    pub tags: Vec<(String, String)>,
}

impl Certificate {
    /// A certificate issued by Amazon, with an RSA key of 2048 bits.
    pub fn issued(id: &str, domain: &str, not_before: DateTime<Utc>, not_after: DateTime<Utc>) -> Self {
        Self { validity: Some((not_before, not_after)), ..Self::pending(id, domain, not_before) }
    }

    /// A certificate imported by the customer.
    pub fn imported(id: &str, domain: &str, not_before: DateTime<Utc>, not_after: DateTime<Utc>) -> Self {
        let origin = "CUSTOMER_PROVIDED";
        Self { kind: "IMPORTED", key_pair_origin: origin, ..Self::issued(id, domain, not_before, not_after) }
    }

    /// A requested certificate that is not validated yet: it has no dates.
    pub fn pending(id: &str, domain: &str, created_at: DateTime<Utc>) -> Self {
        Self {
            id: id.to_owned(),
            domain: domain.to_owned(),
            names: vec![domain.to_owned()],
            key: Key::Rsa2048,
            kind: "AMAZON_ISSUED",
            key_pair_origin: "AWS_MANAGED",
            status: None,
            created_at,
            validity: None,
            in_use_by: Vec::new(),
            renewal: None,
            tags: Vec::new(),
        }
    }

    /// This certificate with another key type.
    #[must_use]
    pub fn key(mut self, key: Key) -> Self {
        self.key = key;
        self
    }

    /// This certificate with a further name.
    #[must_use]
    pub fn name(mut self, name: &str) -> Self {
        self.names.push(name.to_owned());
        self
    }

    /// This certificate in use by the resource of that ARN.
    #[must_use]
    pub fn used_by(mut self, arn: Value) -> Self {
        self.in_use_by.push(arn);
        self
    }

    /// This certificate with a renewal in that state.
    #[must_use]
    pub fn renewal(mut self, status: &'static str) -> Self {
        self.renewal = Some(status);
        self
    }

    /// This certificate with a tag.
    #[must_use]
    pub fn tag(mut self, name: &str, value: &str) -> Self {
        self.tags.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Its ARN, in the account and region that are asked.
    pub fn arn(&self) -> Value {
        Value::arn("acm", format!("certificate/{}", self.id))
    }

    /// Its PEM and chain as `GetCertificate` answers them; none before it is issued.
    ///
    /// # Errors
    /// If a name or a date cannot be encoded.
    pub fn pem(&self) -> Result<Option<Issued>, crate::certificate::Error> {
        let Some((not_before, not_after)) = self.validity else { return Ok(None) };
        let (common_name, names) = (self.domain.clone(), self.names.clone());
        issue(&Order { common_name, names, not_before, not_after, key: self.key, issuer_not_after: None })
            .map(Some)
    }

    fn status(&self, now: DateTime<Utc>) -> &'static str {
        match (self.status, self.validity) {
            (Some(status), _) => status,
            (None, None) => "PENDING_VALIDATION",
            (None, Some((_, not_after))) if now > not_after => "EXPIRED",
            (None, Some(_)) => "ISSUED",
        }
    }

    /// The fields that the listing and the description share.
    fn record(&self, now: DateTime<Utc>) -> Value {
        let imported = self.kind == "IMPORTED";
        let eligible = !imported && !self.in_use_by.is_empty();
        Value::record()
            .with("CertificateArn", self.arn())
            .with("DomainName", self.domain.as_str())
            .with("Status", self.status(now))
            .with("Type", self.kind)
            .with("RenewalEligibility", if eligible { "ELIGIBLE" } else { "INELIGIBLE" })
            .with("CertificateKeyPairOrigin", self.key_pair_origin)
            .with("CreatedAt", self.created_at)
            .with_some("NotBefore", self.validity.map(|(not_before, _)| not_before))
            .with_some("NotAfter", self.validity.map(|(_, not_after)| not_after))
            .with_some("IssuedAt", (!imported).then(|| self.validity.map(|(at, _)| at)).flatten())
            .with_some("ImportedAt", imported.then_some(self.created_at))
    }

    fn summary(&self, now: DateTime<Utc>) -> Value {
        self.record(now)
            .with(
                "SubjectAlternativeNameSummaries",
                Value::list(self.names.iter().take(100).map(String::as_str)),
            )
            .with("HasAdditionalSubjectAlternativeNames", self.names.len() > 100)
            .with("KeyAlgorithm", self.key.name())
            .with("KeyUsages", vec!["DIGITAL_SIGNATURE"])
            .with("ExtendedKeyUsages", vec!["TLS_WEB_SERVER_AUTHENTICATION"])
            .with("InUse", !self.in_use_by.is_empty())
            .with("Exported", false)
    }

    fn detail(&self, now: DateTime<Utc>) -> Value {
        self.record(now)
            .with("SubjectAlternativeNames", Value::list(self.names.iter().map(String::as_str)))
            .with("KeyAlgorithm", self.key.name().replace("RSA_", "RSA-"))
            .with("Subject", format!("CN={}", self.domain))
            .with("Issuer", if self.kind == "IMPORTED" { "Howler Simulated Authority" } else { "Amazon" })
            .with("SignatureAlgorithm", "SHA256WITHRSA")
            .with("InUseBy", Value::List(self.in_use_by.clone()))
            .with("KeyUsages", vec![Value::record().with("Name", "DIGITAL_SIGNATURE")])
            .with_some("DomainValidationOptions", self.validation())
            .with_some("RenewalSummary", self.renewal.map(|status| self.renewal_summary(status, now)))
    }

    /// How each name was or is to be proven; nothing for what the customer imported.
    fn validation(&self) -> Option<Value> {
        let status = if self.validity.is_some() { "SUCCESS" } else { "PENDING_VALIDATION" };
        let option = |name: &String| {
            let record = Value::record()
                .with("Name", format!("_howler.{name}."))
                .with("Type", "CNAME")
                .with("Value", "_validation.acm-validations.aws.");
            Value::record()
                .with("DomainName", name.as_str())
                .with("ValidationDomain", name.as_str())
                .with("ValidationStatus", status)
                .with("ValidationMethod", "DNS")
                .with("ResourceRecord", record)
        };
        (self.kind == "AMAZON_ISSUED").then(|| Value::list(self.names.iter().map(option)))
    }

    fn renewal_summary(&self, status: &'static str, now: DateTime<Utc>) -> Value {
        let reason = (status == "FAILED").then_some("DOMAIN_VALIDATION_DENIED");
        Value::record()
            .with("RenewalStatus", status)
            .with("DomainValidationOptions", self.validation().unwrap_or_else(|| Value::List(Vec::new())))
            .with("UpdatedAt", now - TimeDelta::days(1))
            .with_some("RenewalStatusReason", reason)
    }
}

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
        other => Err(Failure::unknown_action(other)),
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
