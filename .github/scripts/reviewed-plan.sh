#!/usr/bin/env bash
# Finds the plan that was reviewed, and says where it is in the output `expect`: a digest that a person gave, or the
# file that the newest run of the workflow `plan` left for the commit that was merged.
#
#     reviewed-plan.sh ENVIRONMENT FOLDER
set -euo pipefail
target=$1 folder=$2
repository=repos/$GITHUB_REPOSITORY

found() {
  echo "expect=$1" >>"$GITHUB_OUTPUT"
  exit 0
}

none() {
  echo "::notice title=No reviewed plan::$1"
  found ""
}

if [[ -n $GIVEN ]]; then
  [[ $GIVEN =~ ^[0-9a-f]{64}$ ]] || { echo "a digest has 64 hex digits: $GIVEN" >&2; exit 64; }
  found "$GIVEN"
fi
head=$(gh api "$repository/commits/$GITHUB_SHA/pulls" |
  jq --raw-output --arg commit "$GITHUB_SHA" 'map(select(.merge_commit_sha == $commit)) | first.head.sha // empty')
[[ -n $head ]] || none "${GITHUB_SHA:0:12} is the merge of no pull request"
run=$(gh api "$repository/actions/workflows/plan.yml/runs?event=pull_request&head_sha=$head&per_page=1" |
  jq --raw-output '.workflow_runs | map(select(.conclusion == "success")) | first.id // empty')
[[ -n $run ]] || none "the newest plan of ${head:0:12} did not succeed"
gh run download "$run" --repo "$GITHUB_REPOSITORY" --name "plan-$target" --dir "$folder" ||
  none "${head:0:12} was compared offline, or its plan is no longer kept"
found "$folder/plan.json"
