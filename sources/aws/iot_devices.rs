//! Certificates of devices that IoT Core knows: as many as there is time for, and told how many more there are.
//!
//! A fleet has millions, and each costs a call.

use aws_sdk_iot::types::{Certificate as Listed, CertificateDescription, CertificateStatus};
use howler_model::{CertificateUsage, FactKind, Origin, Reason, Resource, Role, Service, Unseen, Validity};

use super::AccountRegion;
use super::certificate::{Kept, validity};
use super::listings::of_each::{noted, of_each};
use crate::source::Gathered;
use crate::{Asked, Gather, Source};

const SERVICE: Service = Service::named("iot");
const LIST: &str = "iot:ListCertificates";
const DESCRIBE: &str = "iot:DescribeCertificate";

/// Devices of one region that are described.
const MOST: usize = 1_000;
/// Pages of 250 that are looked through for them.
const MOST_PAGES: usize = 40;

/// The source.
pub(crate) static SOURCE: Source = Source {
    id: "iot-devices",
    title: "Certificates of active devices of IoT Core, 1,000 in a region at most, one call for each",
    service: SERVICE,
    kinds: &[FactKind::Certificate],
    actions: || vec![LIST, DESCRIBE],
    quotas: &[],
    asked: Asked::OnRequest,
    gather: Gather::Region(|at| Box::pin(gather(at))),
};

async fn gather(at: &AccountRegion) -> Gathered {
    let mut gathered = Gathered::default();
    let Some(fleet) = gathered.note(None, list(at).await) else { return gathered };
    if let Some(unseen) = fleet.unread() {
        gathered.miss(None, unseen);
    }
    let devices = fleet.read();
    let asked = of_each(devices, |device| describe(at, device)).await;
    for (device, answer) in noted(devices, asked, |device| device.certificate_arn(), &mut gathered) {
        let (arn, id) = (device.certificate_arn().unwrap_or_default(), device.certificate_id());
        add(at.resource(SERVICE, "iot-device", arn, id.unwrap_or(arn)), answer, &mut gathered);
    }
    gathered
}

/// The active devices that were listed.
#[derive(Debug, Default)]
struct Fleet {
    active: Vec<Listed>,
    /// There are more devices, active or not.
    more: bool,
}

impl Fleet {
    fn add(&mut self, page: Option<Vec<Listed>>) {
        let active = |device: &Listed| device.status() == Some(&CertificateStatus::Active);
        self.active.extend(page.unwrap_or_default().into_iter().filter(active));
    }

    /// Those to describe.
    fn read(&self) -> &[Listed] {
        self.active.get(..MOST).unwrap_or(&self.active)
    }

    /// What is told of all others.
    fn unread(&self) -> Option<Unseen> {
        let left = self.active.len() - self.read().len();
        let words = match (left, self.more) {
            (0, false) => return None,
            (0, true) => "more devices are registered, and their certificates were not read".to_owned(),
            (left, more) => {
                let least = if more { "at least " } else { "" };
                format!("the certificates of {least}{left} more active devices were not read")
            }
        };
        Some(Unseen::new(Reason::Skipped, LIST, words))
    }
}

/// Page by page, until there are more than will be described.
async fn list(at: &AccountRegion) -> Result<Fleet, Unseen> {
    let mut fleet = Fleet::default();
    let mut marker = None;
    for _ in 0..MOST_PAGES {
        let request = at.iot().list_certificates().page_size(250).set_marker(marker);
        let page = at.call(LIST, || request.clone().send()).await?;
        fleet.add(page.certificates);
        marker = page.next_marker.filter(|marker| !marker.is_empty());
        fleet.more = marker.is_some();
        if !fleet.more || fleet.active.len() > MOST {
            break;
        }
    }
    Ok(fleet)
}

async fn describe(at: &AccountRegion, device: &Listed) -> Result<CertificateDescription, Unseen> {
    let request = at.iot().describe_certificate().set_certificate_id(device.certificate_id.clone());
    let answer = at.call(DESCRIBE, || request.clone().send()).await?;
    let missing = || Unseen::new(Reason::Malformed, DESCRIBE, "the answer has no certificate in it");
    answer.certificate_description.ok_or_else(missing)
}

fn add(resource: Resource, answer: Option<CertificateDescription>, gathered: &mut Gathered) {
    let usage = CertificateUsage::Unknown;
    let kept = Kept { resource, role: Role::Leaf, origin: Origin::Uploaded, usage, changes: false };
    let Some(answer) = answer else {
        let unknown = Validity::Unknown("it was not described".to_owned());
        return gathered.facts.certificates.push(kept.unread(unknown));
    };
    let dates = answer.validity();
    let otherwise = |words: String| {
        let start = dates.and_then(|dates| dates.not_before());
        validity(start, dates.and_then(|dates| dates.not_after()), &words)
    };
    let body = answer.certificate_pem().unwrap_or_default();
    kept.read(body.as_bytes(), DESCRIBE, otherwise, gathered);
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;

    fn devices(count: usize, status: CertificateStatus) -> Option<Vec<Listed>> {
        Some(vec![Listed::builder().status(status).build(); count])
    }

    fn fleet(active: usize, more: bool) -> Fleet {
        let mut fleet = Fleet { more, ..Fleet::default() };
        fleet.add(devices(active, CertificateStatus::Active));
        fleet
    }

    fn told(active: usize, more: bool) -> (usize, Option<String>) {
        let fleet = fleet(active, more);
        (fleet.read().len(), fleet.unread().map(|unseen| unseen.message))
    }

    #[test]
    fn only_active_devices_count() {
        let mut fleet = fleet(1, false);
        for status in ["INACTIVE", "REVOKED", "PENDING_TRANSFER", "REGISTER_INACTIVE", "PENDING_ACTIVATION"] {
            fleet.add(devices(1, status.into()));
        }
        fleet.add(None);
        assert_eq!((fleet.read().len(), fleet.unread()), (1, None));
    }

    #[test]
    fn what_is_beyond_the_most_is_told() {
        assert_eq!(told(1_000, false), (1_000, None));
        let words = "the certificates of 1 more active devices were not read";
        assert_eq!(told(1_001, false), (1_000, Some(words.to_owned())));
        let words = "the certificates of at least 250 more active devices were not read";
        assert_eq!(told(1_250, true), (1_000, Some(words.to_owned())));
        let words = "more devices are registered, and their certificates were not read";
        assert_eq!(told(3, true), (3, Some(words.to_owned())));
        assert_eq!(fleet(1_001, false).unread().unwrap().reason, Reason::Skipped);
    }
}
