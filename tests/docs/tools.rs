//! Tools of others that `scripts/prepare` brings: the examples of `deploy/` are read as their users read them.

use serde_json::Value;

use crate::howler::{at, program};

/// What a tool says; it must succeed.
pub(crate) fn tool(name: &str, args: &[&str]) -> String {
    let brought = [at(".tools/bin").join(name), at(".venv/bin").join(name)];
    let path = brought.into_iter().find(|path| path.exists()).unwrap_or_else(|| name.into());
    let output = program(path.to_str().unwrap()).args(args).output();
    let output = output.unwrap_or_else(|error| panic!("{name}: {error}; scripts/prepare brings it"));
    assert!(output.status.success(), "{name} {args:?}: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// The documents of a YAML file of the repository.
pub(crate) fn yaml(path: &str) -> Vec<Value> {
    let code = "import json, sys, yaml; print(json.dumps(list(yaml.safe_load_all(open(sys.argv[1])))))";
    let documents = tool("python3", &["-c", code, at(path).to_str().unwrap()]);
    serde_json::from_str(&documents).unwrap()
}
