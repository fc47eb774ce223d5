//! The decision about a terminal that is enrolled or suspended.

use device_registry::Serial;
use jiff::{SignedDuration, Timestamp};
use reconcile_core::verdict::Action;

use super::card::{differences, is_revoked, is_revoked_by_others, publish, wanted, word};
use super::work::{OF_A_STRANGER, Work};
use super::{Draft, Terminal, new_certificate, renewal_of, settlement};
use crate::journal::{Attempt, Held, Journal};
use crate::report::Entry;
use crate::spec::{Spec, Standing};
use crate::state::{Card, State};
use crate::step::{Adoption, Issuance, Revocation, Step};

/// Decides: what is left open, what is missing, and who is let in meanwhile, which is done first.
pub(super) fn decide(terminal: &Terminal<'_>) -> Draft {
    let mut work = Work::default();
    let state = terminal.state;
    let is_recovering = if let Some(open) = state.records.journal.open() {
        settle(terminal, open, &mut work);
        false
    } else {
        adopt(terminal, &mut work) || {
            issue(terminal, &mut work);
            false
        }
    };
    // As long as certificates are not on record again, the registration may well be right.
    if !is_recovering || terminal.spec.standing == Standing::Suspended {
        register(terminal, &mut work);
    }
    inspect(terminal, &mut work);
    work.decide(state)
}

impl<'a> Terminal<'a> {
    fn journal(&self) -> &'a Journal {
        &self.state.records.journal
    }

    fn now(&self) -> Timestamp {
        self.context.now
    }

    fn is_own_key(&self, entry: &Entry) -> bool {
        let key = self.state.inventory.keys.get(&entry.serial);
        key == Some(&self.spec.request.public_key)
    }

    /// The newest certificate, if it is one that the terminal can go on with.
    fn usable(&self) -> Option<Held<'a>> {
        let newest = self.journal().held().next_back()?;
        let is_usable = newest.attempt.public_key == self.spec.request.public_key
            && newest.attempt.authority == self.authority
            && newest.issued.not_after > self.now()
            && !is_revoked(self.state, newest);
        is_usable.then_some(newest)
    }

    fn issuance(&self, open: Option<&Attempt>) -> Step {
        Step::Issue(Box::new(Issuance {
            terminal: self.state.terminal.clone(),
            request: std::sync::Arc::clone(&self.spec.request),
            open: open.cloned(),
            number: open.map_or_else(|| self.journal().next(), |open| open.number),
            authority: self.authority.clone(),
            days: self.spec.validity.count(),
            per_run: self.settings.issuance.per_run,
        }))
    }
}

/// Who is let in: nothing is registered of a terminal that has no certificate yet.
fn register(terminal: &Terminal<'_>, work: &mut Work) {
    let (card, certificate) = wanted(terminal);
    let entry = terminal.state.records.entry.as_ref();
    let is_new = entry.is_none() && card.serials.is_empty();
    if is_new && terminal.spec.standing == Standing::Enrolled {
        return;
    }
    let fields = differences(entry, &card, terminal.now());
    let is_replaced = fields.iter().all(|field| field.path == "registry/certificate");
    if fields.is_empty() || (is_replaced && work.issues()) {
        return;
    }
    let (action, reason) = why_registered(terminal, &card);
    work.because(action, reason);
    work.fields.splice(0..0, fields);
    work.steps.insert(0, publish(terminal.state, card, certificate));
}

