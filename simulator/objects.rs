//! Objects that S3 hands out by a URL which was signed beforehand: no credentials, and nothing is counted or logged.
//!
//! `{endpoint}/_simulator/objects/NAME` is the plain answer to `s3:GetObject` that is about NAME, whoever's it is.

use std::time::Duration;

use crate::document::Content;
use crate::http::{Delivery, Reply, Request};
use crate::organization::Organization;
use crate::plain::Plain;
use crate::value::Place;

/// The answer to whoever asks for an object; what follows its name in the URL stands for the signature.
pub(crate) fn answer(organization: &Organization, object: &str, request: &Request<'_>) -> Reply {
    let name = object.split('?').next().unwrap_or_default();
    let told = find(organization, name).map(|(place, answer)| answer.tell(place, request));
    let (status, body) = match told {
        Some(Ok(Content::Written(body))) => (200, body),
        Some(Err(_)) => (403, error("AccessDenied")),
        _ => (404, error("NoSuchKey")),
    };
    let headers = "content-type: binary/octet-stream\r\n".to_owned();
    Reply { status, headers, body, delivery: Delivery::Whole, delay: Duration::ZERO }
}

fn error(code: &str) -> Vec<u8> {
    format!("<Error><Code>{code}</Code></Error>").into_bytes()
}

/// The object of that name, and where it is.
fn find<'a>(organization: &'a Organization, name: &str) -> Option<(Place<'a>, &'a Plain)> {
    let mut places = organization.accounts.values().flat_map(|account| {
        let everywhere = (Place { account: &account.id, region: "" }, &account.answers);
        let regions = account.regions.iter();
        let regions =
            regions.map(|(name, region)| (Place { account: &account.id, region: name }, &region.answers));
        std::iter::once(everywhere).chain(regions)
    });
    places.find_map(|(place, answers)| {
        let object = answers.iter().find(|answer| answer.is_object(name))?;
        Some((place, object))
    })
}
