//! The example configuration of Alertmanager, through its own tool, with the demo's own alerts.

use crate::howler::{at, demo};
use crate::tools::tool;

const CONFIG: &str = "deploy/alertmanager/alertmanager.yml";

#[test]
fn the_example_is_a_configuration() {
    let path = at(CONFIG);
    assert!(tool("amtool", &["check-config", path.to_str().unwrap()]).contains("SUCCESS"));
}

#[test]
fn the_demos_alerts_take_the_routes_that_the_example_means() {
    let config = format!("--config.file={}", at(CONFIG).display());
    for alert in demo().alerts.as_array().unwrap() {
        let label = |name: &str| alert["labels"][name].as_str().unwrap_or_default().to_owned();
        let labels = ["source", "severity", "alertname"].map(|name| format!("{name}={}", label(name)));
        let labels: Vec<&str> = labels.iter().map(String::as_str).collect();
        let receiver = tool("amtool", &[&["config", "routes", "test", &config], labels.as_slice()].concat());
        let wanted = if label("severity") == "critical" { "howler-critical" } else { "howler" };
        assert_eq!(receiver.trim(), wanted, "{labels:?}");
    }
}
