#!/usr/bin/env bash
# Writes what is in results/ into the one comment of a pull request that is about an environment.
set -euo pipefail
repository=repos/$GITHUB_REPOSITORY
marker="<!-- reconcile $TARGET -->"
run=$GITHUB_SERVER_URL/$GITHUB_REPOSITORY/actions/runs/$GITHUB_RUN_ID

if [[ -s results/plan.md ]]; then
  result=results/plan.md offline=
else
  result=results/diff.md
  if [[ $FROM != "$GITHUB_REPOSITORY" ]]; then
    why="a fork gets no credentials"
  elif [[ -z $ROLE ]]; then
    why="the variable \`AWS_PLAN_ROLE_ARN\` is not set"
  else
    why="AWS did not give the role for planning"
  fi
  offline="Compared with the base, **not with AWS**: $why. After the merge, \`apply\` will stop for approval."
fi
if [[ ! -s $result ]]; then
  echo "There is no result to tell: the step before has failed." >&2
  exit 1
fi

{
  echo "$marker"
  [[ -z $offline ]] || printf '> [!NOTE]\n> %s\n\n' "$offline"
  cat "$result"
  printf '%s of %s · [all of it](%s)\n' "$TARGET" "${COMMIT:0:12}" "$run"
} >results/comment.md

if [[ -n $offline ]]; then
  printf '%s\n' "$offline" >>"$GITHUB_STEP_SUMMARY"
fi
if [[ $FROM != "$GITHUB_REPOSITORY" ]]; then
  echo "A fork's job may not comment: the summary has it."
  exit 0
fi
comment=$(gh api --paginate "$repository/issues/$NUMBER/comments" |
  jq --raw-output --slurp --arg marker "$marker" 'add | map(select(.user.login == "github-actions[bot]" and (.body | startswith($marker)))) | first.id // empty')
if [[ -n $comment ]]; then
  gh api --silent --method PATCH "$repository/issues/comments/$comment" --field body=@results/comment.md
else
  gh api --silent --method POST "$repository/issues/$NUMBER/comments" --field body=@results/comment.md
fi
