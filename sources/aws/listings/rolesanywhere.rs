//! IAM Roles Anywhere: whom it trusts, whom no more, and who came.

use aws_sdk_rolesanywhere::types::{CrlDetail, SubjectSummary, TrustAnchorDetail};

use crate::aws::access::{Page, listing};

listing! {
    /// Trust anchors, with their certificates.
    ListTrustAnchors: TrustAnchorDetail = "rolesanywhere:ListTrustAnchors",
    rolesanywhere(token) => rolesanywhere.list_trust_anchors().set_next_token(token),
    page => Page::of(page.trust_anchors, page.next_token),
}

listing! {
    /// Revocation lists, with what is in them.
    ListCrls: CrlDetail = "rolesanywhere:ListCrls",
    rolesanywhere(token) => rolesanywhere.list_crls().set_next_token(token),
    page => Page::of(page.crls, page.next_token),
}

listing! {
    /// Subjects that have ever begun a session, without their certificates.
    ListSubjects: SubjectSummary = "rolesanywhere:ListSubjects",
    rolesanywhere(token) => rolesanywhere.list_subjects().set_next_token(token),
    page => Page::of(page.subjects, page.next_token),
}
