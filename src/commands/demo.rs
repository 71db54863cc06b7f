//! `howler demo`: the very same scan over a simulated organisation inside this process.

use anyhow::{Context, Result};
use howler_model::Partition;
use howler_simulator::{ACCESS_KEY_ID, Organization, Simulator};
use howler_sources::{RoleArn, Settings, StandIn};

use super::scan::settings;
use crate::args::{self, Aws, Reach};
use crate::config::{self, flags};
use crate::environment::Clock;
use crate::exit::{Exit, Failure};
use crate::job::Job;
use crate::shard::Shard;
use crate::tell::Teller;

/// Runs the command.
pub async fn run(mut args: args::Demo) -> Result<Exit, Failure> {
    // What is made up is not remembered beside what is real.
    args.tell.remember.no_state |= args.tell.remember.state.is_none();
    let clock = Clock::new(args.judge.now);
    let (organization, faults) = howler_simulator::demo(clock.now());
    let roles = roles(&organization).map_err(Failure::internal)?;
    let reach = Reach { aws: Aws { roles, ..Aws::default() }, ..Reach::default() };
    let said = flags(Some(&reach.aws), Some(&args.judge), Some(&args.tell));
    let config = config::without_file(said).map_err(Failure::usage)?;
    let teller = Teller::new(&args.tell, &config, None)?;
    let simulator = Simulator::start(organization, faults, clock.now()).map_err(Failure::internal)?;
    let stand_in = StandIn { url: simulator.endpoint(), access_key: ACCESS_KEY_ID.to_owned() };
    let settings =
        Settings { stand_in: Some(stand_in), ..settings(&reach.aws, clock).map_err(Failure::usage)? };
    let (prober, passwords, weights, rules) = Default::default();
    let shard = Shard::WHOLE;
    let job = Job { reach, judge: args.judge, config, clock, prober, passwords, shard, weights, rules };
    job.run(settings, teller).await
}

/// A role in every account but the caller's own.
fn roles(organization: &Organization) -> Result<Vec<RoleArn>> {
    let others = organization.accounts.values().filter(|account| account.id != organization.management);
    let role = |account: &howler_simulator::Account| {
        let name = account.roles.first().with_context(|| format!("no role in {}", account.id))?;
        Ok(format!("arn:{}:iam::{}:role/{name}", Partition::Aws.as_str(), account.id).parse()?)
    };
    others.map(role).collect()
}
