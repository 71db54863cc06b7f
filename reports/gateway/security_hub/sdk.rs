//! A finding for the SDK: the same fields under its types.

use aws_sdk_securityhub::types::{
    AwsSecurityFinding, Compliance, ComplianceStatus, FindingProviderFields, FindingProviderSeverity,
    Partition, Recommendation, RecordState, Remediation, Resource, Severity, SeverityLabel,
};

use super::asff::{self, Asff};

impl Asff {
    pub(super) fn to_sdk(&self) -> AwsSecurityFinding {
        let fields = self.product_fields.iter().map(|(name, value)| ((*name).to_owned(), value.clone()));
        AwsSecurityFinding::builder()
            .schema_version(self.schema_version)
            .id(&self.id)
            .product_arn(&self.product_arn)
            .product_name(self.product_name)
            .generator_id(&self.generator_id)
            .aws_account_id(&self.aws_account_id)
            .set_types(Some(self.types.map(str::to_owned).to_vec()))
            .first_observed_at(&self.first_observed_at)
            .last_observed_at(&self.last_observed_at)
            .created_at(&self.created_at)
            .updated_at(&self.updated_at)
            .severity(severity(&self.severity))
            .title(&self.title)
            .description(&self.description)
            .set_remediation(self.remediation.as_ref().map(remediation))
            .set_product_fields(Some(fields.collect()))
            .set_resources(Some(self.resources.iter().map(resource).collect()))
            .compliance(Compliance::builder().status(ComplianceStatus::from(self.compliance.status)).build())
            .record_state(RecordState::from(self.record_state))
            .finding_provider_fields(provided(&self.finding_provider_fields))
            .build()
    }
}

fn severity(of: &asff::Label) -> Severity {
    Severity::builder().label(SeverityLabel::from(of.label)).original(of.original).build()
}

fn remediation(of: &asff::Remediation) -> Remediation {
    let recommendation = Recommendation::builder().text(&of.recommendation.text).build();
    Remediation::builder().recommendation(recommendation).build()
}

fn resource(of: &asff::Resource) -> Resource {
    let resource = Resource::builder().r#type(of.r#type).id(&of.id).region(&of.region);
    resource.set_partition(of.partition.map(Partition::from)).build()
}

fn provided(of: &asff::Provided) -> FindingProviderFields {
    let severity = FindingProviderSeverity::builder()
        .label(SeverityLabel::from(of.severity.label))
        .original(of.severity.original)
        .build();
    FindingProviderFields::builder()
        .severity(severity)
        .set_types(Some(of.types.map(str::to_owned).to_vec()))
        .build()
}
