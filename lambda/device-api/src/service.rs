//! From an event to an answer and its record.

use std::sync::Arc;

use device_registry::Registration;
use gateway::{Event, Reply};
use jiff::Timestamp;

use crate::audit::Record;
use crate::identity::{self, Denial, Presented, Registry, admit};
use crate::refusal::Refusal;
use crate::routes::{self, Action};
use crate::settings::Settings;
use crate::storage::Storage;

/// The device API.
#[derive(Debug)]
pub struct Service<S> {
    storage: S,
    settings: Settings,
    registry: Registry,
}

/// An answer, and what is to be recorded of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// What API Gateway is told.
    pub reply: Reply,
    /// What the audit is told.
    pub record: Record,
}

/// An admitted terminal's request, and all that answers it.
pub(crate) struct Asked<'a, S> {
    pub(crate) storage: &'a S,
    pub(crate) settings: &'a Settings,
    pub(crate) event: &'a Event,
    pub(crate) now: Timestamp,
    pub(crate) presented: Presented,
    pub(crate) registration: Arc<Registration>,
}

impl<S: Storage> Service<S> {
    /// Sets the API up.
    pub fn new(storage: S, settings: Settings) -> Self {
        let registry = Registry::new(&settings.registry_bucket, settings.registry_time_to_live);
        Self { storage, settings, registry }
    }

    /// Answers a request.
    pub async fn answer(&self, event: &Event, now: Timestamp) -> Answer {
        let request_id = event.request_context.request_id.as_str();
        let mut record = Record { request_id: request_id.to_owned(), ..Record::default() };
        let (reply, refusal) = match self.decide(event, now, &mut record).await {
            Ok(reply) => (reply, None),
            Err(refusal) => (refusal.reply(request_id), Some(refusal)),
        };
        let record = Record { refusal, status: reply.status_code, ..record };
        Answer { reply, record }
    }

    /// Says who is asking before it looks at what for: strangers do not learn which routes there are.
    async fn decide(
        &self,
        event: &Event,
        now: Timestamp,
        record: &mut Record,
    ) -> Result<Reply, Refusal> {
        let action = routes::find(event.method(), event.path());
        record.action = action.as_ref().map_or("unknown", Action::name);
        let (presented, registration) = self.identify(event, now, record).await?;
        let Self { storage, settings, .. } = self;
        let asked = Asked { storage, settings, event, now, presented, registration };
        asked.act(&action?, record).await
    }

    async fn identify(
        &self,
        event: &Event,
        now: Timestamp,
        record: &mut Record,
    ) -> Result<(Presented, Arc<Registration>), Denial> {
        let presented = Presented::read(&identity::certificate(event, self.settings.edge)?)?;
        record.terminal = Some(presented.terminal.to_string());
        record.serial = Some(presented.serial.to_string());
        presented.check_period(now)?;
        let registration = self.registry.find(&self.storage, &presented.terminal, now).await?;
        record.clinic = Some(registration.clinic.to_string());
        admit(&registration, &presented.serial, now)?;
        Ok((presented, registration))
    }
}