/// Why a registration is written.
fn why_registered(terminal: &Terminal<'_>, card: &Card) -> (Action, String) {
    let was_enrolled = terminal.journal().held().next().is_some();
    let says = match &terminal.state.records.entry {
        None if was_enrolled => return (Action::Recover, "it is not in the registry".to_owned()),
        None => return (Action::Create, "it was never enrolled".to_owned()),
        Some(entry) => entry.says.as_ref(),
    };
    let Some(says) = says else {
        return (Action::Recover, "its registration cannot be read".to_owned());
    };
    let is_in = |serial: &Serial, card: &Card| {
        card.serials
            .iter()
            .any(|allowed| allowed.serial == *serial && allowed.not_after > terminal.now())
    };
    let mut held = terminal.journal().held();
    let shut_out = held.find(|held| {
        is_revoked_by_others(terminal.state, *held) && is_in(&held.issued.serial, says)
    });
    let new = card.serials.iter().find(|allowed| !is_in(&allowed.serial, says));
    let reason = if let Some(held) = shut_out {
        format!("somebody revoked its certificate {}", held.issued.serial)
    } else if says.state != card.state {
        format!("git says that it is {}", word(card.state))
    } else if let Some(new) = new {
        format!("its certificate {} is not registered", new.serial)
    } else {
        "its registration says something else".to_owned()
    };
    (Action::Update, reason)
}

/// Goes on with an attempt, if it may still ask and is for what git says now.
fn settle(terminal: &Terminal<'_>, open: &Attempt, work: &mut Work) {
    let Terminal { spec, authority, .. } = terminal;
    let is_wanted = open.public_key == spec.request.public_key
        && open.authority == *authority
        && open.days == spec.validity.count()
        && spec.standing == Standing::Enrolled;
    if is_wanted && terminal.now() < open.asks_until() {
        let reason = format!("the issuance that began at {} was not finished", open.opened);
        work.because(Action::Recover, reason);
        work.fields.push(new_certificate(None, spec));
        work.steps.push(terminal.issuance(Some(open)));
    } else {
        settlement::look_up(terminal.state, open, work);
    }
}

/// Records certificates for the terminal's own key: nobody else can have asked for them.
fn adopt(terminal: &Terminal<'_>, work: &mut Work) -> bool {
    let own = terminal.state.inventory.strangers(terminal.journal(), terminal.now());
    let own = own.filter(|entry| terminal.is_own_key(entry));
    let before = work.steps.len();
    for (number, entry) in (terminal.journal().next()..).zip(own) {
        let attempt = attempt_of(terminal.spec, entry, number);
        work.because(
            Action::Recover,
            format!("its certificate {} is not on record any more", entry.serial),
        );
        let arn = entry.certificate_arn.clone();
        let terminal = terminal.state.terminal.clone();
        work.steps.push(Step::Adopt(Box::new(Adoption { terminal, attempt, arn })));
    }
    work.steps.len() > before
}

/// The attempt that a certificate must have come of.
pub(crate) fn attempt_of(spec: &Spec, entry: &Entry, number: u32) -> Attempt {
    let span = entry.not_after.duration_since(entry.issued_at);
    let days = (span.as_hours() + 12) / 24;
    Attempt {
        number,
        opened: entry.issued_at,
        run: "unknown".to_owned(),
        commit: None,
        authority: entry.authority().to_owned(),
        public_key: spec.request.public_key.clone(),
        days: u32::try_from(days).unwrap_or(u32::MAX),
        outcome: None,
    }
}

/// Asks for a certificate, if one is missing or nears its end and nothing speaks against it.
fn issue(terminal: &Terminal<'_>, work: &mut Work) {
    let spec = terminal.spec;
    let Some((action, reason)) = why_new(terminal) else { return };
    if spec.standing == Standing::Suspended {
        let note = format!("{reason}; a suspended terminal gets no new one");
        work.notes.push(note);
        return;
    }
    if let Some(held) = revoked_key(terminal) {
        let serial = &held.issued.serial;
        let who =
            if held.issued.revoked.is_some() { "was revoked" } else { "was revoked by somebody" };
        work.found(
            format!("its certificate {serial} {who}, and the terminal has the same key"),
            format!(
                "make a new key and signing request on the terminal; or, if this key is good, add `allow: {{ issueAgain: [{serial}] }}` to {}",
                spec.declared_in
            ),
        );
        return;
    }
    let day = SignedDuration::from_hours(24);
    let limit = terminal.settings.issuance.per_terminal_per_day;
    let since = terminal.now().saturating_sub(day).unwrap_or(Timestamp::MIN);
    if terminal.journal().begun_since(since) >= usize::try_from(limit).unwrap_or(usize::MAX) {
        let environment = &terminal.context.environment.name;
        work.found(
            format!("{reason}, and it got {limit} certificates within 24 hours"),
            format!(
                "find out why; wait, or raise `devices.issuance.perTerminalPerDay` in desired/environments/{environment}.yaml"
            ),
        );
        return;
    }
    let before = terminal.journal().held().next_back().map(|held| held.issued.serial.as_str());
    work.because(action, reason);
    work.fields.push(new_certificate(before, spec));
    work.steps.push(terminal.issuance(None));
}

