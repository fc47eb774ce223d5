#!/usr/bin/env bash
# Opens, updates or closes the one issue that tells of an environment that AWS is not as git says, from what is in
# results/: it drifted, or what main has was not applied.
set -euo pipefail
repository=repos/$GITHUB_REPOSITORY
marker="<!-- reconcile $TARGET -->"
run=$GITHUB_SERVER_URL/$GITHUB_REPOSITORY/actions/runs/$GITHUB_RUN_ID
now=$(date --utc +%Y-%m-%dT%H:%M:%SZ)

issue=$(gh api --paginate "$repository/issues?state=open&per_page=100" |
  jq --compact-output --slurp --arg marker "$marker" \
    'add | map(select(.user.login == "github-actions[bot]" and (.body // "" | startswith($marker)))) | first // empty')
number=$(jq --raw-output '.number // empty' <<<"$issue")
since=$(jq --raw-output '.created_at // empty' <<<"$issue")

case $(jq --raw-output .status results/drift.json) in
  in_sync)
    if [[ -n $number ]]; then
      printf 'As git says again, as of %s ([run](%s)).\n' "$now" "$run" >results/closing.md
      gh api --silent --method POST "$repository/issues/$number/comments" --field body=@results/closing.md
      gh api --silent --method PATCH "$repository/issues/$number" --field state=closed --field state_reason=completed
    fi
    ;;
  changes | blocked)
    {
      echo "$marker"
      printf 'Since %s; as of %s ([run](%s)).\n\n' "${since:-$now}" "$now" "$run"
      jq --raw-output --from-file .github/scripts/last-applied.jq results/status.json
      echo
      cat results/drift.md
    } >results/issue.md
    if [[ -n $number ]]; then
      gh api --silent --method PATCH "$repository/issues/$number" --field body=@results/issue.md
    else
      gh api --silent --method POST "$repository/issues" --field "title=$TARGET is not as git says" --field body=@results/issue.md
    fi
    ;;
  *)
    echo "The look was not complete: the issue, if there is one, stays as it is." >&2
    exit 1
    ;;
esac
