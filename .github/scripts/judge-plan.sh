#!/usr/bin/env bash
# Decides whether a plan may be applied without anybody looking again: it is the one that was reviewed. Otherwise the
# job ends here, and a person who read the summary above goes on with the digest of what is there.
set -euo pipefail

if [[ $STATUS == in_sync ]]; then
  echo "proceed=false" >>"$GITHUB_OUTPUT"
  echo "There is nothing to apply."
elif [[ -n $REVIEWED && $CODE == 0 ]]; then
  echo "proceed=true" >>"$GITHUB_OUTPUT"
else
  why="the plan is not the one that was reviewed"
  [[ -n $REVIEWED ]] || why="no plan was reviewed"
  {
    printf '> [!CAUTION]\n> **Stopped for approval**: %s.\n\n' "$why"
    printf 'Whoever agrees with the plan above, applies it with\n\n'
    printf '    gh workflow run apply.yml --field expect=%s\n' "$DIGEST"
  } >>"$GITHUB_STEP_SUMMARY"
  echo "::error title=Stopped for approval::$why"
  exit 3
fi
