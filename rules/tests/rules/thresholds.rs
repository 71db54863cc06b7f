//! Which certificates have limits of their own.

use chrono::TimeDelta;
use howler_model::{Exception, Lines, Role};

use crate::samples::{read, wrong};

fn exceptions(text: &str) -> Vec<Exception> {
    read("thresholds.toml", text).unwrap().exceptions().to_vec()
}

fn mistake(text: &str) -> String {
    wrong("thresholds.toml", &format!("[[threshold]]\n{text}\n"))
}

#[test]
fn a_block_says_which_certificates_and_which_limits() {
    let text = "[[threshold]]\nrole = [\"leaf\", \"trust-store\"]\ndomain = \"*.Pay.example.com\"\n\
                account = \"111111111111\"\nregion = \"eu-west-1\"\ntag = [\"stage=prod\", \"pci\"]\n\
                notice_days = 90\nwarn_days = 60\ncritical_days = 30\n";
    let exception = &exceptions(text)[0];
    assert_eq!(exception.roles, [Role::Leaf, Role::TrustStore]);
    assert!(exception.domains[0].matches("api.pay.example.com"));
    assert_eq!(exception.accounts, ["111111111111".parse().unwrap()]);
    assert_eq!(exception.regions, ["eu-west-1".parse().unwrap()]);
    assert_eq!(exception.tags, [("stage".into(), Some("prod".into())), ("pci".into(), None)]);
    let days = |days| Some(TimeDelta::days(days));
    assert_eq!(exception.left, Lines { notice: days(90), warn: days(60), critical: days(30) });
    assert_eq!(exception.percent, Lines::default());
}

#[test]
fn blocks_keep_their_order_and_percent_may_have_fractions() {
    let text = "[[threshold]]\nrole = \"leaf\"\nwarn_percent = 33.5\n\
                [[threshold]]\nrole = \"database\"\nwarn_percent = 50\n";
    let percent: Vec<_> = exceptions(text).iter().map(|exception| exception.percent.warn).collect();
    assert_eq!(percent, [Some(33.5), Some(50.0)]);
    assert!(exceptions("").is_empty());
}

#[test]
fn days_and_percent_of_one_limit_need_a_word() {
    let both = "role = \"leaf\"\nwarn_days = 20\nwarn_percent = 25";
    assert!(mistake(both).contains("earlier = true"));
    assert!(mistake(&format!("{both}\nearlier = false")).contains("earlier = true"));
    let exceptions = exceptions(&format!("[[threshold]]\n{both}\nearlier = true\n"));
    assert_eq!(exceptions[0].left.warn, Some(TimeDelta::days(20)));
    assert_eq!(exceptions[0].percent.warn, Some(25.0));
    let apart = "[[threshold]]\nrole = \"leaf\"\nwarn_days = 20\ncritical_percent = 10\n";
    assert!(read("thresholds.toml", apart).is_ok(), "two limits, each said once");
}

#[test]
fn every_mistake_names_its_line() {
    for (text, words) in [
        ("role = \"leef\"\nwarn_days = 1", "did you mean leaf?"),
        ("role = \"leaf\"", "no limit"),
        ("warn_days = 1", "nothing says which certificates"),
        ("role = []\nwarn_days = 1", "about nothing"),
        ("account = \"1\"\nwarn_days = 1", "account: "),
        ("region = \"mars\"\nwarn_days = 1", "region: "),
        ("tag = \"=x\"\nwarn_days = 1", "is no tag"),
        ("role = \"leaf\"\nwarn_days = -1", "whole days from 0"),
        ("role = \"leaf\"\nwarn_days = \"30\"", "whole days from 0"),
        ("role = \"leaf\"\nwarn_percent = 101", "percent of the lifetime"),
        ("role = \"leaf\"\nwarn_percent = nan", "percent of the lifetime"),
        ("role = \"leaf\"\nwarn_days = 3\ncritical_days = 7", "warn_days is less than critical_days"),
        ("role = \"leaf\"\nnotice_percent = 3\ncritical_percent = 7", "notice_percent is less than"),
        ("role = \"leaf\"\nwarn_days = 3\nearlier = 1", "true or false"),
        ("role = \"leaf\"\nwarn_day = 3", "did you mean warn_days?"),
    ] {
        let told = mistake(text);
        assert!(told.starts_with("thresholds.toml:") && told.contains(words), "{text}: {told}");
    }
}

#[test]
fn tags_are_asked_for_where_a_limit_goes_by_them() {
    let needs = |condition: &str| {
        let text = format!("[[threshold]]\n{condition}\nwarn_days = 1\n");
        read("thresholds.toml", &text).unwrap().needs_tags()
    };
    assert!(needs("tag = \"stage=prod\"") && !needs("role = \"leaf\""));
}

#[test]
fn another_file_of_thresholds_is_another_plan() {
    let digest = |text: &str| read("thresholds.toml", text).unwrap().digest();
    let block = |days: u32| format!("[[threshold]]\nrole = \"leaf\"\nwarn_days = {days}\n");
    assert_ne!(digest(&block(1)), digest(&block(2)));
    assert_eq!(digest(&block(1)), digest(&block(1)));
}
