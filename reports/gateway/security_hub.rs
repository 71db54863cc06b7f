//! AWS Security Hub: findings in its own format (`BatchImportFindings`), each in the account that it is about, with the
//! credentials of that account: nobody else may import there.

mod asff;
mod sdk;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use aws_sdk_securityhub::Client;
use aws_sdk_securityhub::operation::batch_import_findings::BatchImportFindingsOutput;
use howler_model::Region;
use serde_json::json;
use tokio::task::JoinSet;

use self::asff::{Asff, Desk};
use super::aws::{
    Answer, Barred, Caller, Denial, Entry, Failure, Reach, address, by_code, failure, fill, send_all,
};
use super::http::Repeat;
use super::{Envelope, Gateway, Keeps, Notice, Opened, Opener, Sending, Sent, Settings};
use crate::{Error, Severity, escape};

const NAME: &str = "security-hub";
/// Notices that are sorted by account and region together. The findings of one are then few requests.
const MOST: usize = 1000;
/// The most findings of one request.
const FINDINGS: usize = 100;
/// The most bytes of one request: 6 MB.
const MOST_BYTES: usize = 6_000_000;
/// How many accounts and regions are told at once.
const AT_ONCE: usize = 16;
/// What the address says where each finding is told in its own region.
const REGIONS: &str = "regions";

pub(super) const OPENER: Opener = Opener {
    name: NAME,
    address: "regions, or one REGION for all",
    is_secret: false,
    is_cluster: false,
    is_in_aws: true,
    at_least: Severity::Low,
    open,
};

/// Security Hub, in all accounts.
struct SecurityHub {
    reach: Reach,
    address: String,
    /// Where all findings are told; none where each is told in its own region.
    region: Option<String>,
}

/// Findings of one account and region, with their places among the notices.
#[derive(Debug, Default)]
struct Group {
    places: Vec<usize>,
    findings: Vec<Asff>,
}

/// An account and a region; none of the caller's own.
type Address = (Option<String>, Option<String>);

fn open(settings: &Settings) -> Opened {
    let address = address(NAME, settings)?.to_owned();
    let region = (address != REGIONS).then(|| address.clone());
    let is_region = |text: &String| text.contains('-') && text.parse::<Region>().is_ok();
    if !region.as_ref().is_none_or(is_region) {
        return Err(Error::Address { gateway: NAME, reason: format!("{} is expected", OPENER.address) });
    }
    Ok(Box::new(SecurityHub { reach: Reach::new(settings), address, region }))
}

impl Gateway for SecurityHub {
    fn name(&self) -> &'static str {
        NAME
    }

    fn target(&self) -> &str {
        &self.address
    }

    /// It drops findings that are not updated for 90 days.
    fn keeps(&self) -> Keeps {
        Keeps::Leases
    }

    fn most(&self) -> usize {
        MOST
    }

    /// Without asking AWS who the caller is, whose account is `CALLER` here.
    fn bodies(&self, notices: &[Notice], envelope: &Envelope<'_>) -> Vec<String> {
        let groups = self.groups(notices, envelope, &Caller::unasked());
        let bodies = groups.values().flat_map(|group| {
            let body = |places: &Vec<usize>| json!({ "Findings": group.at(places) }).to_string();
            group.batches().iter().map(body).collect::<Vec<_>>()
        });
        bodies.map(|body| escape::json(&body)).collect()
    }

    fn send<'a>(&'a self, notices: &'a [Notice], envelope: &'a Envelope<'a>) -> Sending<'a> {
        Box::pin(async move {
            match self.caller(notices).await {
                Ok(caller) => self.import(self.groups(notices, envelope, &caller)).await,
                Err(barred) => Sent { lost: Some((barred.why, Vec::new())), ..Sent::default() },
            }
        })
    }
}

impl SecurityHub {
    /// Who the caller is; nobody asks where no finding is about them.
    async fn caller(&self, notices: &[Notice]) -> Result<Caller, Barred> {
        match notices.iter().all(|notice| notice.finding.scope.account.is_some()) {
            true => Ok(Caller::unasked()),
            false => self.reach.caller().await,
        }
    }

    fn groups(
        &self,
        notices: &[Notice],
        envelope: &Envelope<'_>,
        caller: &Caller,
    ) -> BTreeMap<Address, Group> {
        let mut groups: BTreeMap<Address, Group> = BTreeMap::new();
        for (place, notice) in notices.iter().enumerate() {
            let desk = Desk::of(&notice.finding.scope, self.region.as_deref(), caller);
            // In the caller's own account nobody takes a role.
            let account = notice.finding.scope.account.clone();
            let group = groups.entry((account, Some(desk.region.clone()))).or_default();
            group.places.push(place);
            group.findings.push(Asff::new(notice, envelope, &desk));
        }
        groups
    }

    /// Tells all accounts and regions, some of them at once. What one does not take does not keep others waiting; where
    /// many are lost, so are the others.
    async fn import(&self, groups: BTreeMap<Address, Group>) -> Sent {
        let mut waiting = groups.into_iter();
        let mut tasks = JoinSet::new();
        let mut course = Course::default();
        loop {
            while tasks.len() < AT_ONCE && course.losses < AT_ONCE {
                let Some((address, group)) = waiting.next() else { break };
                tasks.spawn(tell(self.reach.clone(), address, group));
            }
            match tasks.join_next().await {
                None => return course.sent(),
                Some(Ok((places, sent))) => course.note(&places, sent),
                // Nobody knows which ones: all that is not known to have arrived is sent again.
                Some(Err(broken)) => course.lost = Some(format!("a delivery broke off: {broken}")),
            }
        }
    }
}

