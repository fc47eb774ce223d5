//! Kind Artifact: Lambda packages, built reproducibly, signed once, and watched where they run.
