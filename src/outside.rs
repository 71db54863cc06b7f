//! What is scanned outside AWS: endpoints and files, each once however often it was said.

use std::collections::HashSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail};
use howler_model::Endpoint;

use crate::args::Reach;
use crate::plan::Plan;
use crate::unit::Unit;

/// The endpoints and files that are asked for.
///
/// # Errors
/// One that no check reads: it would not be seen. A list that cannot be read, or has nothing in it.
pub fn outside(reach: &Reach, plan: &Plan) -> Result<Vec<Unit>> {
    let listed: Vec<Vec<Endpoint>> =
        reach.endpoint_lists.iter().map(|path| listed(path)).collect::<Result<_>>()?;
    let (mut endpoints, mut paths) = (HashSet::new(), HashSet::new());
    let first = |path: &&PathBuf| paths.insert(fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf()));
    let asked = reach.endpoints.iter().chain(listed.iter().flatten());
    let endpoints = asked.filter(|endpoint| endpoints.insert(*endpoint));
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

/// The endpoints of a list, one in each line.
fn listed(path: &Path) -> Result<Vec<Endpoint>> {
    let name = || format!("--endpoints-from {}", path.display());
    let text = match path == Path::new("-") {
        true => io::read_to_string(io::stdin()),
        false => fs::read_to_string(path),
    };
    let text = text.with_context(name)?;
    let lines = text.lines().map(str::trim).enumerate();
    let said = lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
    let endpoint = |(index, line): (usize, &str)| {
        let wrong = |error| anyhow!("{}, line {}: {error}", name(), index + 1);
        line.parse::<Endpoint>().map_err(wrong)
    };
    let endpoints: Vec<Endpoint> = said.map(endpoint).collect::<Result<_>>()?;
    match endpoints.is_empty() {
        true => bail!("{}: no endpoint in it", name()),
        false => Ok(endpoints),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::plan::Wanted;

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
        assert_eq!(outside(&reach, &Plan::new(&Wanted::default(), Arc::default())).unwrap().len(), 4);
    }

    #[test]
    fn a_list_has_an_endpoint_in_each_line() {
        let folder = tempfile::tempdir().unwrap();
        let of = |text: &str| {
            let path = folder.path().join("hosts.txt");
            fs::write(&path, text).unwrap();
            let reach = Reach { endpoint_lists: vec![path], ..asked(&["a.example:443"], &[]) };
            outside(&reach, &Plan::new(&Wanted::default(), Arc::default()))
        };
        let units =
            of("# ours\n\n  b.example:443#c.example \r\nsmtp://d.example:25\na.example:443\n").unwrap();
        let names: Vec<String> = units.iter().map(|unit| unit.scope().to_string()).collect();
        assert_eq!(names, ["tls a.example:443", "tls b.example:443#c.example", "tls d.example:25"]);
        let error = |text: &str| of(text).unwrap_err().to_string();
        assert!(error("a.example:443\nb.example\n").contains("hosts.txt, line 2: "), "{}", error("x\ny"));
        assert!(error("# nothing\n").ends_with("hosts.txt: no endpoint in it"));
        let missing = Reach { endpoint_lists: vec!["/no/such".into()], ..Reach::default() };
        let plan = Plan::new(&Wanted::default(), Arc::default());
        assert!(outside(&missing, &plan).unwrap_err().to_string().contains("--endpoints-from /no/such"));
        assert!(!missing.reaches_aws());
    }

    #[test]
    fn what_no_check_reads_is_refused_by_its_name() {
        let refused = |reach: &Reach, check: &str| {
            let checks = [check.to_owned()];
            let wanted = Wanted { checks: &checks, ..Wanted::default() };
            let plan = Plan::new(&wanted, Arc::default());
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
