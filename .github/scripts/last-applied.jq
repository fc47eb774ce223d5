# Out of `reconcile status --output json`: who applied what last, and what main has that was not applied.
def short: .[0:12];
(.lastApplied
  | if . then "Applied last: `\(.commit // "?" | short)` by \(.actor // .caller) at \(.startedAt)." else "Nothing was ever applied as a whole, as far as is recorded." end),
(.unapplied
  | if . == null then empty
    elif .unknown then "Whether main is ahead cannot be told: \(.unknown)."
    elif (.commits | length) > 0 then
      "main is ahead of what was applied by \(.commits | length) of its commits:",
      (.commits[:10][] | "- `\(.id | short)` \(.subject | gsub("[<>`@\\[\\]]"; " "))")
    else empty end)
