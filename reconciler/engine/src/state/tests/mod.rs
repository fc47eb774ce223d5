mod history;
mod lease;
mod ledger;
mod provisional;
mod record;
mod s3;
