//! Whether and where scans are remembered.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Error, Result, bail};
use howler_reports::gateway::Keeps;
use howler_state::Error::Busy;
use howler_state::{Keep, Memory};

use crate::args::Remember;
use crate::config::Config;
use crate::environment;
use crate::gateways::Recipient;
use crate::write::say;

/// How long somebody else is waited for without a word.
const SOON: Duration = Duration::from_secs(5);
/// How long a scan waits to be remembered: longer than telling slow gateways of another one may take.
const PATIENCE: Duration = Duration::from_secs(40 * 60);

/// Where scans are remembered, and for how long.
#[derive(Debug, Clone)]
pub struct Place {
    pub folder: PathBuf,
    pub keep: Keep,
}

impl Place {
    /// The folder that is named, or that of the platform; none if nothing is to be remembered, or if nobody asked for
    /// it and it cannot be.
    ///
    /// # Errors
    /// A folder that is asked for and cannot be used, or a gateway that makes no sense without one.
    pub fn find(said: &Remember, config: &Config, recipients: &[Recipient]) -> Result<Option<Self>> {
        let named = config.state.path.clone().filter(|_| !said.no_state);
        let usual = environment::state_folder().filter(|_| !said.no_state);
        let place = match (named, usual) {
            (Some(folder), _) => Some(Self::checked(folder, config)?),
            (None, Some(folder)) => Self::checked(folder, config).map(Some).unwrap_or_else(|error| {
                say(&format!("this scan will not be remembered: {error:#}"));
                None
            }),
            (None, None) => None,
        };
        match (&place, recipients.iter().find(|it| it.gateway.keeps() == Keeps::Nothing)) {
            (None, Some(recipient)) => bail!(
                "{} is told what changed since earlier scans: --state says where they are remembered",
                recipient.gateway.name()
            ),
            _ => Ok(place),
        }
    }

    /// The folder of the configuration or of the platform, whether or not it is there.
    ///
    /// # Errors
    /// There is none.
    pub fn named(config: &Config) -> Result<Self> {
        let folder = config.state.path.clone().or_else(environment::state_folder);
        let folder = folder.context("no folder is known in which scans are remembered: --state names one")?;
        Ok(Self { folder, keep: keep(config) })
    }

    /// A folder that can be used, found out before a scan that may take a night.
    fn checked(folder: PathBuf, config: &Config) -> Result<Self> {
        let place = Self { folder, keep: keep(config) };
        match Memory::open(&place.folder, "the beginning of a scan", SOON) {
            // Whoever is at work there shows that it can be used.
            Ok(_) | Err(Busy { .. }) => Ok(place),
            Err(error) => Err(one_line(&error)),
        }
    }

    /// Opens it, for nobody else meanwhile. Who has to be waited for is told.
    ///
    /// # Errors
    /// What cannot be read or written there, or who keeps it busy.
    pub fn open(&self, who: &str) -> Result<Memory> {
        let opened = match Memory::open(&self.folder, who, SOON) {
            Err(busy @ Busy { .. }) => {
                say(&format!("{busy}: this waits for it"));
                Memory::open(&self.folder, who, PATIENCE)
            }
            opened => opened,
        };
        opened.map_err(|error| one_line(&error))
    }
}

/// These errors say all there is in one line, with the file.
fn one_line(error: &howler_state::Error) -> Error {
    Error::msg(error.to_string())
}

fn keep(config: &Config) -> Keep {
    let state = &config.state;
    Keep {
        documents_for: state.keep,
        follow_for: state.follow,
        spool_for: state.spool,
        spool_bytes: state.spool_most,
    }
}
