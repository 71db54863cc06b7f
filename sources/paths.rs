//! Files and folders as a source.

use howler_model::{FactKind, Service};

use crate::files::{Limits, gather};
use crate::{Asked, Gather, Source};

/// The source.
pub(crate) static SOURCE: Source = Source {
    id: "paths",
    title: "certificates in files and folders: PEM, DER, PKCS #7 and #12, Java key stores, Kubernetes manifests",
    service: Service::FILE,
    kinds: &[FactKind::Certificate],
    actions: Vec::new,
    quotas: &[],
    asked: Asked::Always,
    gather: Gather::Path(|path, passwords| gather(path, passwords, &Limits::default())),
};
