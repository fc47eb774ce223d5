//! The CAs' audit reports: which is the newest, and when another one may be asked for.
//!
//! A report is asked for at most once in half an hour, by one task of the run for all terminals. Reports that others asked
//! for are as good as ours; of when they are, their objects tell, with a margin ([`crate::report::TAKES`]).

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use reconcile_engine::aws::errors::AwsError;
use tokio::sync::Mutex;
use tokio::time::sleep;

use crate::kind::DeviceKind;
use crate::port::authority::{Begun, Progress};
use crate::port::objects::Listed;
use crate::report::{ASKED_EVERY, Report, TAKES};

/// What the keys of reports end with that are no JSON.
const CSV: &str = "csv";

/// The pause between two looks at a report that is being written.
const PAUSE: Duration = Duration::from_secs(3);

/// The pause after which a CA is asked again that says it is too soon, although no report is to be found.
const LONG_PAUSE: Duration = Duration::from_mins(1);

/// How long a report that was asked for is waited for.
const PATIENCE: SignedDuration = SignedDuration::from_mins(10);

/// How long a CA may go on saying that it is too soon.
const LONG_PATIENCE: SignedDuration = SignedDuration::from_mins(45);

/// The reports of this run, by CA; held while one is waited for, so that all others wait for the same one.
#[derive(Debug, Default)]
pub(crate) struct Reports(Mutex<BTreeMap<String, Known>>);

/// What is known of a CA's reports.
#[derive(Debug, Default)]
struct Known {
    newest: Option<Arc<Report>>,
    /// When we asked for reports, by their keys: sooner than their objects appeared.
    asked: BTreeMap<String, Timestamp>,
    /// Why the newest could not be read, after a look.
    looked: Option<Result<(), String>>,
}

/// Where a CA's reports are.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Source<'a> {
    /// The CA's ARN.
    pub(crate) authority: &'a str,
    /// The bucket.
    pub(crate) bucket: &'a str,
}

impl Source<'_> {
    /// Where Private CA puts them (user guide, "Using audit reports").
    fn prefix(&self) -> String {
        let id = self.authority.rsplit('/').next().unwrap_or_default();
        format!("audit-report/{id}/")
    }
}

impl DeviceKind {
    /// The newest report that there is.
    pub(crate) async fn newest_report(
        &self,
        source: Source<'_>,
    ) -> Result<Option<Arc<Report>>, String> {
        let mut reports = self.reports.0.lock().await;
        let known = reports.entry(source.authority.to_owned()).or_default();
        if known.looked.is_none() {
            known.looked = Some(self.look_for_reports(source, known).await.map(drop));
        }
        match &known.looked {
            Some(Err(why)) => Err(why.clone()),
            Some(Ok(())) | None => Ok(known.newest.clone()),
        }
    }

    /// Lets every look of this run tell why there is no newer report.
    pub(crate) async fn remember_failure(&self, source: Source<'_>, why: String) {
        let mut reports = self.reports.0.lock().await;
        reports.entry(source.authority.to_owned()).or_default().looked = Some(Err(why));
    }

    /// The CAs whose reports were looked for in this run.
    pub(crate) async fn known_authorities(&self) -> Vec<String> {
        self.reports.0.lock().await.keys().cloned().collect()
    }

    /// Asks for a report, unless there is one that is less than half an hour old.
    pub(crate) async fn fresh_report(
        &self,
        source: Source<'_>,
        tell: &(dyn Fn(String) + Sync),
    ) -> Result<(), String> {
        let newest = {
            let mut reports = self.reports.0.lock().await;
            let known = reports.entry(source.authority.to_owned()).or_default();
            self.look_for_reports(source, known).await?
        };
        let now = self.now();
        if newest.is_some_and(|newest| now.duration_since(newest.modified) < ASKED_EVERY) {
            return Ok(());
        }
        self.report_since(source, now, tell).await
    }

