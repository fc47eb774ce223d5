mod history;
mod lease;
mod ledger;
mod record;
mod s3;
