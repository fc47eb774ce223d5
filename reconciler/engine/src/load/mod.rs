//! Reads `desired/`: files to documents with positions, documents to environments and units.

pub mod document;
pub mod scope;
