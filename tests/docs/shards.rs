//! The examples of `deploy/` that split a scan over many processes: each task is run, then the merge of their parts.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use serde_json::Value;

use crate::deploy::{assert_harmless, strings};
use crate::howler::{EXE, NOW, at};
use crate::simulated::Simulated;
use crate::tools::{tool, yaml};

const SHARDS: &str = "deploy/kubernetes/shards.yaml";
const MERGE: &str = "deploy/kubernetes/merge.yaml";
const ARRAY: &str = "deploy/batch/array.yaml";

/// The job of a file, and its container.
fn job(path: &str) -> (Value, Value) {
    let job = yaml(path).into_iter().find(|it| it["kind"] == "Job").unwrap();
    let container = job["spec"]["template"]["spec"]["containers"][0].clone();
    (job["spec"].clone(), container)
}

/// What a container runs, with a folder of this machine in place of the shared volume.
fn here(words: Vec<String>, parts: &Path) -> Vec<String> {
    let parts = parts.to_str().unwrap();
    let replaced = words.into_iter().map(|word| {
        let word = word.replace("/usr/local/bin/howler", EXE).replace("/parts", parts);
        word.replace("alertmanager.monitoring:9093", "127.0.0.1:1")
    });
    replaced.collect()
}

fn run(simulated: &Simulated, words: &[String], index: (&str, usize)) -> Output {
    let mut command = simulated.program(&words[0]);
    command.args(&words[1..]).env(index.0, index.1.to_string()).output().unwrap()
}

/// The report of all that the demo has, in one process.
fn whole(simulated: &Simulated) -> Value {
    let args = ["scan", "--org", "--format=json", "--now", NOW].map(str::to_owned);
    serde_json::from_slice(&simulated.howler(&args).stdout).unwrap()
}

#[test]
fn the_pods_scan_every_account_once_and_the_merge_tells_it() {
    let (simulated, folder) = (Simulated::start(), tempfile::tempdir().unwrap());
    let (job, container) = job(SHARDS);
    let tasks = job["completions"].as_u64().unwrap() as usize;
    for index in 0..tasks {
        let mut words = [strings(&container["command"]), strings(&container["args"])].concat();
        words.extend(["--now".to_owned(), NOW.to_owned()]);
        let number = index.to_string();
        let words = words.iter().map(|word| word.replace("$(JOB_COMPLETION_INDEX)", &number)).collect();
        let output = run(&simulated, &here(words, folder.path()), ("JOB_COMPLETION_INDEX", index));
        assert_eq!(output.status.code(), Some(0), "{output:?}");
    }
    let whole = whole(&simulated);
    let merged = merged(&simulated, folder.path());
    for part in ["coverage", "summary", "findings", "scopes"] {
        assert_eq!(merged[part], whole[part], "{part}");
    }
    assert_eq!(merged["deliveries"][0]["gateway"], "alertmanager");
    fs::remove_file(largest(folder.path())).unwrap();
    let without = self::merged(&simulated, folder.path());
    assert_ne!(without["coverage"]["skipped"], 0, "what a missing part should have seen is a gap");
}

/// What the job of the merge writes. Nobody is there to be notified.
fn merged(simulated: &Simulated, parts: &Path) -> Value {
    let (_, container) = job(MERGE);
    let words = here([strings(&container["command"]), strings(&container["args"])].concat(), parts);
    let output = run(simulated, &words, ("NONE", 0));
    assert_eq!(output.status.code(), Some(4), "{output:?}");
    serde_json::from_slice(&output.stdout).unwrap()
}

fn largest(folder: &Path) -> PathBuf {
    let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    paths.max_by_key(|path| fs::metadata(path).unwrap().len()).unwrap()
}

#[test]
fn the_pods_are_as_many_as_the_shards_and_may_do_nothing_else() {
    let (job, container) = job(SHARDS);
    assert_eq!((&job["completionMode"], &job["parallelism"]), (&"Indexed".into(), &job["completions"]));
    let share = format!("--shard=/{}", job["completions"]);
    assert!(strings(&container["args"]).contains(&share), "{container}");
    assert_harmless(&job["template"]["spec"]);
    let (merge, container) = self::job(MERGE);
    assert_harmless(&merge["template"]["spec"]);
    assert_eq!(container["volumeMounts"][0]["readOnly"], true);
    let claim = yaml(SHARDS).into_iter().find(|it| it["kind"] == "PersistentVolumeClaim").unwrap();
    for pod in [&job, &merge] {
        let volume = &pod["template"]["spec"]["volumes"][0];
        assert_eq!(volume["persistentVolumeClaim"]["claimName"], claim["metadata"]["name"]);
    }
}

/// The command of a job definition, with what `--parameters` says.
fn command(definition: &str, parameters: &[(&str, &str)], parts: &Path) -> Vec<String> {
    let template = yaml(ARRAY).remove(0);
    let properties = &template["Resources"][definition]["Properties"];
    let known = properties["Parameters"].as_object().unwrap();
    let value = |word: String| match word.strip_prefix("Ref::") {
        Some(name) => {
            let said = parameters.iter().find(|(said, _)| *said == name).map(|(_, value)| *value);
            said.or(known[name].as_str()).unwrap().to_owned()
        }
        None => word,
    };
    let words = strings(&properties["ContainerProperties"]["Command"]).into_iter().map(value);
    here(words.collect(), parts)
}

#[test]
fn the_array_job_scans_every_account_once_and_leaves_its_report() {
    let (simulated, folder) = (Simulated::start(), tempfile::tempdir().unwrap());
    let scan = ("scan", "20261123");
    for index in 0..3 {
        let words = command("Shards", &[scan, ("shards", "3")], folder.path());
        let output = run(&simulated, &words, ("AWS_BATCH_JOB_ARRAY_INDEX", index));
        assert_eq!(output.status.code(), Some(0), "{output:?}");
    }
    let words = command("Merge", &[scan], folder.path());
    let output = run(&simulated, &words, ("NONE", 0));
    assert_eq!(output.status.code(), Some(3), "one scope of the demo is denied: {output:?}");
    let report = fs::read(folder.path().join("20261123/report.json")).unwrap();
    let report: Value = serde_json::from_slice(&report).unwrap();
    assert_eq!(report["coverage"], whole(&simulated)["coverage"]);
}

#[test]
fn cloudformation_takes_the_array_job() {
    tool("cfn-lint", &[at(ARRAY).to_str().unwrap()]);
}
