//! What is scanned outside AWS: endpoints and files, each once however often it was said.

use std::collections::HashSet;
use std::fs;
use std::path::PathBuf;

use anyhow::{Result, bail};

use crate::args::Reach;
use crate::plan::Plan;
use crate::unit::Unit;

/// The endpoints and files that are asked for.
///
/// # Errors
/// One that no check reads: it would not be seen.
pub fn outside(reach: &Reach, plan: &Plan) -> Result<Vec<Unit>> {
    let (mut endpoints, mut paths) = (HashSet::new(), HashSet::new());
    let first = |path: &&PathBuf| paths.insert(fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf()));
    let endpoints = reach.endpoints.iter().filter(|endpoint| endpoints.insert(*endpoint));
    let units: Vec<Unit> = (endpoints.cloned().map(Unit::Endpoint))
        .chain(reach.files.iter().filter(first).cloned().map(Unit::Path))
        .collect();
    match units.iter().find(|unit| !plan.reads(unit)) {
        Some(Unit::Endpoint(endpoint)) => {
            bail!("--endpoint {endpoint}: no check that is left reads endpoints")
        }
        Some(Unit::Path(path)) => bail!("--file {}: no check that is left reads files", path.display()),
        _ => Ok(units),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    fn asked(endpoints: &[&str], files: &[PathBuf]) -> Reach {
        let endpoints = endpoints.iter().map(|endpoint| endpoint.parse().unwrap()).collect();
        Reach { endpoints, files: files.to_vec(), ..Reach::default() }
    }

    #[test]
    fn what_is_asked_for_twice_is_one_unit() {
        let folder = tempfile::tempdir().unwrap();
        let (plain, dotted) = (folder.path().to_owned(), folder.path().join("."));
        let missing = PathBuf::from("/no/such.pem");
        let reach = asked(
            &["h.example:443", "h.example:443", "h.example:443#other"],
            &[plain.clone(), dotted, plain, missing.clone(), missing],
        );
        assert_eq!(outside(&reach, &Plan::new(&[], &[], &[], Arc::default())).unwrap().len(), 4);
    }

    #[test]
    fn what_no_check_reads_is_refused_by_its_name() {
        let refused = |reach: &Reach, check: &str| {
            let plan = Plan::new(&[check.to_owned()], &[], &[], Arc::default());
            outside(reach, &plan).err().map(|error| error.to_string())
        };
        let endpoint = asked(&["h.example:443"], &[]);
        let file = asked(&[], &["/srv/tls.pem".into()]);
        assert!(refused(&endpoint, "quota-utilization").unwrap().contains("--endpoint h.example:443"));
        assert!(refused(&file, "quota-utilization").unwrap().contains("--file /srv/tls.pem"));
        assert!(refused(&file, "certificate-name-mismatch").unwrap().contains("--file"));
        assert_eq!(refused(&endpoint, "certificate-name-mismatch"), None);
        assert_eq!(refused(&file, "certificate-expiry"), None);
    }
}
