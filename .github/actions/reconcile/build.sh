#!/usr/bin/env bash
# Builds `reconcile` out of the commit that this file is of.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

RUSTUP_TOOLCHAIN=$(<toolchain)
export RUSTUP_TOOLCHAIN
cd ../../..
rustup toolchain install "$RUSTUP_TOOLCHAIN" --profile minimal --no-self-update
cargo build --locked --release --bin reconcile --target-dir target
