//! A page for each source, from what the source says of itself.

use std::collections::{BTreeMap, BTreeSet};

use howler_checks::CHECKS;
use howler_model::{Check, FactKind};
use howler_sources::{
    CERTIFICATE_PLACES, CertificatePlace, Gather, IDENTITY_ACTIONS, Proof, Row, SOURCES, Seen, Source,
};

use crate::pages::{GENERATED, Page};

/// What a kind of fact is called in the book.
pub(crate) fn name(kind: FactKind) -> &'static str {
    match kind {
        FactKind::Certificate => "certificates",
        FactKind::Binding => "which certificate is used where",
        FactKind::Discovered => "endpoints that may serve certificates",
        FactKind::Served => "what endpoints serve",
        FactKind::Quota => "limits and usage of quotas",
        FactKind::Tag => "tags of resources",
        FactKind::Suppression => "suppressions",
        FactKind::Coverage => "what could be seen and what could not",
    }
}

/// Where certificates live, and what sees them there.
pub(crate) fn places(prefix: &str) -> String {
    let tested = |proofs: &[Proof]| proofs.iter().map(|proof| proof.as_str()).collect::<Vec<_>>().join(", ");
    let row = |CertificatePlace { service, what, seen, .. }: &CertificatePlace| {
        let (by, proof) = match seen {
            Seen::By(source, proofs) => (format!("[{source}]({prefix}sources/{source}.md)"), tested(proofs)),
            Seen::Always(proofs) => ("every scan".to_owned(), tested(proofs)),
            Seen::Not(why) => ("-".to_owned(), (*why).to_owned()),
        };
        format!("| {service} | {what} | {by} | {proof} |\n")
    };
    let rows: String = CERTIFICATE_PLACES.iter().map(row).collect();
    format!("| service | what | seen by | tested on, or why not |\n|---|---|---|---|\n{rows}")
}

/// The page of a source.
pub(crate) fn page(source: &Source) -> Page {
    let Source { id, title, service, kinds, .. } = source;
    let facts: Vec<&str> = kinds.iter().map(|kind| name(*kind)).collect();
    let text = format!(
        "{GENERATED}# {id}\n\n{}.\n\n| | |\n|---|---|\n| asked once for | {} |\n| service of its scopes | \
         `{service}` |\n| facts | {} |\n| read by | {} |\n\n## IAM actions\n\n{}{}",
        capital(title),
        place(source),
        facts.join(", "),
        readers(source),
        actions(source),
        quotas(source),
    );
    Page { path: format!("docs/sources/{id}.md"), text }
}

/// All sources, for a file from which the book is at `prefix`.
pub(crate) fn list(prefix: &str) -> String {
    let row = |source: &&Source| {
        format!(
            "| [{0}]({prefix}sources/{0}.md) | {1} | {2} |\n",
            source.id,
            capital(source.title),
            place(source)
        )
    };
    format!("| source | reads | once for |\n|---|---|---|\n{}", SOURCES.iter().map(row).collect::<String>())
}

/// Each IAM action and the sources that need it.
pub(crate) fn by_action(prefix: &str) -> String {
    let mut users = BTreeMap::<&str, BTreeSet<String>>::new();
    for action in IDENTITY_ACTIONS {
        users.entry(action).or_default().insert("finding accounts and regions".into());
    }
    for source in SOURCES {
        for action in (source.actions)() {
            let link = format!("[{0}]({prefix}sources/{0}.md)", source.id);
            users.entry(action).or_default().insert(link);
        }
    }
    let row = |(action, users): (&str, BTreeSet<String>)| {
        format!("| `{action}` | {} |\n", users.into_iter().collect::<Vec<_>>().join(", "))
    };
    format!("| action | for |\n|---|---|\n{}", users.into_iter().map(row).collect::<String>())
}

fn place(source: &Source) -> &'static str {
    match source.gather {
        Gather::Account(_) => "each account, in the home region of its partition",
        Gather::Region(_) => "each region of each account",
        Gather::Endpoint(_) => "each `--endpoint`",
        Gather::Path(_) => "each `--file`",
    }
}

fn readers(source: &Source) -> String {
    let reads = |check: &&&'static Check| check.needs.iter().any(|kind| source.kinds.contains(kind));
    let link = |check: &&'static Check| format!("[{0}](../checks/{0}.md)", check.id);
    let rules = source.kinds.contains(&FactKind::Tag).then(|| "[owners](../owners.md)".to_owned());
    CHECKS.iter().filter(reads).map(link).chain(rules).collect::<Vec<_>>().join(", ")
}

fn actions(source: &Source) -> String {
    let actions: BTreeSet<&str> = (source.actions)().into_iter().collect();
    match actions.is_empty() {
        true => "None: it does not ask AWS.\n".to_owned(),
        false => actions.into_iter().map(|action| format!("- `{action}`\n")).collect(),
    }
}

/// The quotas that the source counts; it reads the others of its service from usage metrics.
fn quotas(source: &Source) -> String {
    let row = |row: &Row| format!("| `{}` | {} | {} |\n", row.code, row.name, row.unit);
    match source.quotas {
        [] => String::new(),
        rows => format!(
            "\n## Quotas that it counts ({})\n\n| code | quota | unit |\n|---|---|---|\n{}",
            rows.len(),
            rows.iter().map(row).collect::<String>()
        ),
    }
}

/// A title at the beginning of a line.
pub(crate) fn capital(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}
