//! What to do about a finding: words for people, and a command where there is one to run.

use howler_model as model;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::number;
use crate::document::{
    Certificate, Cname, Finding, Measure, Obstacle, Origin, Place, Reason, Role, Validation,
};
use crate::escape::shell;

/// What to do about a finding.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Remediation {
    /// In words.
    pub text: String,
    /// A shell command, quoted and safe to paste; null where there is none.
    pub command: Option<String>,
}

impl Remediation {
    /// What to do about this finding, where `fix` is what its check says.
    pub(crate) fn of(finding: &Finding, fix: &str) -> Self {
        Self { text: text(finding, fix), command: command(finding) }
    }
}

fn text(finding: &Finding, fix: &str) -> String {
    let text = match &finding.measure {
        Measure::Gap { unseen } | Measure::UtilizationUnknown { unseen, .. } => {
            return of_reason(unseen.reason, &unseen.action);
        }
        Measure::Expiry { certificate, .. } => of_role(certificate),
        Measure::Renewal { obstacle: Some(obstacle), certificate, .. } => {
            of_obstacle(*obstacle, certificate.origin)
        }
        Measure::Renewal { obstacle: None, certificate, .. } => renewal(certificate.origin),
        Measure::NotIssued => {
            "Finish the validation that ACM waits for, or delete the request: nothing can use it as it is."
        }
        Measure::Utilization { .. } => {
            "Ask for a higher quota in time, as an increase may take days; or delete what is not used any more."
        }
        _ => fix,
    };
    text.to_owned()
}

/// What a role asks for beyond a renewal.
fn of_role(certificate: &Certificate) -> &'static str {
    match (certificate.role, certificate.origin) {
        (Some(Role::Database), _) => {
            "Give all clients the bundle of the new authority first, then let the database take a certificate of it; see \
             whether that restarts it."
        }
        (Some(Role::TrustStore), _) => {
            "Put the authority that follows into the trust store beside this one, have the clients change to \
             certificates of it, and take this one out then."
        }
        (Some(Role::RevocationList), _) => {
            "Have the authority publish a new list and import it; better, let a timer do so at half of its period."
        }
        (Some(Role::Federation), _) => {
            "Ask whoever runs the other directory for the new signing certificate, and put it beside the old one before \
             they change."
        }
        (_, origin) => renewal(origin),
    }
}

/// How an obstacle is taken out of the way.
fn of_obstacle(obstacle: Obstacle, origin: Origin) -> &'static str {
    match obstacle {
        Obstacle::RecordMissing => {
            "Put the CNAME record back exactly as ACM names it, in the zone that the world sees: ACM then renews by itself."
        }
        Obstacle::Email => {
            "Have the mail sent again and click the link in it; better, request a certificate that is validated by DNS and \
             attach that."
        }
        Obstacle::Unvalidated => {
            "See that every domain validates: the record has to be in the zone that the world sees, and no CAA record may \
             forbid Amazon."
        }
        Obstacle::NotInUse => {
            "Attach it to what is to use it, or delete it: ACM renews only what is in use or was exported."
        }
        Obstacle::Failed | Obstacle::Ineligible => renewal(origin),
    }
}

/// Who renews a certificate, and how the new one comes to where the old one is.
fn renewal(origin: Origin) -> &'static str {
    match origin {
        Origin::AcmIssued => {
            "ACM renews this certificate by itself while it is in use and its domains validate: \
             see why it does not, and restore the DNS records that ACM asks for."
        }
        Origin::AcmPrivate => {
            "ACM renews this certificate by itself while its private CA permits it: \
             see why it does not, and restore ACM's permission on the CA."
        }
        Origin::AcmAcme => {
            "Run the ACME client that got this certificate, and see why it did not renew it in time."
        }
        Origin::AcmImported => {
            "Renew the certificate where it was issued and import it again under the same ARN: \
             whatever uses it takes the new one at once."
        }
        Origin::Iam => {
            "Renew the certificate, upload it under a new name and point its users to it; \
             better, import it into ACM and leave IAM."
        }
        Origin::AcmPca => {
            "Issue the authority a new certificate from its parent, install it, and give it to everybody who has to trust it \
             before the old one ends."
        }
        Origin::Service => {
            "Have the service make a new one, and give it to those who have to trust it before the old one ends."
        }
        Origin::Uploaded => {
            "Get the new one from whoever issues it, and give it to the service that has the old one."
        }
        Origin::File => {
            "Renew the certificate where it was issued, replace the file and reload what reads it."
        }
        Origin::Served => {
            "Renew the certificate where it was issued, install it with its chain on the server and reload it."
        }
    }
}

/// What a role has to be taken with: its permissions are not those of the role that scans.
pub(crate) const ASSUME_ROLE: &str = "sts:AssumeRole";

