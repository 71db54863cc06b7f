//! Three calls in ten fail in every way that passes: the report is the one of a calm day, byte for byte.

use std::time::Duration;

use howler_simulator::{Faults, Organization, Outcome, Region, estate, storm};

use crate::harness::{Ran, Simulated, now, without_run};

const SHARE: f64 = 0.30;
const SEEDS: [u64; 3] = [1, 2, 3];
/// Far more than it takes: waiting for answers that never come is most of it.
const AT_MOST: Duration = Duration::from_secs(60);

/// Small accounts, but with listings of several pages: only there tokens can lead in circles.
fn organization() -> Organization {
    let mut region: Region = estate::small_region(now());
    region.resources.extend(estate::volumes(2_500, "st1", 1));
    region.certificates = estate::certificates(12, now());
    estate::organization(3, &["eu-west-1", "us-east-1"], region)
}

/// A scan, and the share of its calls that failed.
#[allow(clippy::print_stdout, reason = "how long a storm takes is told and not judged")]
fn scan(faults: Faults) -> (Ran, f64) {
    let simulated = Simulated::start(organization(), faults);
    let ran = simulated.scan(&["--org", "-r", "eu-west-1", "-r", "us-east-1", "--format", "json"]).run();
    let requests = simulated.simulator.requests();
    let failed = requests.iter().filter(|request| request.outcome != Outcome::Answered).count();
    let needed = simulated.simulator.counters().needed;
    println!("{:?}: {} calls, {failed} failed, {needed} needed", ran.took, requests.len());
    (ran, failed as f64 / requests.len() as f64)
}

#[test]
fn a_storm_leaves_no_trace_in_the_report() {
    let (calm, failed) = scan(Vec::new());
    assert_eq!(failed, 0.0);
    let document = calm.document();
    assert!(
        document.0["complete"] == true && document.findings().len() > 500,
        "{:#}",
        document.0["coverage"]
    );
    std::thread::scope(|threads| {
        let storms = SEEDS.map(|seed| (seed, threads.spawn(move || scan(storm(SHARE, seed)))));
        for (seed, stormy) in storms {
            let (stormy, failed) = stormy.join().unwrap();
            assert!((0.2..0.4).contains(&failed), "seed {seed}: {failed} of all calls failed");
            println!("seed {seed}: {:.1} times as long", stormy.took.as_secs_f64() / calm.took.as_secs_f64());
            assert_eq!(without_run(&stormy.stdout), without_run(&calm.stdout), "seed {seed}");
            assert_eq!(stormy.code, calm.code, "seed {seed}");
            assert!(stormy.took < AT_MOST, "seed {seed}: {:?}", stormy.took);
        }
    });
}
