#!/usr/bin/env bash
# Runs `reconcile`: results as files, outputs of the step, the job's summary. What it is given is in the environment,
# so that nothing of it is ever read as code.
set -euo pipefail
readonly SPARE=1536 # bytes of a comment for what is said around a result
action=$(dirname "${BASH_SOURCE[0]}")

# The compiler belongs to a package's identity. Named here, no file of the work tree can choose another one.
RUSTUP_TOOLCHAIN=$(<"$action/toolchain")
export RUSTUP_TOOLCHAIN
if ! rustup run "$RUSTUP_TOOLCHAIN" rustc --version >/dev/null 2>&1; then
  rustup toolchain install "$RUSTUP_TOOLCHAIN" --profile minimal --no-self-update
fi

program=${PROGRAM:-$action/../../../target/release/reconcile}
chmod +x "$program"
mkdir -p "$RESULTS"
read -ra more <<<"$ARGUMENTS"
json=$RESULTS/$COMMAND.json markdown=$RESULTS/$COMMAND.md
words=("$COMMAND" "${more[@]}" --root "$ROOT" --environment "$TARGET" --no-progress)
if [[ -n $EXPECT ]]; then
  words+=(--expect "$EXPECT")
fi

code=0
case $COMMAND in
  status | history)
    "$program" "${words[@]}" --output json >"$json" || code=$?
    "$program" "${words[@]}" --output markdown >"$markdown" || code=$?
    cat "$markdown" >>"$GITHUB_STEP_SUMMARY"
    ;;
  *)
    "$program" "${words[@]}" --save "$json" --save "$markdown" --markdown-bytes $((65536 - SPARE)) \
      --github-summary "$GITHUB_STEP_SUMMARY" || code=$?
    ;;
esac
echo "exit-code=$code" >>"$GITHUB_OUTPUT"
[[ " $ACCEPT " == *" $code "* ]] || exit "$code"
