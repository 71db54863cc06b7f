//! Elastic Beanstalk: environments, and the options that each is set up by.

use aws_sdk_elasticbeanstalk::types::{
    ConfigurationOptionSetting, EnvironmentDescription, EnvironmentStatus,
};
use howler_model::Unseen;

use super::of_each::{Of, of_each};
use crate::aws::AccountRegion;
use crate::aws::access::{Listing, Page, listing};

listing! {
    /// Environments that are there; by itself AWS lists deleted ones, too, and pages only if it is told to.
    DescribeEnvironments: EnvironmentDescription = "elasticbeanstalk:DescribeEnvironments",
    elasticbeanstalk(token) => elasticbeanstalk
        .describe_environments()
        .include_deleted(false)
        .max_records(1000)
        .set_next_token(token),
    page => Page::of(page.environments, page.next_token),
}

/// The options of each environment that serves the web; workers have no listeners.
pub(crate) struct DescribeConfigurationSettings;

impl Listing for DescribeConfigurationSettings {
    type Item = Of<EnvironmentDescription, Vec<ConfigurationOptionSetting>>;
    const ACTION: &'static str = "elasticbeanstalk:DescribeConfigurationSettings";

    async fn ask(at: &AccountRegion) -> Result<Vec<Self::Item>, Unseen> {
        let environments = at.list::<DescribeEnvironments>().await?;
        of_each(environments.iter().filter(|one| serves(one)), |one| options(at, one)).await
    }
}

fn serves(environment: &EnvironmentDescription) -> bool {
    let ends = [EnvironmentStatus::Terminated, EnvironmentStatus::Terminating];
    let worker = environment.tier().and_then(|tier| tier.name()) == Some("Worker");
    !worker && environment.status().is_none_or(|status| !ends.contains(status))
}

async fn options(
    at: &AccountRegion,
    environment: &EnvironmentDescription,
) -> Result<Vec<ConfigurationOptionSetting>, Unseen> {
    let request = at
        .elasticbeanstalk()
        .describe_configuration_settings()
        .set_application_name(environment.application_name().map(str::to_owned))
        .set_environment_name(environment.environment_name().map(str::to_owned));
    let answer = at.call(DescribeConfigurationSettings::ACTION, || request.clone().send()).await?;
    let settings = answer.configuration_settings.into_iter().flatten();
    Ok(settings.flat_map(|setting| setting.option_settings.unwrap_or_default()).collect())
}

#[cfg(test)]
mod tests {
    use aws_sdk_elasticbeanstalk::types::EnvironmentTier;

    use super::*;

    #[test]
    fn only_what_serves_the_web_and_stays_is_asked_about() {
        let environment = |tier: &str, status: Option<EnvironmentStatus>| {
            let tier = EnvironmentTier::builder().name(tier).build();
            serves(&EnvironmentDescription::builder().tier(tier).set_status(status).build())
        };
        assert!(environment("WebServer", Some(EnvironmentStatus::Ready)));
        assert!(environment("WebServer", Some(EnvironmentStatus::Updating)));
        assert!(environment("WebServer", None));
        assert!(!environment("Worker", Some(EnvironmentStatus::Ready)));
        assert!(!environment("WebServer", Some(EnvironmentStatus::Terminating)));
        assert!(!environment("WebServer", Some(EnvironmentStatus::Terminated)));
    }
}
