//! Certificates by which clients have begun sessions of IAM Roles Anywhere lately.
//!
//! Roles Anywhere remembers every certificate that ever came. One that has not come for a while was replaced or its
//! client is gone, so that its end matters to nobody.

use aws_sdk_rolesanywhere::primitives::DateTime as SdkTime;
use aws_sdk_rolesanywhere::types::{CredentialSummary, SubjectDetail, SubjectSummary};
use chrono::{DateTime, TimeDelta, Utc};
use howler_model::{CertificateUsage, FactKind, Origin, Reason, Resource, Role, Service, Unseen, Validity};

use super::AccountRegion;
use super::access::Listing;
use super::certificate::{Kept, time};
use super::listings::of_each::of_each;
use super::listings::rolesanywhere::ListSubjects;
use crate::source::Gathered;
use crate::{Asked, Gather, Source};

const SERVICE: Service = Service::named("rolesanywhere");
const GET: &str = "rolesanywhere:GetSubject";

/// Sessions last twelve hours at most, so that clients which run all the time come every day.
const LATELY: TimeDelta = TimeDelta::days(7);

/// The source.
pub(crate) static SOURCE: Source = Source {
    id: "roles-anywhere-subjects",
    title: "Certificates that clients of IAM Roles Anywhere came with in the last week, one call for each client",
    service: SERVICE,
    kinds: &[FactKind::Certificate],
    actions: || vec![ListSubjects::ACTION, GET],
    quotas: &[],
    asked: Asked::OnRequest,
    gather: Gather::Region(|at| Box::pin(gather(at))),
};

async fn gather(at: &AccountRegion) -> Gathered {
    let mut gathered = Gathered::default();
    let Some(listed) = gathered.note(None, at.list::<ListSubjects>().await) else {
        return gathered;
    };
    let came = listed.iter().filter(|subject| is_late(subject.last_seen_at(), at.now()));
    let asked = of_each(came, |subject| get(at, subject)).await;
    for of in gathered.note(None, asked).unwrap_or_default() {
        let arn = of.parent.subject_arn().unwrap_or_default();
        let name = of.parent.x509_subject().unwrap_or(arn);
        let resource = at.resource(SERVICE, "roles-anywhere-certificate", arn, name);
        if let Some(subject) = gathered.note(Some(arn), of.answer) {
            add(&resource, &subject, at.now(), &mut gathered);
        }
    }
    gathered
}

/// Whether something was seen lately; where nobody says when, it may have been.
fn is_late(seen: Option<&SdkTime>, now: DateTime<Utc>) -> bool {
    seen.and_then(time).is_none_or(|seen| now - seen <= LATELY)
}

async fn get(at: &AccountRegion, subject: &SubjectSummary) -> Result<SubjectDetail, Unseen> {
    let request = at.rolesanywhere().get_subject().set_subject_id(subject.subject_id.clone());
    let answer = at.call(GET, || request.clone().send()).await?;
    answer.subject.ok_or_else(|| Unseen::new(Reason::Malformed, GET, "the answer has no subject in it"))
}

/// The certificates of one client. They are its own: Roles Anywhere has copies.
fn add(subject: &Resource, detail: &SubjectDetail, now: DateTime<Utc>, gathered: &mut Gathered) {
    for credential in detail.credentials().iter().filter(|credential| counts(credential, now)) {
        let id = format!("{}#{}", subject.id, credential.serial_number().unwrap_or("?"));
        let usage = CertificateUsage::By(vec![subject.id.clone()]);
        let resource = Resource { id, ..subject.clone() };
        let kept = Kept { resource, role: Role::Leaf, origin: Origin::Uploaded, usage, changes: false };
        let body = credential.x509_certificate_data().unwrap_or_default();
        kept.read(body.as_bytes(), GET, Validity::Unknown, gathered);
    }
}

/// One that is not enabled opens no session, however often it comes.
fn counts(credential: &CredentialSummary, now: DateTime<Utc>) -> bool {
    credential.enabled() != Some(false) && is_late(credential.seen_at(), now)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use aws_sdk_rolesanywhere::types::builders::CredentialSummaryBuilder;
    use rcgen::{CertificateParams, KeyPair};

    use super::*;
    use crate::aws::certificate::somewhere;

    const NOW: i64 = 1_800_000_000;
    const DAY: i64 = 86_400;

    fn now() -> DateTime<Utc> {
        DateTime::from_timestamp(NOW, 0).unwrap()
    }

    fn credential(serial: &str, seen: i64) -> CredentialSummaryBuilder {
        let params = CertificateParams::new(vec![format!("{serial}.example")]).unwrap();
        let pem = params.self_signed(&KeyPair::generate().unwrap()).unwrap().pem();
        CredentialSummary::builder()
            .serial_number(serial)
            .seen_at(SdkTime::from_secs(seen))
            .enabled(true)
            .x509_certificate_data(pem)
    }

    fn told(credentials: Vec<CredentialSummaryBuilder>) -> Gathered {
        let scope = somewhere("rolesanywhere");
        let (id, name) = ("arn:s".to_owned(), "CN=s".to_owned());
        let subject = Resource { scope, kind: "roles-anywhere-certificate", id, name };
        let credentials = credentials.into_iter().map(CredentialSummaryBuilder::build).collect();
        let detail = SubjectDetail::builder().set_credentials(Some(credentials)).build();
        let mut gathered = Gathered::default();
        add(&subject, &detail, now(), &mut gathered);
        gathered
    }

    #[test]
    fn lately_is_a_week_and_an_unknown_time_may_be_it() {
        let late = |seen| is_late(Some(&SdkTime::from_secs(seen)), now());
        assert!(late(NOW) && late(NOW - 7 * DAY) && !late(NOW - 7 * DAY - 1));
        assert!(is_late(None, now()));
    }

    #[test]
    fn what_was_replaced_or_is_not_enabled_is_left_out() {
        let disabled = credential("3", NOW).enabled(false);
        let found = told(vec![credential("1", NOW - 8 * DAY), credential("2", NOW - DAY), disabled]);
        let [one] = &found.facts.certificates[..] else { panic!("{found:?}") };
        assert_eq!((one.resource.id.as_str(), &one.names[..]), ("arn:s#2", &["2.example".to_owned()][..]));
        assert_eq!(one.usage, CertificateUsage::By(vec!["arn:s".to_owned()]));
        assert_eq!(found.gaps, []);
    }

    #[test]
    fn a_certificate_without_a_body_is_unknown_and_a_gap() {
        let found = told(vec![credential("1", NOW).set_x509_certificate_data(None)]);
        assert!(matches!(found.facts.certificates[0].validity, Validity::Unknown(_)));
        assert_eq!(found.gaps.len(), 1);
    }
}
