//! `deploy/` is run: the command lines on a simulated organisation, the units through systemd where it is there.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Output;

use serde_json::Value;

use crate::howler::{EXE, at, program};
use crate::simulated::Simulated;
use crate::tools::{tool, yaml};
use crate::{iam, pages};

const SERVICE: &str = "deploy/systemd/howler.service";
const CRON_JOB: &str = "deploy/kubernetes/cronjob.yaml";
const ROLE: &str = "deploy/iam/role.yaml";

fn read(path: &str) -> String {
    pages::pages();
    fs::read_to_string(at(path)).unwrap()
}

/// The values of each key of a unit, comments left out.
fn unit(path: &str) -> BTreeMap<String, Vec<String>> {
    let mut keys = BTreeMap::<String, Vec<String>>::new();
    for line in read(path).lines().filter(|line| !line.starts_with(['#', '['])) {
        if let Some((key, value)) = line.split_once('=') {
            keys.entry(key.to_owned()).or_default().push(value.to_owned());
        }
    }
    keys
}

/// Runs a command line on the demo's organisation.
fn run(args: &[String]) -> Output {
    Simulated::start().howler(args)
}

/// That a pod may do nothing but what it is there for.
pub(crate) fn assert_harmless(pod: &Value) {
    assert_eq!(pod["securityContext"]["runAsNonRoot"], true);
    assert_eq!(pod["automountServiceAccountToken"], false);
    assert_eq!(pod["restartPolicy"], "Never");
    let security = &pod["containers"][0]["securityContext"];
    assert_eq!(security["readOnlyRootFilesystem"], true);
    assert_eq!(security["allowPrivilegeEscalation"], false);
    assert_eq!(strings(&security["capabilities"]["drop"]), ["ALL"]);
}

pub(crate) fn strings(list: &Value) -> Vec<String> {
    list.as_array().unwrap().iter().map(|item| item.as_str().unwrap().to_owned()).collect()
}

#[test]
fn the_service_scans_and_leaves_its_report() {
    let state = tempfile::tempdir().unwrap();
    let start = unit(SERVICE).remove("ExecStart").unwrap().remove(0);
    let expanded = start
        .replace("${STATE_DIRECTORY}", state.path().to_str().unwrap())
        .replace("$HOWLER_ARGS", "--role arn:aws:iam::222222222222:role/howler --region eu-west-1");
    let words: Vec<String> = expanded.split_whitespace().map(str::to_owned).collect();
    assert_eq!(words[0], "/usr/local/bin/howler");
    let output = run(&words[1..]);
    // payments has a certificate of 3 days, and nothing is denied in eu-west-1 of these two accounts.
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let report: Value = serde_json::from_slice(&fs::read(state.path().join("report.json")).unwrap()).unwrap();
    assert_eq!((&report["schema"], &report["complete"]), (&"howler.report/v1".into(), &true.into()));
}

#[test]
fn the_service_fails_for_everything_but_findings() {
    let keys = unit(SERVICE);
    assert_eq!(keys["SuccessExitStatus"], ["1"]);
    assert_eq!((keys["Type"][0].as_str(), keys["DynamicUser"][0].as_str()), ("oneshot", "yes"));
    assert_eq!(unit("deploy/systemd/howler.timer")["Persistent"], ["true"]);
}

#[test]
fn the_service_that_tells_again_has_the_memory_of_the_one_that_scans() {
    let (scan, again) = (unit(SERVICE), unit("deploy/systemd/howler-notify.service"));
    for key in ["User", "DynamicUser", "StateDirectory", "StateDirectoryMode", "UMask", "ProtectSystem"] {
        assert_eq!(scan[key], again[key], "{key}");
    }
    assert_eq!(again["ExecStart"], ["/usr/local/bin/howler notify $HOWLER_NOTIFY_ARGS"]);
    assert!(program(EXE).args(["notify", "--help"]).output().unwrap().status.success());
}

#[test]
fn systemd_takes_the_units() {
    if program("systemd-analyze").arg("--version").output().is_err() {
        eprintln!("systemd-analyze is not here: the units were only run, not verified");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let copy = |path: &str| {
        let to = folder.path().join(Path::new(path).file_name().unwrap());
        fs::write(&to, read(path).replace("/usr/local/bin/howler", EXE)).unwrap();
        to
    };
    let names = ["howler.timer", "howler-notify.service", "howler-notify.timer"];
    let others = names.map(|name| copy(&format!("deploy/systemd/{name}")));
    let units = [[copy(SERVICE)].as_slice(), &others].concat();
    let verify = program("systemd-analyze").args(["verify", "--man=no"]).args(&units).output().unwrap();
    assert!(verify.status.success() && verify.stderr.is_empty(), "{verify:?}");
}

#[test]
fn the_cron_job_scans_one_at_a_time_and_may_do_nothing_else() {
    let documents = yaml(CRON_JOB);
    let job = documents.iter().find(|it| it["kind"] == "CronJob").unwrap();
    assert_eq!(job["spec"]["concurrencyPolicy"], "Forbid");
    let pod = &job["spec"]["jobTemplate"]["spec"]["template"]["spec"];
    assert_harmless(pod);
    let account = documents.iter().find(|it| it["kind"] == "ServiceAccount").unwrap();
    assert_eq!(account["metadata"]["name"], pod["serviceAccountName"]);
}

#[test]
fn the_cron_job_tells_as_json_whom_it_could_not_tell() {
    let documents = yaml(CRON_JOB);
    let job = documents.iter().find(|it| it["kind"] == "CronJob").unwrap();
    let pod = &job["spec"]["jobTemplate"]["spec"]["template"]["spec"];
    let here = |arg: String| arg.replace("alertmanager.monitoring:9093", "127.0.0.1:1");
    let args: Vec<String> = strings(&pod["containers"][0]["args"]).into_iter().map(here).collect();
    let output = run(&args);
    assert_eq!(output.status.code(), Some(4), "{output:?}");
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["deliveries"][0]["gateway"], "alertmanager");
    assert!(report["deliveries"][0]["error"].is_string());
}

#[test]
fn the_role_allows_what_the_policy_allows() {
    pages::pages();
    let documents = yaml(ROLE);
    let role = &documents[0]["Resources"]["Role"];
    let statement = &role["Properties"]["Policies"][0]["PolicyDocument"]["Statement"][0];
    assert_eq!(strings(&statement["Action"]), iam::actions());
    assert_eq!(statement["Effect"], "Allow");
    let reads = ["Get", "List", "Describe", "Search", "BatchGet"];
    // API Gateway is permitted by the methods of HTTP, and the revocation list of a Client VPN is exported.
    let otherwise = ["apigateway:GET", "ec2:ExportClientVpnClientCertificateRevocationList"];
    for action in iam::actions().iter().filter(|action| !otherwise.contains(&action.as_str())) {
        let (_, operation) = action.split_once(':').unwrap();
        assert!(reads.iter().any(|verb| operation.starts_with(verb)), "{action} does more than read");
    }
}

#[test]
fn the_policy_fits_into_a_managed_one() {
    // IAM quotas: 6,144 characters, white space aside; the policies of a role may have 10,240.
    let policy = iam::policy().text;
    assert!(policy.chars().filter(|c| !c.is_whitespace()).count() < 6_144, "split it into two statements");
}

#[test]
fn cloudformation_takes_the_role() {
    pages::pages();
    tool("cfn-lint", &[at(ROLE).to_str().unwrap()]);
}
