//! What is asked of endpoints that are found in AWS.

use clap::Args;
use howler_sources::Network;

#[derive(Debug, Default, Args)]
#[command(next_help_heading = "What is scanned")]
pub struct Probe {
    /// Also ask the endpoints that are found in AWS: where listeners, domains and distributions are reached
    #[arg(long)]
    pub probe: bool,
    /// A network whose private addresses may be asked where they are found [repeatable]
    #[arg(long = "allow-private", value_name = "CIDR")]
    pub allowed: Vec<Network>,
    /// So many endpoints that are found are asked a second [default: 50]
    #[arg(long = "probe-rate", value_name = "N", value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub rate: Option<u32>,
    /// A port of addresses that are found without one [repeatable] [default: 443]
    #[arg(long = "probe-port", value_name = "PORT", value_parser = clap::value_parser!(u16).range(1..))]
    pub ports: Vec<u16>,
}
