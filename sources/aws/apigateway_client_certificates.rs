//! Certificates that API Gateway shows to back ends, to prove that a request came through it. Nobody renews them by
//! themselves: each stage has to be given a new one, and the back end has to trust that.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_apigateway::types::{ClientCertificate, RestApi, Stage};
use howler_model::{CertificateUsage, FactKind, Origin, Reason, Resource, Role, Scope, Unseen};

use super::AccountRegion;
use super::apigateway::{GET, SERVICE, own_arn};
use super::certificate::{Kept, validity};
use super::listings::apigateway::{GetClientCertificates, GetRestApis};
use super::listings::of_each::of_each;
use crate::source::Gathered;
use crate::{Asked, Gather, Source};

/// The source.
pub(crate) static SOURCE: Source = Source {
    id: "apigateway-client-certificates",
    title: "Certificates that API Gateway shows to back ends",
    service: SERVICE,
    kinds: &[FactKind::Certificate],
    actions: || vec![GET],
    quotas: &[],
    asked: Asked::Always,
    gather: Gather::Region(|at| Box::pin(gather(at))),
};

async fn gather(at: &AccountRegion) -> Gathered {
    let mut gathered = Gathered::default();
    let Some(listed) = gathered.note(None, at.list::<GetClientCertificates>().await) else {
        return gathered;
    };
    if listed.is_empty() {
        return gathered;
    }
    let users = users(at, &mut gathered).await;
    let scope = at.scope(SERVICE);
    for certificate in listed.iter() {
        tell(&scope, certificate, users.as_ref(), &mut gathered);
    }
    gathered
}

/// The ARNs of stages by the id of the certificate that they show.
type Users = BTreeMap<String, BTreeSet<String>>;

/// Who shows which; none if not all stages are known.
async fn users(at: &AccountRegion, gathered: &mut Gathered) -> Option<Users> {
    let apis = gathered.note(None, at.list::<GetRestApis>().await)?;
    let asked = of_each(apis.iter(), |api| stages(at, api)).await;
    let scope = at.scope(SERVICE);
    let (mut users, mut all) = (Users::new(), true);
    for of in gathered.note(None, asked)? {
        let id = of.parent.id().unwrap_or_default();
        match gathered.note(Some(&own_arn(&scope, &format!("/restapis/{id}"))), of.answer) {
            Some(stages) => stages.iter().for_each(|stage| add(&scope, id, stage, &mut users)),
            None => all = false,
        }
    }
    all.then_some(users)
}

async fn stages(at: &AccountRegion, api: &RestApi) -> Result<Vec<Stage>, Unseen> {
    let request = at.apigateway().get_stages().set_rest_api_id(api.id.clone());
    let answer = at.call(GET, || request.clone().send()).await?;
    Ok(answer.item.unwrap_or_default())
}

fn add(scope: &Scope, api: &str, stage: &Stage, users: &mut Users) {
    if let Some(certificate) = stage.client_certificate_id() {
        let name = stage.stage_name().unwrap_or_default();
        let arn = own_arn(scope, &format!("/restapis/{api}/stages/{name}"));
        users.entry(certificate.to_owned()).or_default().insert(arn);
    }
}

/// The fact of one certificate; what it says itself goes before what is said of it.
fn tell(scope: &Scope, listed: &ClientCertificate, users: Option<&Users>, gathered: &mut Gathered) {
    let Some(id) = listed.client_certificate_id() else {
        let unseen = Unseen::new(Reason::Malformed, GET, "a client certificate without an id");
        return gathered.miss(None, unseen);
    };
    let resource = Resource {
        scope: scope.clone(),
        kind: "apigateway-client-certificate",
        id: own_arn(scope, &format!("/clientcertificates/{id}")),
        name: listed.description().unwrap_or(id).to_owned(),
    };
    let usage = usage(id, users);
    let kept = Kept { resource, role: Role::Leaf, origin: Origin::Service, usage, changes: false };
    let said = |words: &str| validity(None, listed.expiration_date(), words);
    match listed.pem_encoded_certificate() {
        Some(pem) => kept.read(pem.as_bytes(), GET, |words| said(&words), gathered),
        None => gathered.facts.certificates.push(kept.unread(said("API Gateway does not tell when it ends"))),
    }
}

