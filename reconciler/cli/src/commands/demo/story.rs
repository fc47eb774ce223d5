//! What happens: two clinics, a terminal in each, and what becomes of them in seventy days.

use std::fs;

use reconcile_core::problem::Problem;
use serde_json::Value;

use super::narrator::Narrator;
use super::stage::{Ended, Stage};

/// The terminal that the story is about.
const OURS: &str = "clinic-0001-pc90";

/// A terminal of the other clinic.
const THEIRS: &str = "clinic-0002-pc90";

/// What is stored, and where.
const CONTENT: &[u8] = b"an X-ray of the 23rd of January";
const PATH: &str = "2026/01/23/backup.zip";

/// The function may take what is on record for half a minute.
const A_MINUTE: &str = "sandbox clock advance 1m";

/// Tells the story.
pub(super) async fn tell(stage: &Stage, narrator: &Narrator<'_>) -> Result<(), Problem> {
    let teller = Teller { stage, narrator };
    teller.two_clinics().await?;
    teller.a_terminal_in_each().await?;
    teller.a_backup().await?;
    teller.nobody_elses().await?;
    teller.lost_and_found().await?;
    teller.stolen().await?;
    teller.seventy_days_later().await?;
    teller.in_the_end().await
}

struct Teller<'a> {
    stage: &'a Stage,
    narrator: &'a Narrator<'a>,
}

