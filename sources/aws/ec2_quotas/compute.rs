//! Dedicated hosts, images and reservations.

use aws_sdk_ec2::types::{
    AllocationState, Host, Image, ImageState, ReservedInstanceState, ReservedInstances,
};
use chrono::{DateTime, Datelike, Utc};

use crate::aws::quota::{Counted, whole};

/// Hosts of an instance family that are allocated: not released.
pub(super) fn hosts(hosts: &[Host], family: &str) -> Counted {
    let held = |host: &&Host| !matches!(host.state(), Some(state) if is_released(state));
    whole(hosts.iter().filter(held).filter(|host| family_of(host) == Some(family)).count())
}

fn is_released(state: &AllocationState) -> bool {
    matches!(state, AllocationState::Released | AllocationState::ReleasedPermanentFailure)
}

/// A host for one size alone names the instance type, and not every server the family beside it.
fn family_of(host: &Host) -> Option<&str> {
    let properties = host.host_properties()?;
    let by_type = || properties.instance_type().and_then(|name| name.split('.').next());
    properties.instance_family().or_else(by_type)
}

/// Images that are not deregistered.
pub(super) fn images(images: &[Image]) -> Counted {
    whole(registered(images).count())
}

/// Those of them that everyone may use.
pub(super) fn public_images(images: &[Image]) -> Counted {
    whole(registered(images).filter(|image| image.public() == Some(true)).count())
}

fn registered(images: &[Image]) -> impl Iterator<Item = &Image> {
    images.iter().filter(|image| image.state() != Some(&ImageState::Deregistered))
}

/// Instances whose reservation starts in this calendar month, without purchases that came to nothing.
pub(super) fn reserved_this_month(reserved: &[ReservedInstances], now: DateTime<Utc>) -> Counted {
    let is_new = |reserved: &&ReservedInstances| is_bought(reserved) && starts_in_month(reserved, now);
    let counts = reserved.iter().filter(is_new).filter_map(|reserved| reserved.instance_count());
    Counted::Whole(counts.map(f64::from).sum())
}

fn is_bought(reserved: &ReservedInstances) -> bool {
    let failed = [ReservedInstanceState::PaymentFailed, ReservedInstanceState::QueuedDeleted];
    !reserved.state().is_some_and(|state| failed.contains(state))
}

fn starts_in_month(reserved: &ReservedInstances, now: DateTime<Utc>) -> bool {
    let start = reserved.start().and_then(|start| DateTime::from_timestamp(start.secs(), 0));
    start.is_some_and(|start| (start.year(), start.month()) == (now.year(), now.month()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_sdk_ec2::primitives::DateTime as SdkTime;
    use aws_sdk_ec2::types::HostProperties;

    #[test]
    fn hosts_count_by_family_until_they_are_released() {
        let host = |state: &AllocationState, properties| {
            Host::builder().state(state.clone()).host_properties(properties).build()
        };
        let family = |name: &str| HostProperties::builder().instance_family(name).build();
        let sized = HostProperties::builder().instance_type("m5.large").build();
        let states = AllocationState::values().iter().map(|name| AllocationState::from(*name));
        let mut all: Vec<_> = states.map(|state| host(&state, family("m5"))).collect();
        let held = all.len() - 2;
        all.extend([
            host(&AllocationState::Available, sized),
            host(&AllocationState::Available, family("m5d")),
        ]);
        assert_eq!(hosts(&all, "m5"), whole(held + 1));
        assert_eq!(hosts(&all, "m5d"), whole(1));
        assert_eq!(hosts(&all, "c5"), whole(0));
    }

    #[test]
    fn images_count_in_any_state_but_deregistered() {
        let image = |state, public| Image::builder().state(state).public(public).build();
        let all = [
            image(ImageState::Available, true),
            image(ImageState::Disabled, false),
            image(ImageState::Pending, false),
            image(ImageState::Deregistered, true),
        ];
        assert_eq!(images(&all), whole(3));
        assert_eq!(public_images(&all), whole(1));
    }

    #[test]
    fn reservations_count_in_the_month_in_which_they_start() {
        let now: DateTime<Utc> = "2026-03-15T12:00:00Z".parse().unwrap();
        let reserved = |start: &str, count, state| {
            let start: DateTime<Utc> = start.parse().unwrap();
            let start = SdkTime::from_secs(start.timestamp());
            ReservedInstances::builder().start(start).instance_count(count).state(state).build()
        };
        let all = [
            reserved("2026-03-01T00:00:00Z", 2, ReservedInstanceState::Active),
            reserved("2026-03-31T23:59:59Z", 3, ReservedInstanceState::Queued),
            reserved("2026-02-28T23:59:59Z", 10, ReservedInstanceState::Active),
            reserved("2026-04-01T00:00:00Z", 20, ReservedInstanceState::Queued),
            reserved("2025-03-15T00:00:00Z", 40, ReservedInstanceState::Active),
            reserved("2026-03-02T00:00:00Z", 80, ReservedInstanceState::PaymentFailed),
            reserved("2026-03-02T00:00:00Z", 160, ReservedInstanceState::QueuedDeleted),
        ];
        assert_eq!(reserved_this_month(&all, now), whole(5));
    }
}