/// What to do about something that could not be seen, because `action` failed.
pub(crate) fn of_reason(reason: Reason, action: &str) -> String {
    let text = match reason {
        Reason::Denied if action == ASSUME_ROLE => {
            "Create the role in that account (deploy/iam/role.yaml), let its trust policy name who scans and the external \
             id, and permit sts:AssumeRole to who scans; `howler doctor` tries every role."
        }
        Reason::Denied => {
            return format!(
                "Permit {action} to the role that scans; `howler policy iam` prints the whole policy."
            );
        }
        Reason::DeniedByScp => {
            return format!(
                "A service control policy forbids {action}: exempt the role that scans, or leave the region out of \
                 the scan. Permissions in the account do not help."
            );
        }
        Reason::Disabled => "Enable the region or the service in the account, or leave it out of the scan.",
        Reason::Throttled => {
            "Scan again at a quieter time: others use up the request rate of this account and region."
        }
        Reason::Timeout | Reason::Network => {
            "See that the address is right and can be reached from where howler runs, then scan again."
        }
        Reason::Credentials => "Renew the credentials and see that the role may be assumed, then scan again.",
        Reason::Malformed | Reason::PagingLoop | Reason::Failed => {
            "Scan again; if it stays, see what answers there: the message says what was wrong with it."
        }
        Reason::NoData => "Look the value up in the console: the service publishes none for this account.",
        Reason::LeftOut => "Allow its network with --allow-private, and scan from where it can be reached.",
        Reason::Skipped => "Let the scan run to its end, or scan the shard again whose part is missing.",
    };
    text.to_owned()
}

fn command(finding: &Finding) -> Option<String> {
    match &finding.measure {
        Measure::Expiry { certificate, .. } => match certificate.role {
            Some(Role::Database) => rotate(finding),
            _ => renew(certificate.origin, finding),
        },
        Measure::Renewal { obstacle, validations, certificate, .. } => {
            unblock(*obstacle, validations, certificate.origin, finding)
        }
        Measure::Deployment { served, .. } => {
            Some(format!("howler scan --endpoint {}", shell(&served.place)?))
        }
        Measure::Dangling { .. } => listener(finding, "--certificates CertificateArn=CERTIFICATE_ARN"),
        Measure::LegacyProtocol { only: false, .. } => {
            listener(finding, "--ssl-policy ELBSecurityPolicy-TLS13-1-2-2021-06")
        }
        Measure::Utilization { usage, limit, .. } => raise(finding, *usage, *limit),
        Measure::Name { .. }
        | Measure::Chain { .. }
        | Measure::NeedlessChain { .. }
        | Measure::LegacyProtocol { .. } => look(&finding.scope),
        Measure::NotIssued if finding.resource.kind == "acm-certificate" => {
            acm("describe-certificate", finding)
        }
        _ => None,
    }
}

fn renew(origin: Origin, finding: &Finding) -> Option<String> {
    match origin {
        Origin::AcmImported => {
            let import = acm("import-certificate", finding)?;
            Some(format!(
                "{import} --certificate fileb://certificate.pem --private-key fileb://key.pem \
                 --certificate-chain fileb://chain.pem"
            ))
        }
        Origin::AcmIssued | Origin::AcmPrivate | Origin::AcmAcme => acm("describe-certificate", finding),
        Origin::Iam if finding.resource.kind == "iam-server-certificate" => Some(format!(
            "aws iam upload-server-certificate --server-certificate-name {} --certificate-body file://certificate.pem \
             --private-key file://key.pem --certificate-chain file://chain.pem",
            shell(&format!("{}-renewed", finding.resource.name))?
        )),
        Origin::Iam | Origin::AcmPca | Origin::Service | Origin::Uploaded | Origin::File => None,
        Origin::Served => look(&finding.scope),
    }
}

/// Takes out of the way what stops a renewal.
fn unblock(
    obstacle: Option<Obstacle>,
    validations: &[Validation],
    origin: Origin,
    finding: &Finding,
) -> Option<String> {
    let record =
        || validations.iter().find_map(|it| it.record.as_ref().filter(|_| it.published != Some(true)));
    match obstacle {
        Some(Obstacle::Email) => {
            let domain = shell(&validations.first()?.domain)?;
            let resend = acm("resend-validation-email", finding)?;
            Some(format!("{resend} --domain {domain} --validation-domain {domain}"))
        }
        Some(Obstacle::RecordMissing | Obstacle::Unvalidated) => match record() {
            Some(record) => publish(record),
            None => acm("describe-certificate", finding),
        },
        Some(Obstacle::NotInUse) => None,
        Some(Obstacle::Failed | Obstacle::Ineligible) | None => renew(origin, finding),
    }
}

