//! Directory Service: directories, and the certificates that are registered with each.

use aws_sdk_directory::types::{CertificateInfo, DirectoryDescription, DirectoryStage, DirectoryType};
use howler_model::Unseen;

use super::of_each::{Of, of_each};
use crate::aws::AccountRegion;
use crate::aws::access::{Listing, Page, listing};

listing! {
    /// Directories of every type.
    DescribeDirectories: DirectoryDescription = "ds:DescribeDirectories",
    directory(token) => directory.describe_directories().set_next_token(token),
    page => Page::of(page.directory_descriptions, page.next_token),
}

/// The certificates that are registered with each directory that can have some.
pub(crate) struct ListCertificates;

impl Listing for ListCertificates {
    type Item = Of<DirectoryDescription, Vec<CertificateInfo>>;
    const ACTION: &'static str = "ds:ListCertificates";

    async fn ask(at: &AccountRegion) -> Result<Vec<Self::Item>, Unseen> {
        let directories = at.list::<DescribeDirectories>().await?;
        let able = directories.iter().filter(|directory| takes_certificates(directory));
        of_each(able, |directory| certificates(at, directory)).await
    }
}

async fn certificates(
    at: &AccountRegion,
    directory: &DirectoryDescription,
) -> Result<Vec<CertificateInfo>, Unseen> {
    let client = at.directory();
    let id = directory.directory_id();
    at.pages(ListCertificates::ACTION, |token| {
        let request = client.list_certificates().set_directory_id(id.map(str::to_owned));
        let sent = request.set_next_token(token).send();
        async move { sent.await.map(|page| Page::of(page.certificates_info, page.next_token)) }
    })
    .await
}

/// Simple AD takes none, and the certificates of a shared directory are with its owner.
fn takes_certificates(directory: &DirectoryDescription) -> bool {
    use DirectoryStage::{Creating, Deleted, Deleting, Requested};
    let able = matches!(directory.r#type(), Some(DirectoryType::AdConnector | DirectoryType::MicrosoftAd));
    able && !matches!(directory.stage(), Some(Requested | Creating | Deleting | Deleted))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_directories_that_can_have_certificates_are_asked() {
        let takes = |kind, stage| {
            takes_certificates(&DirectoryDescription::builder().r#type(kind).stage(stage).build())
        };
        assert!(takes(DirectoryType::AdConnector, DirectoryStage::Active));
        assert!(takes(DirectoryType::MicrosoftAd, DirectoryStage::Impaired));
        assert!(!takes(DirectoryType::SimpleAd, DirectoryStage::Active));
        assert!(!takes(DirectoryType::SharedMicrosoftAd, DirectoryStage::Active));
        assert!(!takes(DirectoryType::MicrosoftAd, DirectoryStage::Creating));
        assert!(!takes_certificates(&DirectoryDescription::builder().build()));
    }
}
