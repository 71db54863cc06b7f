//! The flags of the command line as the topmost layer.

use std::collections::BTreeMap;
use std::path::Path;

use howler_checks::CHECKS;
use howler_model::Check;
use howler_sources::{ExternalId, ParentId, RoleArn};

use super::Value;
use super::layers::{Entry, Layer, Origin};
use crate::args::{Aws, Judge, Notify, Probe, RegionChoice, Tell};

/// What was said on the command line.
pub fn flags(aws: Option<&Aws>, judge: Option<&Judge>, tell: Option<&Tell>) -> Layer {
    let said = [aws.map(reached), judge.map(judged), tell.map(told)];
    said.into_iter().flatten().flatten().collect()
}

fn reached(who: &Aws) -> Layer {
    let one = |key, flag, value: Option<&str>| value.map(|value| entry(key, flag, Value::from(value)));
    let regions: Vec<String> = who.regions.iter().map(RegionChoice::text).collect();
    let tags: Vec<String> = who.tags.iter().map(ToString::to_string).collect();
    let said = [
        who.organization.then(|| entry("accounts.organization", "--org", Value::from(true))),
        list("accounts.units", "--ou", who.units.iter().map(ParentId::as_str)),
        list("accounts.ids", "--account", who.ids.iter().map(howler_model::AccountId::as_str)),
        list("accounts.tags", "--tag", tags.iter().map(String::as_str)),
        list("accounts.via", "--via", who.via.iter().map(RoleArn::as_str)),
        list("accounts.roles", "--role", who.roles.iter().map(RoleArn::as_str)),
        one(
            "accounts.role_name",
            "--role-name",
            who.role_name.as_ref().map(howler_sources::RoleName::as_str),
        ),
        one("accounts.external_id", "--external-id", who.external_id.as_ref().map(ExternalId::as_str)),
        list("scan.regions", "--region", regions.iter().map(String::as_str)),
        list("accounts.skip", "--skip-account", who.left_out.iter().map(howler_model::AccountId::as_str)),
    ];
    said.into_iter().flatten().collect()
}

/// `--check` leaves out every other check, and no more than the command line says: what the layers below leave out
/// is asked for here.
fn judged(judge: &Judge) -> Layer {
    let is_in = |names: &[String], check: &Check| names.iter().any(|name| name == check.id);
    let left_out = |check: &&&Check| !is_in(&judge.checks, check) || is_in(&judge.skipped, check);
    let skipped = match &judge.checks[..] {
        [] => list("scan.skip_checks", "--skip-check", judge.skipped.iter().map(String::as_str)),
        _ => {
            let others = CHECKS.iter().filter(left_out).map(|check| check.id).collect();
            Some(entry("scan.skip_checks", "--check", others))
        }
    };
    let with = list("scan.with", "--with", judge.with.iter().map(String::as_str));
    skipped.into_iter().chain(with).collect()
}

fn told(tell: &Tell) -> Layer {
    let fail_on =
        tell.fail_on.map(|severity| entry("report.fail_on", "--fail-on", Value::from(severity.as_str())));
    fail_on.into_iter().chain(delivered(&tell.gateways, tell.remember.state.as_deref())).collect()
}

/// What was said about endpoints that are found.
pub fn probed(probe: &Probe) -> Layer {
    let networks: Vec<String> = probe.allowed.iter().map(ToString::to_string).collect();
    let ports: Vec<String> = probe.ports.iter().map(ToString::to_string).collect();
    let rate = probe.rate.map(|rate| entry("scan.probe_rate", "--probe-rate", Value::Number(rate.into())));
    let said = [
        probe.probe.then(|| entry("scan.probe", "--probe", Value::from(true))),
        list("scan.allow_private", "--allow-private", networks.iter().map(String::as_str)),
        list("scan.probe_ports", "--probe-port", ports.iter().map(String::as_str)),
        rate,
    ];
    said.into_iter().flatten().collect()
}

/// The gateways and the memory of the command line.
pub fn delivered(said: &[Notify], state: Option<&Path>) -> Layer {
    let mut gateways = BTreeMap::<&str, Vec<&str>>::new();
    for Notify { gateway, address } in said {
        gateways.entry(gateway).or_default().push(address);
    }
    let notify = gateways.into_iter().map(|(gateway, addresses)| {
        entry(&format!("notify.{gateway}"), "--notify", addresses.into_iter().collect())
    });
    let state = state.map(|path| entry("state.path", "--state", Value::from(&*path.to_string_lossy())));
    notify.chain(state).collect()
}

fn list<'a>(key: &str, flag: &'static str, items: impl Iterator<Item = &'a str>) -> Option<(String, Entry)> {
    let items: Vec<&str> = items.collect();
    (!items.is_empty()).then(|| entry(key, flag, items.into_iter().collect()))
}

fn entry(key: &str, flag: &'static str, value: Value) -> (String, Entry) {
    (key.to_owned(), Entry { value, origin: Origin::Flag(flag) })
}