/// Puts a record into the zone, whose id nobody here knows.
fn publish(record: &Cname) -> Option<String> {
    let change = serde_json::json!({ "Changes": [{
        "Action": "UPSERT",
        "ResourceRecordSet": {
            "Name": record.name,
            "Type": "CNAME",
            "TTL": 300,
            "ResourceRecords": [{ "Value": record.value }],
        },
    }] });
    let change = shell(&change.to_string())?;
    Some(format!("aws route53 change-resource-record-sets --hosted-zone-id ZONE_ID --change-batch {change}"))
}

/// Gives a database a certificate of the authority that follows. The name of a database is the end of its ARN.
fn rotate(finding: &Finding) -> Option<String> {
    let (_, name) = finding.resource.id.split_once(":db:")?;
    let name = name.split('#').next()?;
    Some(format!(
        "aws rds modify-db-instance --region {} --db-instance-identifier {} --ca-certificate-identifier \
         CA_IDENTIFIER",
        shell(&region(&finding.scope)?)?,
        shell(name)?,
    ))
}

/// Changes a listener of an application or network load balancer.
fn listener(finding: &Finding, change: &str) -> Option<String> {
    let arn = Some(&finding.resource.id).filter(|id| id.contains(":listener/"))?;
    let region = shell(&region(&finding.scope)?)?;
    Some(format!("aws elbv2 modify-listener --region {region} --listener-arn {} {change}", shell(arn)?))
}

fn acm(operation: &str, finding: &Finding) -> Option<String> {
    let region = shell(&region(&finding.scope)?)?;
    Some(format!("aws acm {operation} --region {region} --certificate-arn {}", shell(&finding.resource.id)?))
}

/// Asks for room: a limit of which the present usage is 60 %.
fn raise(finding: &Finding, usage: f64, limit: f64) -> Option<String> {
    let mut id = finding.resource.id.split('/');
    let (service, code) = (id.next()?, id.next().filter(|code| code.starts_with("L-"))?);
    let wanted = (usage / 0.6).max(limit + 1.0).ceil();
    Some(format!(
        "aws service-quotas request-service-quota-increase --region {} --service-code {} --quota-code {} \
         --desired-value {}",
        shell(&region(&finding.scope)?)?,
        shell(service)?,
        shell(code)?,
        number(wanted),
    ))
}

/// Asks an endpoint again.
fn look(place: &Place) -> Option<String> {
    let endpoint = place.target.as_ref().filter(|_| place.service == model::Service::TLS.as_str())?;
    Some(format!("howler scan --endpoint {}", shell(endpoint)?))
}

