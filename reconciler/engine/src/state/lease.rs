//! The lease: one run at a time per environment, so that two do not do the same work.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use tokio::sync::{oneshot, watch};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep};

use super::store::StoreError;
use crate::aws::session::Session;
use crate::events::{Event, Events};

/// How long a lease lasts that is not renewed: what others wait for after a run was killed.
const LIFETIME: Duration = Duration::from_mins(1);

/// How often it is renewed: two renewals may fail before it runs out.
const RENEWAL: Duration = Duration::from_secs(20);

/// How often a run that waits looks again.
const LOOK_AGAIN: Duration = Duration::from_secs(2);

/// The right to apply to an environment, kept in `lease/<environment>.json`.
///
/// Expected flow: [`Lease::acquire`] before the first change; ask [`Lease::is_lost`] before each unit;
/// [`Lease::release`] at the end. It is renewed in the background. A lease that is dropped is released, too,
/// if the runtime lives long enough; otherwise it runs out.
///
/// Guarantees: of two runs that acquire at once, one gets it. A lease that ran out is taken over, with a
/// higher fence, by one run. The holder notices within [`RENEWAL`] that it was taken over.
///
/// Assumptions: clocks of two machines agree within seconds. Nothing is wrong if they do not, or if
/// two runs go on at once: correctness rests on compare-and-swap, idempotency tokens and CloudFormation's own
/// exclusivity. The lease only avoids wasted work.
///
/// Errors: [`LeaseError::Held`] says who holds it, since when and until when.
#[derive(Debug)]
pub struct Lease {
    lost: watch::Receiver<bool>,
    /// Dropping it tells the keeper to give the lease back.
    stop: oneshot::Sender<()>,
    keeper: JoinHandle<()>,
}

/// Who holds a lease: the object as it is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Holder {
    /// The run.
    pub run: String,
    /// The person or job behind it.
    pub actor: Option<String>,
    /// The commit that it applies.
    pub commit: Option<String>,
    /// Since when.
    pub acquired_at: Timestamp,
    /// Until when, unless it is renewed.
    pub expires_at: Timestamp,
    /// How often the lease has changed hands since there is one.
    pub fence: u64,
}

/// Why there is no lease.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LeaseError {
    /// Somebody else has it.
    #[error("another run is applying to `{environment}`: {holder}")]
    Held {
        /// The environment.
        environment: String,
        /// Who.
        holder: Box<Holder>,
    },
    /// The state bucket did not do as asked.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A lease that was written: what renewing and giving back need.
#[derive(Debug)]
struct Held {
    session: Session,
    holder: Holder,
    etag: String,
}

impl Lease {
    /// Takes the lease, waiting for at most `patience` while another run has it.
    pub async fn acquire(
        session: &Session,
        events: &Events,
        patience: Duration,
    ) -> Result<Self, LeaseError> {
        let deadline = Instant::now() + patience;
        let mut told: Option<String> = None;
        loop {
            let holder = match take(session).await? {
                Ok(held) => return Ok(Self::kept(held)),
                Err(holder) => holder,
            };
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(LeaseError::Held {
                    environment: session.environment.name.clone(),
                    holder: Box::new(holder),
                });
            }
            if told.as_ref() != Some(&holder.run) {
                events.tell(&Event::Waiting {
                    what: format!("for the lease of `{}`: {holder}", session.environment.name),
                });
                told = Some(holder.run);
            }
            sleep(left.min(LOOK_AGAIN)).await;
        }
    }

    /// Whether somebody else may have taken it over: nothing new should be started then.
    pub fn is_lost(&self) -> bool {
        *self.lost.borrow()
    }

    /// Gives it back, for the next run to go on at once.
    pub async fn release(self) {
        let Self { lost: _, stop, keeper } = self;
        drop(stop);
        if let Err(error) = keeper.await {
            tracing::warn!(%error, "failed to give the lease back; it runs out by itself");
        }
    }

    fn kept(held: Held) -> Self {
        let (stop, stopped) = oneshot::channel();
        let (notice, lost) = watch::channel(false);
        Self { lost, stop, keeper: tokio::spawn(keep(held, stopped, notice)) }
    }
}