    /// Waits until there is a report that shows everything before a time.
    pub(crate) async fn report_since(
        &self,
        source: Source<'_>,
        since: Timestamp,
        tell: &(dyn Fn(String) + Sync),
    ) -> Result<(), String> {
        let mut reports = self.reports.0.lock().await;
        let known = reports.entry(source.authority.to_owned()).or_default();
        let begun = self.now();
        loop {
            let newest = self.look_for_reports(source, known).await?;
            known.looked = Some(Ok(()));
            if known.newest.as_ref().is_some_and(|report| report.as_of >= since) {
                return Ok(());
            }
            let next = newest.and_then(|newest| newest.modified.saturating_add(ASKED_EVERY).ok());
            let earliest = next.map_or(since, |next| next.max(since));
            self.wait_until(earliest, "before the CA may be asked for its next audit report", tell)
                .await;
            let now = self.now();
            match self.authorities.begin_report(source.authority, source.bucket).await {
                Ok(Begun::Report(id)) => {
                    tell("waiting for the CA's audit report".to_owned());
                    let key = self.written(source, &id).await?;
                    known.asked.insert(key, now);
                }
                Ok(Begun::TooSoon(why)) => {
                    if self.now().duration_since(begun) > LONG_PATIENCE {
                        return Err(format!("the CA gives no audit report: {why}"));
                    }
                    tell(
                        "the CA was asked for an audit report by somebody else: waiting for it"
                            .to_owned(),
                    );
                    sleep(LONG_PAUSE).await;
                }
                Err(error) => return Err(format!("the CA gives no audit report: {error}")),
            }
        }
    }

    /// Takes the newest report in, if it is not known yet; gives its object.
    async fn look_for_reports(
        &self,
        source: Source<'_>,
        known: &mut Known,
    ) -> Result<Option<Listed>, String> {
        let failed = |error: AwsError| error.to_string();
        let listed = self.objects.list(source.bucket, &source.prefix()).await.map_err(failed)?;
        // One that is not ours may be in the other format there is.
        let reports = listed.into_iter().filter(|object| !object.key.ends_with(CSV));
        let Some(newest) = reports.max_by_key(|object| object.modified) else { return Ok(None) };
        let by_object = newest.modified.saturating_sub(TAKES).unwrap_or(Timestamp::MIN);
        let as_of = known.asked.get(&newest.key).copied().unwrap_or(by_object);
        if known.newest.as_ref().is_some_and(|report| report.as_of == as_of) {
            return Ok(Some(newest));
        }
        let object = self.objects.read(source.bucket, &newest.key).await.map_err(failed)?;
        let Some(object) = object else { return Ok(None) };
        let report = Report::read(&object.bytes, as_of);
        let report = report.map_err(|error| format!("`{}` is malformed: {error}", newest.key))?;
        known.newest = Some(Arc::new(report));
        Ok(Some(newest))
    }

    /// The key of a report that was asked for, once it is written.
    async fn written(&self, source: Source<'_>, id: &str) -> Result<String, String> {
        let begun = self.now();
        loop {
            let progress = self.authorities.report(source.authority, id).await;
            match progress.map_err(|error| error.to_string())? {
                Progress::Written(key) => return Ok(key),
                Progress::Failed => {
                    return Err("the CA could not write its audit report".to_owned());
                }
                Progress::Creating if self.now().duration_since(begun) > PATIENCE => {
                    return Err("the CA is still writing its audit report".to_owned());
                }
                Progress::Creating => sleep(PAUSE).await,
            }
        }
    }

    async fn wait_until(&self, time: Timestamp, what: &str, tell: &(dyn Fn(String) + Sync)) {
        let left = time.duration_since(self.now());
        if let Ok(left) = Duration::try_from(left)
            && !left.is_zero()
        {
            tell(format!("waiting until {time} {what}"));
            sleep(left).await;
        }
    }
}