/// Tells one account and region; the places of its notices, and what became of them by their order here.
async fn tell(reach: Reach, (account, region): Address, group: Group) -> (Vec<usize>, Sent) {
    let at = format!("{}/{}", account.as_deref().unwrap_or("caller"), region.as_deref().unwrap_or_default());
    let sent = match reach.config(account.as_deref(), region.as_deref()).await {
        Ok(config) => {
            let client = Client::new(&config);
            let (client, group) = (&client, &group);
            send_all(group.batches(), &reach.pace, Denial::Local, |places| ask(client, group, places)).await
        }
        Err(Barred { why, may_pass: true }) => Sent { lost: Some((why, Vec::new())), ..Sent::default() },
        Err(Barred { why, .. }) => barred(group.places.len(), why),
    };
    (group.places, located(sent, &at))
}

/// Nothing gets into this account.
fn barred(count: usize, why: String) -> Sent {
    Sent { left: vec![((0..count).collect(), why)], ..Sent::default() }
}

/// What went wrong, with where it did.
fn located(sent: Sent, at: &str) -> Sent {
    let told = |why: String| format!("{at}: {why}");
    Sent {
        refused: sent.refused.into_iter().map(|(place, why)| (place, told(why))).collect(),
        lost: sent.lost.map(|(why, arrived)| (told(why), arrived)),
        left: sent.left.into_iter().map(|(places, why)| (places, told(why))).collect(),
        ..sent
    }
}

async fn ask(client: &Client, group: &Group, places: Vec<usize>) -> Answer {
    let findings = group.at(&places);
    let request = client.batch_import_findings();
    let request = request.set_findings(Some(findings.iter().map(|finding| finding.to_sdk()).collect()));
    // A finding that is imported twice is one finding.
    match request.send().await {
        Ok(answer) => Answer::Each(each(&answer, &findings)),
        Err(error) => Answer::All(failure(&error, Repeat::Safe)),
    }
}

/// What became of each finding; of none, if the answer does not name all that failed.
fn each(answer: &BatchImportFindingsOutput, findings: &[&Asff]) -> Vec<Entry> {
    let failed = answer.failed_findings();
    let named = findings
        .iter()
        .filter(|finding| failed.iter().any(|it| it.id() == Some(finding.id.as_str())))
        .count();
    if usize::try_from(answer.failed_count().unwrap_or_default()) != Ok(named) {
        return Vec::new();
    }
    let entry = |finding: &&Asff| match failed.iter().find(|it| it.id() == Some(finding.id.as_str())) {
        None => Ok(()),
        Some(failed) => {
            let why =
                by_code(failed.error_code().unwrap_or_default(), failed.error_message().unwrap_or_default());
            Err(match why {
                Failure::Denied(why) => Failure::Refused(why),
                failure => failure,
            })
        }
    };
    findings.iter().map(entry).collect()
}

impl Group {
    /// Findings by their order here, in requests.
    fn batches(&self) -> Vec<Vec<usize>> {
        let sizes: Vec<usize> = self.findings.iter().map(Asff::size).collect();
        fill(&sizes, FINDINGS, MOST_BYTES)
    }

    fn at(&self, places: &[usize]) -> Vec<&Asff> {
        places.iter().filter_map(|place| self.findings.get(*place)).collect()
    }
}

/// What became of all notices so far, by their own places.
#[derive(Default)]
struct Course {
    arrived: Vec<usize>,
    refused: Vec<(usize, String)>,
    left: Vec<(Vec<usize>, String)>,
    lost: Option<String>,
    /// How many accounts and regions were lost.
    losses: usize,
}

impl Course {
    fn note(&mut self, places: &[usize], sent: Sent) {
        let Sent { refused, left, lost, .. } = sent;
        let placed = |at: &usize| places.get(*at).copied();
        let arrived = |at: &usize| {
            !refused.iter().any(|(place, _)| place == at)
                && !left.iter().any(|(places, _)| places.contains(at))
                && lost.as_ref().is_none_or(|(_, arrived)| arrived.contains(at))
        };
        self.arrived.extend((0..places.len()).filter(arrived).filter_map(|at| placed(&at)));
        self.losses += usize::from(lost.is_some());
        self.lost = self.lost.take().or(lost.map(|(why, _)| why));
        self.refused.extend(refused.into_iter().filter_map(|(at, why)| Some((placed(&at)?, why))));
        self.left.extend(left.into_iter().map(|(at, why)| (at.iter().filter_map(placed).collect(), why)));
    }

    /// In the order of the notices, whoever answered first.
    fn sent(mut self) -> Sent {
        self.arrived.sort_unstable();
        self.refused.sort();
        self.left.sort();
        let lost = self.lost.map(|why| (why, self.arrived));
        Sent { refused: self.refused, left: self.left, lost, ..Sent::default() }
    }
}
