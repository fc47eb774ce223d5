//! CAs and certificates that stacks make.