fn usage(id: &str, users: Option<&Users>) -> CertificateUsage {
    match users.map(|users| users.get(id)) {
        None => CertificateUsage::Unknown,
        Some(None) => CertificateUsage::Unused,
        Some(Some(stages)) => CertificateUsage::By(stages.iter().cloned().collect()),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use aws_sdk_apigateway::primitives::DateTime as SdkTime;
    use aws_sdk_apigateway::types::builders::ClientCertificateBuilder;
    use howler_model::{Certificate, Validity};
    use rcgen::{CertificateParams, KeyPair};

    use super::*;
    use crate::aws::certificate::somewhere;

    fn told(listed: ClientCertificateBuilder, users: Option<&Users>) -> Gathered {
        let mut gathered = Gathered::default();
        tell(&somewhere("apigateway"), &listed.build(), users, &mut gathered);
        gathered
    }

    fn listed() -> ClientCertificateBuilder {
        ClientCertificate::builder().client_certificate_id("ab12")
    }

    fn only(gathered: &Gathered) -> &Certificate {
        assert_eq!(gathered.facts.certificates.len(), 1);
        &gathered.facts.certificates[0]
    }

    #[test]
    fn the_certificate_itself_goes_before_what_is_said_of_it() {
        let mut params = CertificateParams::new(["back.example".to_owned()]).unwrap();
        params.not_after = rcgen::date_time_ymd(2027, 3, 1);
        let pem = params.self_signed(&KeyPair::generate().unwrap()).unwrap().pem();
        let wrong = SdkTime::from_secs(1);
        let gathered = told(listed().pem_encoded_certificate(pem).expiration_date(wrong), None);
        let fact = only(&gathered);
        let Validity::Until { not_after, .. } = fact.validity else { panic!("{fact:?}") };
        assert_eq!(not_after.to_rfc3339(), "2027-03-01T00:00:00+00:00");
        assert_eq!((fact.role, fact.origin), (Role::Leaf, Origin::Service));
        assert_eq!(fact.resource.id, "arn:aws:apigateway:eu-west-1::/clientcertificates/ab12");
        assert!(gathered.gaps.is_empty());
    }

    #[test]
    fn a_body_that_cannot_be_read_is_a_gap_and_leaves_the_date() {
        let gathered =
            told(listed().pem_encoded_certificate("?").expiration_date(SdkTime::from_secs(9)), None);
        assert!(matches!(only(&gathered).validity, Validity::Until { .. }));
        assert_eq!(gathered.gaps.len(), 1);
        let gathered = told(listed(), None);
        assert!(matches!(only(&gathered).validity, Validity::Unknown(_)));
        let nameless = told(ClientCertificate::builder(), None);
        assert!(nameless.facts.certificates.is_empty() && nameless.gaps.len() == 1);
    }

    #[test]
    fn what_no_stage_shows_is_unused_only_if_all_stages_are_known() {
        let mut users = Users::new();
        let scope = somewhere("apigateway");
        let stage = |id: Option<&str>, name: &str| {
            Stage::builder().stage_name(name).set_client_certificate_id(id.map(str::to_owned)).build()
        };
        for stage in [stage(Some("ab12"), "live"), stage(Some("ab12"), "test"), stage(None, "other")] {
            add(&scope, "api1", &stage, &mut users);
        }
        let arn = |stage: &str| format!("arn:aws:apigateway:eu-west-1::/restapis/api1/stages/{stage}");
        assert_eq!(usage("ab12", Some(&users)), CertificateUsage::By(vec![arn("live"), arn("test")]));
        assert_eq!(usage("cd34", Some(&users)), CertificateUsage::Unused);
        assert_eq!(usage("ab12", None), CertificateUsage::Unknown);
    }
}
