//! Credentials that end again and again while a scan goes on: it sees everything, and asks for new ones no more often
//! than it has to.

use std::time::Duration;

use howler_simulator::{Latency, Organization, Simulation, estate};

use crate::harness::{Simulated, assert_sums, now, without_run};

/// How long credentials last. They are renewed when three quarters of that are over.
const LIFETIME: Duration = Duration::from_secs(2);
const RENEWED_AFTER: f64 = 1.5;
const ACCOUNTS: u32 = 3;

/// So many load balancers that asking for them at AWS's pace takes several lives of the credentials.
fn organization() -> Organization {
    let mut region = estate::small_region(now());
    let certificate = estate::certificates(1, now()).pop().unwrap();
    region.resources.extend(estate::load_balancers(40, &certificate, 2));
    estate::organization(ACCOUNTS, &["eu-west-1", "us-east-1"], region)
}

fn simulation() -> Simulation {
    Simulation::new(organization(), now()).latency(Latency::constant(Duration::from_millis(40)))
}

#[test]
fn credentials_that_end_during_a_scan_are_renewed_and_nothing_is_missing() {
    let scan = |simulation: Simulation| {
        let simulated = Simulated::of(simulation);
        let scan = simulated.scan(&["--org", "-r", "eu-west-1", "-r", "us-east-1", "--format", "json"]);
        let ran = scan.run().exits(1);
        let asked = simulated.simulator.requests().into_iter().filter(|it| it.action == "sts:AssumeRole");
        (ran, asked.count())
    };
    let (lasting, ending) = std::thread::scope(|threads| {
        let lasting = threads.spawn(|| scan(simulation()));
        let ending = scan(simulation().session_lifetime(LIFETIME));
        (lasting.join().unwrap(), ending)
    });
    let seconds = ending.0.took.as_secs_f64();
    println!("{seconds:.1} s, {} AssumeRole; lasting ones: {:?}, {}", ending.1, lasting.0.took, lasting.1);
    let document = ending.0.document();
    assert_eq!(document.0["complete"], true);
    assert_sums(&document);
    assert_eq!(without_run(&ending.0.stdout), without_run(&lasting.0.stdout));
    assert!(seconds > 3.0 * LIFETIME.as_secs_f64(), "{seconds} s is too short to show it");
    // The caller's own account takes no role.
    let roles = ACCOUNTS as usize - 1;
    assert_eq!(lasting.1, roles, "credentials that last are asked for once");
    let most = roles * ((seconds / RENEWED_AFTER).ceil() as usize + 1);
    let least = roles * (seconds / LIFETIME.as_secs_f64()).floor() as usize - roles;
    assert!((least..=most).contains(&ending.1), "{} AssumeRole, {least} to {most} expected", ending.1);
}
