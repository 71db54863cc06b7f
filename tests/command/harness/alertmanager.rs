//! A real Alertmanager, asked through its own `amtool`.

use std::fs;

use serde_json::Value;
use tempfile::TempDir;

use super::{Child, free_port, program, until};

pub(crate) struct Alertmanager {
    url: String,
    _server: Child,
    _folder: TempDir,
}

impl Alertmanager {
    /// Starts one that tells every notification to `receiver`.
    pub(crate) fn start(receiver: &str) -> Self {
        let folder = TempDir::new().unwrap();
        let config = folder.path().join("alertmanager.yml");
        let route =
            "{receiver: hook, group_by: ['...'], group_wait: 0s, group_interval: 1s, repeat_interval: 24h}";
        let receivers = format!("[{{name: hook, webhook_configs: [{{url: '{receiver}'}}]}}]");
        fs::write(&config, format!("route: {route}\nreceivers: {receivers}\n")).unwrap();
        let address = format!("127.0.0.1:{}", free_port());
        let mut command = program("prometheus-alertmanager");
        command.arg(format!("--config.file={}", config.display()));
        command.arg(format!("--storage.path={}", folder.path().display()));
        command.arg(format!("--web.listen-address={address}")).arg("--cluster.listen-address=");
        let started =
            Self { url: format!("http://{address}"), _server: Child::start(command), _folder: folder };
        until("alertmanager", || started.query().ok());
        started
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// The alerts of howler that are active.
    pub(crate) fn alerts(&self) -> Vec<Value> {
        self.query().unwrap()
    }

    fn query(&self) -> Result<Vec<Value>, String> {
        let mut amtool = program("amtool");
        amtool.args(["--alertmanager.url", &self.url, "-o", "json", "alert", "query", "source=howler"]);
        let output = amtool.output().expect("amtool is missing: run scripts/test");
        match output.status.success() {
            true => Ok(serde_json::from_slice(&output.stdout).unwrap()),
            false => Err(String::from_utf8_lossy(&output.stderr).into_owned()),
        }
    }
}
