//! Two nights, to be scanned again and again, or told from parts without asking AWS again.

use chrono::{DateTime, TimeDelta, Utc};
use howler_simulator::acm::Certificate;
use howler_simulator::{Account, Organization, Region, Simulation};
use tempfile::TempDir;

use super::{Howler, Memory, Receiver, Simulated, howler, now};

const REGION: &str = "eu-west-1";

/// Parts of whole scans: of a first night, of a second one on which much has changed, and of a third one on which
/// nothing has.
pub(crate) struct Parts {
    folder: TempDir,
    nights: [Simulated; 3],
}

impl Parts {
    /// So many certificates are about to end on the first night; as many others on the two others.
    pub(crate) fn of(changes: usize) -> Self {
        let folder = TempDir::new().unwrap();
        let mut night = 0;
        let nights = ["first", "second", "second"].map(|names| {
            let simulated = Simulated::of(Simulation::new(organization(names, changes), at(night)));
            let path = folder.path().join(format!("part-{night}")).display().to_string();
            scan(&simulated, night).args(&["--shard", "0/1", "-o", &path]).run().exits(0);
            night += 1;
            simulated
        });
        Self { folder, nights }
    }

    /// A scan of a night (0, 1, 2), which is remembered and told.
    pub(crate) fn scan(&self, night: usize, memory: &Memory, webhook: &Receiver) -> Howler {
        let gateway = format!("webhook={}", webhook.url());
        scan(&self.nights[night], night).args(&["--state", &memory.text(), "--notify", &gateway])
    }

    /// A merge of the part of a night (0, 1, 2), which is remembered and told.
    pub(crate) fn tell(&self, night: usize, memory: &Memory, webhook: &Receiver) -> Howler {
        self.remember(night, memory).args(&["--notify", &format!("webhook={}", webhook.url())])
    }

    /// A merge of the part of a night (0, 1, 2), which is remembered, and told to whom the configuration says.
    pub(crate) fn remember(&self, night: usize, memory: &Memory) -> Howler {
        let part = self.folder.path().join(format!("part-{night}")).display().to_string();
        howler(&["merge", &part, "--quiet", "--state", &memory.text()])
    }
}

fn at(night: usize) -> DateTime<Utc> {
    now() + TimeDelta::days(night as i64)
}

fn scan(simulated: &Simulated, night: usize) -> Howler {
    let scan = simulated.howler(&["scan", "--quiet", "-r", REGION, "--now", &at(night).to_rfc3339()]);
    scan.args(&["--check", "certificate-expiry", "--check", "scan-coverage"])
}

fn organization(names: &str, count: usize) -> Organization {
    let end = now() + TimeDelta::days(20);
    let certificate = |number| {
        let name = format!("{names}-{number}");
        Certificate::imported(&name, &format!("{name}.example.com"), end - TimeDelta::days(365), end)
    };
    let region = Region { certificates: (0..count).map(certificate).collect(), ..Region::default() };
    Organization::of(Account::new("111111111111", "platform").region(REGION, region))
}
