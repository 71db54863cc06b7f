//! One object of S3, of which no more than a bundle of authorities may have is read.

use std::time::Duration;

use aws_sdk_s3::primitives::ByteStream;
use howler_model::{Partition, Reason, Scope, Unseen};
use tokio::time::timeout;

use crate::aws::AccountRegion;
use crate::aws::apigateway::TrustStore;

pub(super) const GET: &str = "s3:GetObject";
/// What IAM asks for where a domain names a version.
pub(super) const GET_VERSION: &str = "s3:GetObjectVersion";

/// The most bytes: API Gateway takes 1,000 certificates.
const MOST: usize = 4 << 20;
/// For the body, which begins after the answer.
const PATIENCE: Duration = Duration::from_secs(30);

/// Where a bundle is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Object {
    bucket: String,
    pub(super) key: String,
    version: Option<String>,
}

impl Object {
    /// Of `s3://BUCKET/KEY`.
    pub(super) fn of(trust: &TrustStore) -> Option<Self> {
        let (bucket, key) = trust.uri.strip_prefix("s3://")?.split_once('/')?;
        let named = !bucket.is_empty() && !key.is_empty();
        let (bucket, key) = (bucket.to_owned(), key.to_owned());
        named.then(|| Self { bucket, key, version: trust.version.clone() })
    }

    /// With the version, where a domain names one.
    pub(super) fn arn(&self, scope: &Scope) -> String {
        let partition = scope.partition().map(Partition::as_str).unwrap_or_default();
        let version = self.version.iter().map(|version| format!("?versionId={version}")).collect::<String>();
        format!("arn:{partition}:s3:::{}/{}{version}", self.bucket, self.key)
    }

    /// All of it.
    pub(super) async fn read(&self, at: &AccountRegion) -> Result<Vec<u8>, Unseen> {
        let request = at.s3().get_object().bucket(&self.bucket).key(&self.key);
        let request = request.set_version_id(self.version.clone());
        let answer = at.call(self.action(), || request.clone().send()).await?;
        let late = |_| Unseen::new(Reason::Timeout, self.action(), "the object was not there in time");
        timeout(PATIENCE, whole(answer.body, self.action())).await.map_err(late)?
    }

    fn action(&self) -> &'static str {
        if self.version.is_some() { GET_VERSION } else { GET }
    }
}

/// A body of at most [`MOST`] bytes.
async fn whole(mut body: ByteStream, action: &str) -> Result<Vec<u8>, Unseen> {
    let mut bytes = Vec::new();
    let broken = |error: aws_sdk_s3::primitives::ByteStreamError| {
        Unseen::new(Reason::Network, action, format!("the object broke off: {error}"))
    };
    while let Some(some) = body.try_next().await.map_err(broken)? {
        bytes.extend_from_slice(&some);
        if bytes.len() > MOST {
            let words = format!("the object has more than {} MiB", MOST >> 20);
            return Err(Unseen::new(Reason::Skipped, action, words));
        }
    }
    Ok(bytes)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::aws::certificate::somewhere;

    #[test]
    fn an_address_in_s3_has_bucket_and_key() {
        let of = |uri: &str| Object::of(&TrustStore { uri: uri.to_owned(), ..TrustStore::default() });
        let object = of("s3://trust/edge/ca.pem").unwrap();
        assert_eq!((object.bucket.as_str(), object.key.as_str()), ("trust", "edge/ca.pem"));
        assert_eq!(object.arn(&somewhere("apigateway")), "arn:aws:s3:::trust/edge/ca.pem");
        assert_eq!(object.action(), GET);
        for uri in ["", "s3://trust", "s3://trust/", "s3:///ca.pem", "https://trust/ca.pem"] {
            assert_eq!(of(uri), None, "{uri}");
        }
    }

    #[test]
    fn a_version_is_an_object_of_its_own() {
        let version = Some("7".to_owned());
        let trust = TrustStore { uri: "s3://trust/ca.pem".to_owned(), version, ..TrustStore::default() };
        let object = Object::of(&trust).unwrap();
        assert_eq!(object.arn(&somewhere("apigateway")), "arn:aws:s3:::trust/ca.pem?versionId=7");
        assert_eq!(object.action(), GET_VERSION);
    }

    #[tokio::test]
    async fn no_more_is_read_than_a_bundle_may_have() {
        let read = async |size: usize| whole(ByteStream::from(vec![b'a'; size]), GET).await;
        assert_eq!(read(MOST).await.unwrap().len(), MOST);
        assert_eq!(read(MOST + 1).await.unwrap_err().reason, Reason::Skipped);
    }
}