/// Why a terminal needs a certificate, if it does.
fn why_new(terminal: &Terminal<'_>) -> Option<(Action, String)> {
    let spec = terminal.spec;
    let Some(newest) = terminal.journal().held().next_back() else {
        return Some((Action::Create, "it was never enrolled".to_owned()));
    };
    let day = newest.issued.not_after.strftime("%Y-%m-%d");
    if let Some(usable) = terminal.usable() {
        let is_due = renewal_of(spec, usable.issued) <= terminal.now();
        return is_due.then(|| (Action::Update, format!("its certificate ends on {day}")));
    }
    Some(if newest.attempt.public_key != spec.request.public_key {
        (Action::Update, "its signing request is for another key".to_owned())
    } else if is_revoked(terminal.state, newest) {
        (Action::Update, format!("its certificate {} was revoked", newest.issued.serial))
    } else if newest.attempt.authority != terminal.authority {
        (Action::Update, "its CA is another one".to_owned())
    } else {
        (Action::Recover, format!("its certificate ended on {day}"))
    })
}

/// The newest revoked certificate of the terminal's key, unless git says that the key is good.
fn revoked_key<'a>(terminal: &Terminal<'a>) -> Option<Held<'a>> {
    let spec = terminal.spec;
    let is_bad = |held: &Held<'_>| {
        held.attempt.public_key == spec.request.public_key && is_revoked(terminal.state, *held)
    };
    let newest = terminal.journal().held().rev().find(is_bad)?;
    (!spec.issue_again.contains(newest.issued.serial.as_str())).then_some(newest)
}

/// Looks for what only the CA's audit report shows.
fn inspect(terminal: &Terminal<'_>, work: &mut Work) {
    let state: &State = terminal.state;
    for entry in state.inventory.strangers(terminal.journal(), terminal.now()) {
        // Its own are recorded; the one of an open attempt is told apart once that is settled.
        if terminal.is_own_key(entry) || is_of_open(terminal, entry) {
            continue;
        }
        let serial = &entry.serial;
        let allowed = terminal.spec.revoke.contains(serial.as_str());
        let what =
            format!("the CA issued {serial} in its name on {}, for another key", entry.issued_at);
        if allowed {
            work.because(Action::Update, format!("{what}, and git says to revoke it"));
        } else {
            work.found(
                what,
                format!(
                    "find out who did (CloudTrail, `IssueCertificate`), then add `allow: {{ revoke: [{serial}] }}` to {}",
                    terminal.spec.declared_in
                ),
            );
        }
        let revocation = Revocation {
            terminal: state.terminal.clone(),
            authority: terminal.authority.clone(),
            serial: serial.clone(),
            reason: OF_A_STRANGER,
        };
        work.revoke(revocation, allowed);
    }
    if let Some(usable) = terminal.usable().filter(|_| work.is_idle())
        && state.inventory.entry(&usable.issued.serial).is_none()
        && state.inventory.covers(&terminal.authority, usable.attempt.settled_from())
    {
        work.found(
            format!("the CA's audit report does not know its certificate {}", usable.issued.serial),
            "find out what became of it; a new key and signing request gets a new certificate",
        );
    }
}

fn is_of_open(terminal: &Terminal<'_>, entry: &Entry) -> bool {
    let key = terminal.state.inventory.keys.get(&entry.serial);
    terminal.journal().open().is_some_and(|open| key == Some(&open.public_key))
}
