//! How many connections one address has at a time, over all endpoints that are on it: nobody is to notice a scan.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Addresses that are remembered although nobody is connected to them.
const REMEMBERED: usize = 1024;

/// The connections of a scan, by address.
#[derive(Debug, Clone, Default)]
pub(crate) struct Gate {
    seats: Arc<Mutex<HashMap<IpAddr, Arc<Semaphore>>>>,
    /// Those to all addresses together, where there is a bound.
    all: Option<Arc<Semaphore>>,
}

impl Gate {
    /// The same addresses, for so many connections in all.
    pub(crate) fn bounded(&self, connections: usize) -> Self {
        Self { seats: Arc::clone(&self.seats), all: Some(Arc::new(Semaphore::new(connections))) }
    }

    /// Waits until one more connection is within the bound, if there is one.
    pub(super) async fn one_more(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(self.all.as_ref()?).acquire_owned().await.ok()
    }

    /// Waits until fewer than `at_once` are connected to an address. There is nobody to spare on this machine itself.
    pub(super) async fn enter(&self, address: IpAddr, at_once: usize) -> Option<OwnedSemaphorePermit> {
        if address.is_loopback() {
            return None;
        }
        self.seats(address, at_once.max(1)).acquire_owned().await.ok()
    }

    fn seats(&self, address: IpAddr, at_once: usize) -> Arc<Semaphore> {
        let mut seats = self.seats.lock().unwrap_or_else(PoisonError::into_inner);
        if seats.len() >= REMEMBERED {
            seats.retain(|_, taken| Arc::strong_count(taken) > 1);
        }
        seats.entry(address).or_insert_with(|| Arc::new(Semaphore::new(at_once))).clone()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::timeout;

    use super::*;

    const SOON: Duration = Duration::from_millis(50);

    #[tokio::test]
    async fn an_address_has_so_many_connections_and_no_more() {
        let (gate, address) = (Gate::default(), IpAddr::from([192, 0, 2, 1]));
        let first = gate.enter(address, 2).await.unwrap();
        let _second = gate.clone().enter(address, 2).await.unwrap();
        assert!(timeout(SOON, gate.enter(address, 2)).await.is_err(), "both are taken");
        assert!(timeout(SOON, gate.enter(IpAddr::from([192, 0, 2, 2]), 2)).await.is_ok(), "another address");
        drop(first);
        assert!(timeout(SOON, gate.enter(address, 2)).await.is_ok());
        assert!(gate.enter(IpAddr::from([127, 0, 0, 1]), 2).await.is_none());
    }

    #[tokio::test]
    async fn all_addresses_together_have_so_many_connections_where_there_is_a_bound() {
        let gate = Gate::default();
        assert!(gate.one_more().await.is_none(), "there is none");
        let bounded = gate.bounded(1);
        let first = bounded.one_more().await;
        assert!(timeout(SOON, bounded.clone().one_more()).await.is_err());
        drop(first);
        assert!(timeout(SOON, bounded.one_more()).await.unwrap().is_some());
    }

    #[tokio::test]
    async fn what_is_not_connected_is_forgotten() {
        let (gate, kept) = (Gate::default(), IpAddr::from([198, 51, 100, 1]));
        let _taken = gate.enter(kept, 1).await;
        for number in 0..3 * u32::try_from(REMEMBERED).unwrap() {
            gate.enter(IpAddr::V4(number.saturating_add(0x0a00_0000).into()), 1).await;
        }
        assert!(gate.seats.lock().unwrap().len() <= REMEMBERED);
        assert!(timeout(SOON, gate.enter(kept, 1)).await.is_err(), "it is still taken");
    }
}
