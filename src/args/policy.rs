//! `howler policy`: what a scan may do in an account, and what else goes along with it.

use clap::Subcommand;
use howler_model::Partition;
use howler_sources::{RoleArn, RoleName};

use super::notify::NotifyParser;
use super::{Notify, check_names, optional_source_names};

#[derive(Debug, Subcommand)]
pub enum Policy {
    /// The least IAM policy that a scan needs, as JSON.
    Iam {
        /// Only what this check needs [repeatable]
        #[arg(long = "check", value_name = "CHECK", value_parser = check_names())]
        checks: Vec<String>,
        /// Also what this source needs, which no scan asks that does not name it [repeatable]
        #[arg(long = "with", value_name = "SOURCE", value_parser = optional_source_names())]
        with: Vec<String>,
        /// Also what `scan --probe` needs to find endpoints
        #[arg(long)]
        probe: bool,
        /// A role that the scan takes; allows just that [repeatable]
        #[arg(long = "role", value_name = "ARN")]
        roles: Vec<RoleArn>,
        /// A role of `scan --via`; allows to take it [repeatable]
        #[arg(long = "via", value_name = "ARN")]
        via: Vec<RoleArn>,
        /// Also what `scan --org` needs where it starts from: the list of accounts, and the role of --role-name in all
        /// of them
        #[arg(long = "org")]
        organization: bool,
        /// Also what `scan --ou` needs where it starts from
        #[arg(long = "ou")]
        units: bool,
        /// Also what `scan --tag` needs where it starts from, with --ou if that is where it looks
        #[arg(long = "tag")]
        tags: bool,
        /// Also what a gateway of `scan --notify` needs: sns=ARN, eventbridge=BUS or security-hub=regions [repeatable]
        #[arg(long = "notify", value_name = "GATEWAY=ADDRESS", value_parser = NotifyParser)]
        gateways: Vec<Notify>,
        /// Where the accounts of --org, --ou and --tag are: aws, aws-cn, aws-us-gov or aws-eusc
        #[arg(long, value_name = "NAME", default_value = "aws")]
        partition: Partition,
        /// The role that --org, --ou and --tag take
        #[arg(long, value_name = "NAME", default_value = "howler")]
        role_name: RoleName,
    },
}
