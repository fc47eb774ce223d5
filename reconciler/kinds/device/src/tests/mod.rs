//! Terminals from declaration to revocation, over an AWS in memory that fails as asked.
