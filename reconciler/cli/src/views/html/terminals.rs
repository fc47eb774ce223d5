//! The terminals, column by column: ten thousand of them are a few hundred kilobytes.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use reconcile_core::plan::PlannedUnit;
use reconcile_core::verdict::Verdict;
use serde::Serialize;

use super::super::sentences;
use super::super::survey::{Enrolment, Sight};
use super::super::terminals::Certificate;
use super::units::{places, terminal_addresses};

/// All terminals. A row is what stands at one place in every column; texts that recur stand once, in `words`.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Terminals<'a> {
    words: Vec<&'a str>,
    clinics: Vec<Clinic<'a>>,
    name: Vec<&'a str>,
    clinic: Vec<usize>,
    declared: Vec<usize>,
    registered: Vec<Option<usize>>,
    verdict: Vec<usize>,
    action: Vec<Option<usize>>,
    /// Why it differs, or why it cannot be told.
    reason: Vec<Option<usize>>,
    unblock: Vec<Option<usize>>,
    serial: Vec<Option<&'a str>>,
    /// In seconds since 1970, as are all times here.
    issued: Vec<Option<i64>>,
    expires: Vec<Option<i64>>,
    revoked: Vec<Option<i64>>,
    /// From when on the certificate is renewed.
    renewed: Vec<Option<i64>>,
    certificates: Vec<usize>,
    commit: Vec<Option<usize>>,
}

#[derive(Debug, Serialize)]
struct Clinic<'a> {
    name: &'a str,
    /// The places of the units that its terminals wait for.
    after: BTreeSet<usize>,
}

impl<'a> Terminals<'a> {
    /// The declared terminals that the report is about.
    pub(super) fn of(sight: &'a Sight) -> Self {
        let plan = sight.report.plan();
        let terminals = terminal_addresses(sight);
        let others: Vec<_> =
            plan.units().iter().filter(|unit| !terminals.contains(&unit.address)).collect();
        let places = places(&others);
        let mut table = Self::default();
        let mut words = Words::default();
        let mut clinics = BTreeMap::new();
        for enrolment in &sight.terminals {
            let Some(planned) = plan.unit(&enrolment.address) else { continue };
            let name = enrolment.terminal.clinic.as_str();
            let number = *clinics.entry(name).or_insert_with(|| {
                table.clinics.push(Clinic { name, after: BTreeSet::new() });
                table.clinics.len() - 1
            });
            let declared = sight.declared.get(&enrolment.address);
            let after = declared.map_or(&[][..], |declared| &declared.after).iter();
            let after = after.filter_map(|before| places.get(before).copied());
            table.clinics[number].after.extend(after);
            table.clinic.push(number);
            table.push(enrolment, planned, &mut words);
        }
        table.words = words.in_order;
        table
    }

    fn push(&mut self, enrolment: &'a Enrolment, planned: &'a PlannedUnit, words: &mut Words<'a>) {
        let terminal = &enrolment.terminal;
        let verdict = &planned.planned.verdict;
        let newest = terminal.newest();
        let reason = sentences::reason(verdict);
        let unblock = match verdict {
            Verdict::Blocked { unblock, .. } => Some(unblock.as_str()),
            Verdict::InSync | Verdict::Change(_) | Verdict::Unknown { .. } => None,
        };
        let renews = i64::from(enrolment.renew_before) * 24 * 60 * 60;
        let expires = newest.map(|certificate| certificate.not_after.as_second());
        self.name.push(&terminal.name);
        self.declared.push(words.number(terminal.declared));
        self.registered.push(terminal.registered.map(|word| words.number(word)));
        self.verdict.push(words.number(verdict.word()));
        let action = verdict.change().map(|change| words.number(change.action.word()));
        self.action.push(action);
        self.reason.push((!reason.is_empty()).then(|| words.number(reason)));
        self.unblock.push(unblock.map(|text| words.number(text)));
        self.serial.push(newest.map(|certificate| certificate.serial.as_str()));
        self.issued.push(newest.map(|certificate| certificate.issued.as_second()));
        self.expires.push(expires);
        self.revoked.push(newest.and_then(revoked));
        self.renewed.push(expires.map(|expires| expires - renews));
        self.certificates.push(terminal.certificates.len());
        let commit = newest.and_then(|certificate| certificate.commit.as_deref());
        self.commit.push(commit.map(|commit| words.number(commit)));
    }
}

fn revoked(certificate: &Certificate) -> Option<i64> {
    certificate.revoked.map(Timestamp::as_second)
}

/// Texts by their numbers, each once.
#[derive(Debug, Default)]
struct Words<'a> {
    in_order: Vec<&'a str>,
    numbers: BTreeMap<&'a str, usize>,
}

impl<'a> Words<'a> {
    fn number(&mut self, word: &'a str) -> usize {
        *self.numbers.entry(word).or_insert_with(|| {
            self.in_order.push(word);
            self.in_order.len() - 1
        })
    }
}