/// Renews a lease until it is lost or to be given back.
async fn keep(mut held: Held, mut stopped: oneshot::Receiver<()>, notice: watch::Sender<bool>) {
    loop {
        tokio::select! {
            _ = &mut stopped => return held.give_back().await,
            () = sleep(RENEWAL) => {}
        }
        if !held.renew().await {
            notice.send_replace(true);
            return;
        }
    }
}

impl Held {
    /// Whether the lease is still ours.
    async fn renew(&mut self) -> bool {
        let renewed = Holder { expires_at: expiry(&self.session), ..self.holder.clone() };
        let store = &self.session.state;
        match store.replace(&key(&self.session), body(&renewed), &self.etag).await {
            Ok(etag) => {
                self.etag = etag;
                self.holder = renewed;
                true
            }
            Err(StoreError::Lost { .. } | StoreError::NoBucket { .. }) => false,
            Err(error @ StoreError::Failed { .. }) => {
                tracing::warn!(%error, "failed to renew the lease");
                self.session.now() < self.holder.expires_at
            }
        }
    }

    async fn give_back(self) {
        let store = Arc::clone(&self.session.state);
        if let Err(error) = store.delete(&key(&self.session), &self.etag).await {
            tracing::warn!(%error, "failed to give the lease back; it runs out by itself");
        }
    }
}

/// Takes the lease if nobody has it, or says who does.
async fn take(session: &Session) -> Result<Result<Held, Holder>, StoreError> {
    let key = key(session);
    loop {
        let found = session.state.get(&key).await?;
        let now = session.now();
        let before: Option<Holder> = found
            .as_ref()
            // What cannot be read cannot be waited for: it counts as run out.
            .and_then(|stored| serde_json::from_slice(&stored.body).ok());
        if let Some(holder) = before.as_ref().filter(|holder| now < holder.expires_at) {
            return Ok(Err(holder.clone()));
        }
        let holder = Holder {
            run: session.run.id.clone(),
            actor: session.run.actor.clone(),
            commit: session.run.commit.clone(),
            acquired_at: now,
            expires_at: expiry(session),
            fence: before.map_or(1, |before| before.fence + 1),
        };
        let written = match found {
            None => session.state.create(&key, body(&holder)).await,
            Some(stored) => session.state.replace(&key, body(&holder), &stored.etag).await,
        };
        match written {
            Ok(etag) => {
                return Ok(Ok(Held { session: session.clone(), holder, etag }));
            }
            // Whoever was faster is there now.
            Err(StoreError::Lost { .. }) => {}
            Err(error) => return Err(error),
        }
    }
}

fn key(session: &Session) -> String {
    format!("lease/{}.json", session.environment.name)
}

/// Who has the lease now; none if nobody has, or if it ran out.
pub async fn holder(session: &Session) -> Result<Option<Holder>, StoreError> {
    let stored = session.state.get(&key(session)).await?;
    let holder: Option<Holder> =
        stored.and_then(|stored| serde_json::from_slice(&stored.body).ok());
    Ok(holder.filter(|holder| session.now() < holder.expires_at))
}

fn body(holder: &Holder) -> Vec<u8> {
    // Text, numbers and times always serialise.
    serde_json::to_vec(holder).unwrap_or_default()
}

fn expiry(session: &Session) -> Timestamp {
    // Only the year 9999 is too late to add a minute to.
    let lifetime = SignedDuration::try_from(LIFETIME).unwrap_or(SignedDuration::MAX);
    session.now().saturating_add(lifetime).unwrap_or(Timestamp::MAX)
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "run {}", self.run)?;
        if let Some(actor) = &self.actor {
            write!(f, " of {actor}")?;
        }
        write!(
            f,
            " has held it since {:.0} and holds it until {:.0} at least",
            self.acquired_at, self.expires_at
        )
    }
}
