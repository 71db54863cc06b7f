//! Where certificates live: the real SDK against a simulated AWS that answers word for word, and a list of the places
//! that this shows.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod acm_bodies;
mod apigateway;
mod applications;
mod balancing;
mod bodies;
mod clusters;
mod databases;
mod delivery;
mod demo;
mod discovery;
mod domains;
mod gaps;
mod identity;
mod iot;
mod networks;
#[path = "../simulated/mod.rs"]
mod simulated;
mod vpns;

use std::collections::BTreeSet;

use howler_sources::CERTIFICATE_PLACES;

/// The places that each file here shows, by their names in the list of places.
const SHOWN: &[&[&str]] = &[
    apigateway::PLACES,
    applications::PLACES,
    balancing::PLACES,
    clusters::PLACES,
    databases::PLACES,
    delivery::PLACES,
    discovery::PLACES,
    domains::PLACES,
    identity::PLACES,
    iot::PLACES,
    networks::PLACES,
    vpns::PLACES,
];

#[test]
fn every_place_that_is_shown_here_is_in_the_list() {
    let known: BTreeSet<&str> = CERTIFICATE_PLACES.iter().map(|place| place.id).collect();
    for place in SHOWN.iter().copied().flatten() {
        assert!(known.contains(place), "{place}");
    }
}
