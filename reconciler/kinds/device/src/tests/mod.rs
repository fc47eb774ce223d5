//! Terminals from declaration to revocation, over an AWS in memory that fails as asked.

mod authority;
mod aws;
mod faults;
mod life;
mod operator;
mod reports;
