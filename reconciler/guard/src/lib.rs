//! Rules of CloudFormation Guard, what they say of templates and declarations, and the exceptions to them.
//!
//! Expected flow: [`Rules::read`] the files of rules; [`judge()`] everything that they are about, at a day; show
//! [`Judgement::breaches`], and keep [`Judgement::rules`] as evidence.
//!
//! It knows no folder, no kind and no clock. Guard itself is somebody else's: only `evaluate.rs` names it.

mod evaluate;
mod judge;
mod judgement;
mod report;
mod rules;

#[cfg(test)]
mod tests;

pub use judge::judge;
pub use judgement::{Breach, Exception, ExceptionRecord, Judgement, Record, RuleRecord, Standing};
pub use rules::{About, Rule, Rules, Subject, User};