/// The region to call: global services answer in the home region of their partition.
fn region(place: &Place) -> Option<String> {
    let region = place.region.as_deref()?;
    match region == model::Region::GLOBAL.as_str() {
        true => Some(model::Partition::from(place.partition?).home_region().to_string()),
        false => Some(region.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use howler_model::{Measure, Obstacle, Origin, Resource, Severity, Status};

    use super::{ASSUME_ROLE, Remediation, of_reason};
    use crate::document::{Finding, Reason};
    use crate::samples;

    fn of(resource: Resource, measure: Measure) -> Remediation {
        Finding::from(&samples::finding("x", resource, Status::Fail, Severity::High, measure))
            .remediation
            .unwrap()
    }

    fn expired(origin: Origin, name: &str) -> Remediation {
        let measure = samples::expiry(origin, -TimeDelta::days(1), TimeDelta::days(90));
        let kind = if origin == Origin::Iam { "iam-server-certificate" } else { "acm-certificate" };
        of(Resource { kind, ..samples::certificate(name, "111111111111", "eu-west-1", 1) }, measure)
    }

    #[test]
    fn who_renews_depends_on_where_the_certificate_came_from() {
        let command = |origin| expired(origin, "www").command.unwrap_or_default();
        assert!(command(Origin::AcmImported).starts_with("aws acm import-certificate --region eu-west-1 "));
        assert!(command(Origin::AcmIssued).starts_with("aws acm describe-certificate --region eu-west-1 "));
        assert!(command(Origin::Iam).starts_with("aws iam upload-server-certificate "));
        assert_eq!(command(Origin::File), "");
    }

    #[test]
    fn a_name_is_one_word_of_a_command_or_there_is_no_command() {
        let command = |name| expired(Origin::Iam, name).command;
        assert!(command("a b'; reboot").unwrap().contains(r" 'a b'\''; reboot-renewed' "));
        assert_eq!(command("a\nb"), None);
        assert_eq!(command("a\u{1b}[2J"), None);
    }

    fn stopped(obstacle: Obstacle, domain: &str, value: &str) -> Option<String> {
        let measure = samples::renewal(Some(obstacle), domain, value);
        of(samples::certificate("www", "111111111111", "eu-west-1", 1), measure).command
    }

    #[test]
    fn what_stops_a_renewal_has_a_command_that_mends_it() {
        let record = stopped(Obstacle::RecordMissing, "www.example.com", "_y.acm-validations.aws.").unwrap();
        assert!(record.starts_with("aws route53 change-resource-record-sets --hosted-zone-id ZONE_ID "));
        assert!(record.contains(r#""Name":"_x.www.example.com""#) && record.contains(r#""Type":"CNAME""#));
        let mail = stopped(Obstacle::Email, "www.example.com", "").unwrap();
        assert!(
            mail.starts_with("aws acm resend-validation-email --region eu-west-1 --certificate-arn arn:")
        );
        assert!(mail.ends_with(" --domain www.example.com --validation-domain www.example.com"));
        assert!(stopped(Obstacle::Failed, "x", "y").unwrap().starts_with("aws acm describe-certificate "));
    }

    #[test]
    fn a_record_is_one_word_of_a_command_or_there_is_no_command() {
        let command = stopped(Obstacle::RecordMissing, "x'; reboot #", "$(id)").unwrap();
        assert!(command.contains(r"'\''; reboot #"), "{command}");
        assert_eq!(stopped(Obstacle::Email, "a\u{202e}b", ""), None);
        let escaped = stopped(Obstacle::RecordMissing, "a\u{1b}[2J", "").unwrap();
        assert!(escaped.contains(r"\u001b[2J"), "JSON escapes it: {escaped}");
        assert_eq!(stopped(Obstacle::RecordMissing, "a\u{202e}b", ""), None);
    }

    #[test]
    fn a_database_takes_a_certificate_of_another_authority() {
        let mut measure = samples::expiry(Origin::Service, TimeDelta::days(20), TimeDelta::days(365));
        if let Measure::Expiry { certificate, .. } = &mut measure {
            certificate.role = howler_model::Role::Database;
        }
        let mut resource = samples::certificate("orders", "111111111111", "eu-west-1", 1);
        resource.id = "arn:aws:rds:eu-west-1:111111111111:db:orders".into();
        assert_eq!(
            of(resource, measure).command.unwrap(),
            "aws rds modify-db-instance --region eu-west-1 --db-instance-identifier orders \
             --ca-certificate-identifier CA_IDENTIFIER"
        );
    }

    #[test]
    fn a_listener_is_changed_where_it_is() {
        let mut resource = samples::certificate("web:443", "111111111111", "eu-west-1", 1);
        resource.id = "arn:aws:elasticloadbalancing:eu-west-1:111111111111:listener/app/web/1/2".into();
        let measure = Measure::LegacyProtocol { oldest: Some("TLSv1.0".into()), only: false };
        let command = of(resource.clone(), measure).command.unwrap();
        assert!(command.starts_with("aws elbv2 modify-listener --region eu-west-1 --listener-arn arn:"));
        assert!(command.ends_with(" --ssl-policy ELBSecurityPolicy-TLS13-1-2-2021-06"));
        let command = of(resource.clone(), Measure::Dangling(vec!["arn:gone".into()])).command.unwrap();
        assert!(command.ends_with(" --certificates CertificateArn=CERTIFICATE_ARN"));
        resource.id = "arn:aws:cloudfront::111111111111:distribution/1".into();
        assert_eq!(of(resource, Measure::Dangling(vec!["arn:gone".into()])).command, None);
    }

    #[test]
    fn a_quota_is_asked_for_where_it_is_used_and_with_room() {
        let scan = samples::scan();
        let of = |id: &str| {
            let finding = scan.findings.iter().find(|finding| finding.resource.id == id).unwrap();
            finding.remediation.clone().unwrap().command.unwrap()
        };
        assert_eq!(
            of("ec2/L-1216C47A"),
            "aws service-quotas request-service-quota-increase --region us-east-1 --service-code ec2 \
             --quota-code L-1216C47A --desired-value 77"
        );
        assert!(of("iam/L-FE177D64").contains("--region us-east-1 "), "IAM answers in the home region");
    }

    #[test]
    fn a_missing_permission_is_named() {
        assert!(of_reason(Reason::Denied, "acm:ListCertificates").contains("acm:ListCertificates"));
        assert!(of_reason(Reason::DeniedByScp, "acm:ListCertificates").contains("acm:ListCertificates"));
    }

    #[test]
    fn a_role_that_cannot_be_taken_is_made_and_not_permitted_from_within() {
        let advice = |action| of_reason(Reason::Denied, action);
        assert!(advice(ASSUME_ROLE).contains("role.yaml") && advice(ASSUME_ROLE).contains("trust policy"));
        assert!(advice("acm:ListCertificates").starts_with("Permit acm:ListCertificates"));
    }
}
