//! A certificate of ACM, and what its listing and its description say.

use chrono::{DateTime, TimeDelta, Utc};

use crate::certificate::{Issued, Key, Order, issue};
use crate::value::Value;

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

    pub(super) fn status(&self, now: DateTime<Utc>) -> &'static str {
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

    pub(super) fn summary(&self, now: DateTime<Utc>) -> Value {
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

    pub(super) fn detail(&self, now: DateTime<Utc>) -> Value {
        self.record(now)
            .with("SubjectAlternativeNames", Value::list(self.names.iter().map(String::as_str)))
            .with("KeyAlgorithm", self.key.name().replace("RSA_", "RSA-"))
            .with("Subject", format!("CN={}", self.domain))
            .with("Issuer", if self.kind == "IMPORTED" { "Howler Simulated Authority" } else { "Amazon" })
            .with("SignatureAlgorithm", "SHA256WITHRSA")
            .with("InUseBy", Value::List(self.in_use_by.clone()))
            .with("KeyUsages", vec![Value::record().with("Name", "DIGITAL_SIGNATURE")])
            .with_some("DomainValidationOptions", self.validation(self.validated()))
            .with_some("RenewalSummary", self.renewal.map(|status| self.renewal_summary(status, now)))
    }

    /// Whether its names were proven when it was issued.
    fn validated(&self) -> &'static str {
        if self.validity.is_some() { "SUCCESS" } else { "PENDING_VALIDATION" }
    }

    /// How each name was or is to be proven; nothing for what the customer imported.
    fn validation(&self, status: &'static str) -> Option<Value> {
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
        let proven = if status == "PENDING_AUTO_RENEWAL" { "SUCCESS" } else { status };
        Value::record()
            .with("RenewalStatus", status)
            .with(
                "DomainValidationOptions",
                self.validation(proven).unwrap_or_else(|| Value::List(Vec::new())),
            )
            .with("UpdatedAt", now - TimeDelta::days(1))
            .with_some("RenewalStatusReason", reason)
    }
}
