#!/usr/bin/env bash
# Builds the packages that an environment declares, and says in the output `built` how many there are.
#
#     build-packages.sh PROGRAM ENVIRONMENT
set -euo pipefail
program=$1 target=$2

RUSTUP_TOOLCHAIN=$(<.github/actions/reconcile/toolchain)
export RUSTUP_TOOLCHAIN
rustup toolchain install "$RUSTUP_TOOLCHAIN" --profile minimal --no-self-update
chmod +x "$program"
"$program" build --environment "$target" --no-progress --output json >target/packages.json
jq --raw-output '.packages[] | "\(.sha256)  \(.name) for \(.architecture)"' target/packages.json
jq --raw-output '"built=\(.packages | length)"' target/packages.json >>"$GITHUB_OUTPUT"
