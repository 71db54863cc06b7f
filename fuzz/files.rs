//! Kubernetes manifests, as files have them.

#[path = "../sources/files/contents.rs"]
mod contents;
#[path = "../sources/files/leaves.rs"]
mod leaves;
#[path = "../sources/files/manifest.rs"]
mod manifest;

use howler_model::{Reason, Unseen};

use crate::passwords::Passwords;

// What these files ask of the one above them.
const ACTION: &str = "file:read";

fn coded(reason: Reason, code: &str, message: String) -> Unseen {
    Unseen { code: Some(code.to_owned()), ..Unseen::new(reason, ACTION, message) }
}

fn unseen(error: &std::io::Error) -> Unseen {
    coded(Reason::Failed, "read-failed", error.to_string())
}

/// Any text that may be a manifest.
pub fn manifest(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let parts = contents::parts(format!("apiVersion: v1\n{text}").as_bytes(), &Passwords::default());
    let mut places: Vec<&str> = parts.iter().map(|part| part.place.as_str()).collect();
    let all = places.len();
    places.sort_unstable();
    places.dedup();
    assert_eq!(places.len(), all, "two in one place");
}
