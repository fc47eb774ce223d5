//! Stories of planning.