impl Teller<'_> {
    async fn two_clinics(&self) -> Result<(), Problem> {
        self.narrator.chapter("Two clinics, and all that their terminals need");
        let applied = self.reconcile("apply").await?.must("apply")?;
        self.narrator.claim("AWS is as git says", applied)?;
        let again = self.reconcile("plan --detailed-exitcode").await?.must("plan")?;
        self.narrator.claim("and nothing is left to do", again)
    }

    async fn a_terminal_in_each(&self) -> Result<(), Problem> {
        self.narrator.chapter("A new terminal in each clinic");
        for name in [OURS, THEIRS] {
            let clinic = name.rsplit_once('-').map_or(name, |(clinic, _)| clinic);
            self.terminal(name, &format!("new {name}")).await?.must("terminal new")?;
            let request = format!("{name}/terminal/request.csr.pem");
            let add = format!("device add {name} --clinic {clinic} --csr {request}");
            self.reconcile(&add).await?.must("device add")?;
        }
        let applied = self.reconcile("apply --only devices/*-pc90").await?.must("apply")?;
        self.narrator.claim("the CA issued their certificates", applied)?;
        for name in [OURS, THEIRS] {
            let export = format!("device export {name} --to {name}/issued.pem");
            self.reconcile(&export).await?.must("device export")?;
            let installed = self.terminal(name, "install issued.pem").await?;
            let claim = format!("{name} has a certificate for the key that never left it");
            self.narrator.claim(&claim, installed.must("terminal install")?)?;
        }
        let me = self.terminal(OURS, "me").await?;
        let is_known = me.must("terminal me")? && me.answer()["terminal"] == OURS;
        self.narrator.claim("the API knows it by its certificate, over TLS 1.3", is_known)
    }

    async fn a_backup(&self) -> Result<(), Problem> {
        self.narrator.chapter("A backup, and a restore");
        let backup = self.stage.file(OURS, "backup.zip");
        fs::write(&backup, CONTENT).map_err(|error| Problem::whole(error.to_string()))?;
        let stored = self.terminal(OURS, &format!("upload backup.zip {PATH}")).await?;
        self.narrator.claim("the backup is in the clinic's bucket", stored.must("upload")?)?;
        let digest = text(&stored.answer(), "sha256");
        let download = format!("download {PATH} restored.zip --sha256 {digest}");
        let got = self.terminal(OURS, &download).await?;
        got.must("download")?;
        let restored = fs::read(self.stage.file(OURS, "restored.zip")).unwrap_or_default();
        self.narrator.claim("what comes back is what was stored", restored == CONTENT)
    }

    async fn nobody_elses(&self) -> Result<(), Problem> {
        self.narrator.chapter("The other clinic");
        let listed = self.terminal(THEIRS, "list").await?;
        let sees_nothing =
            listed.must("list")? && listed.answer()["objects"] == Value::Array(vec![]);
        self.narrator.claim("its terminal does not see the backup", sees_nothing)?;
        let same = self.terminal(THEIRS, &format!("download {PATH} theirs.zip")).await?;
        self.narrator.claim("nor gets it by its path", same.is_refused("NoSuchKey"))?;
        let outside = format!("download ../{OURS}/{PATH} theirs.zip");
        let outside = self.terminal(THEIRS, &outside).await?;
        self.narrator.claim("nor by a path out of its own", outside.is_refused("path-traversal"))
    }

    async fn lost_and_found(&self) -> Result<(), Problem> {
        self.narrator.chapter("Lost, and found again");
        self.declare(OURS, &format!("device suspend {OURS}")).await?;
        let refused = self.terminal(OURS, "me").await?;
        self.narrator.claim("it is shut out", refused.is_refused("terminal-suspended"))?;
        self.declare(OURS, &format!("device resume {OURS}")).await?;
        let me = self.terminal(OURS, "me").await?;
        self.narrator.claim("it is let in again", me.must("terminal me")?)
    }

    async fn stolen(&self) -> Result<(), Problem> {
        self.narrator.chapter("Stolen");
        self.declare(THEIRS, &format!("device revoke {THEIRS} --reason key-compromise")).await?;
        let refused = self.terminal(THEIRS, "me").await?;
        self.narrator.claim("it is shut out for ever", refused.is_refused("terminal-revoked"))
    }

    async fn seventy_days_later(&self) -> Result<(), Problem> {
        self.narrator.chapter("Seventy days later");
        let before = self.serial(OURS).await?;
        self.reconcile("sandbox clock advance 70d").await?.must("clock advance")?;
        let applied = self.reconcile("apply").await?.must("apply")?;
        self.narrator.claim("what nears its end is issued anew", applied)?;
        let renewed = self.terminal(OURS, "renew").await?;
        let is_newer = renewed.must("terminal renew")? && renewed.answer()["renewed"] == true;
        self.narrator.claim("the terminal takes its new certificate by itself", is_newer)?;
        let after = self.serial(OURS).await?;
        self.narrator.claim(&format!("and goes on with it: {after}"), after != before)
    }

    async fn in_the_end(&self) -> Result<(), Problem> {
        self.narrator.chapter("In the end");
        let plan = self.reconcile("plan --detailed-exitcode").await?.must("plan")?;
        self.narrator.claim("nothing is left to do", plan)?;
        let drift = self.reconcile("drift --only devices/*").await?.must("drift")?;
        self.narrator.claim("and the CA's own report knows of no other certificate", drift)
    }

    /// Declares something about a terminal, and waits until everybody knows.
    async fn declare(&self, name: &str, command: &str) -> Result<(), Problem> {
        self.reconcile(command).await?.must(command)?;
        self.reconcile(&format!("apply --only devices/{name}")).await?.must("apply")?;
        self.reconcile(A_MINUTE).await?.must("clock advance").map(|_| ())
    }

    /// The serial number that a terminal comes with.
    async fn serial(&self, name: &str) -> Result<String, Problem> {
        let me = self.terminal(name, "me").await?;
        me.must("terminal me")?;
        Ok(text(&me.answer()["certificate"], "serial"))
    }

    async fn reconcile(&self, line: &str) -> Result<Ended, Problem> {
        self.stage.reconcile(self.narrator, line).await
    }

    async fn terminal(&self, name: &str, line: &str) -> Result<Ended, Problem> {
        self.stage.terminal(self.narrator, (name, line)).await
    }
}

fn text(answer: &Value, name: &str) -> String {
    answer.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
}
