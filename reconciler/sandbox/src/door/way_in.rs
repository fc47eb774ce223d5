//! Where programs that the sandbox itself runs find AWS: at the door that is open, or at one of their own.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::{Mutex, PoisonError};

use tokio::sync::Mutex as AsyncMutex;
use tokio::task::JoinSet;

use super::Door;
use crate::sandbox::WeakSandbox;

/// The way into a sandbox from within.
#[derive(Debug)]
pub(crate) struct WayIn {
    sandbox: WeakSandbox,
    /// The door that somebody else opened.
    front: Mutex<Option<SocketAddr>>,
    /// The door that is opened where there is no other, on loopback; it ends with this.
    back: AsyncMutex<Option<(SocketAddr, JoinSet<()>)>>,
}

impl WayIn {
    pub(crate) fn new(sandbox: WeakSandbox) -> Self {
        Self { sandbox, front: Mutex::default(), back: AsyncMutex::default() }
    }

    /// Says that a door is open here, or that it is closed.
    pub(super) fn set_front(&self, address: Option<SocketAddr>) {
        *self.front.lock().unwrap_or_else(PoisonError::into_inner) = address.map(reachable);
    }

    /// The address of a door that is open.
    pub(crate) async fn address(&self) -> io::Result<SocketAddr> {
        let front = *self.front.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(address) = front {
            return Ok(address);
        }
        let mut back = self.back.lock().await;
        if let Some((address, _)) = &*back {
            return Ok(*address);
        }
        let anywhere = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let door = Door::open_from_within(self.sandbox.clone(), anywhere).await?;
        let address = door.address();
        let mut serving = JoinSet::new();
        serving.spawn(door.answer_until(std::future::pending()));
        *back = Some((address, serving));
        Ok(address)
    }
}

/// The address by which this machine reaches a door that is open on all of its own.
fn reachable(address: SocketAddr) -> SocketAddr {
    let loopback = match address.ip() {
        IpAddr::V4(_) => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(_) => IpAddr::V6(Ipv6Addr::LOCALHOST),
    };
    let ip = if address.ip().is_unspecified() { loopback } else { address.ip() };
    SocketAddr::new(ip, address.port())
}
