//! Stories: one artifact, one thing changed, the decision in words.
