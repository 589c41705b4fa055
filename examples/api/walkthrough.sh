#!/usr/bin/env bash
# The API by curl alone: sign in, register a need, look at it, judge it, follow the facts.
#
#   JIEDUI_URL=http://127.0.0.1:8400 WORKER=工号 WORKER_PASSWORD=… \
#   DISPATCHER=工号 DISPATCHER_PASSWORD=… PLACE=440106… bash walkthrough.sh
#
# After `make demo`, `JIEDUI_HOME=var/demo .venv/bin/jiedui up` names numbers and passwords on the
# sign-in page. Needs curl (7.82 or newer) and python3. Run it twice: nothing happens twice.
set -euo pipefail
api="${JIEDUI_URL:-http://127.0.0.1:8400}/api/v1"
key="${KEY:-walkthrough-1}" # your idempotency key: the same one is the same command
answer() { # what curl was told, or on standard error why it was refused
  local body
  body=$(curl --silent --show-error --fail-with-body "$@") || { echo "$body" >&2 && return 1; }
  echo "$body"
}
field() { python3 -c 'import json, sys; print(json.load(sys.stdin)[sys.argv[1]])' "$1"; }

sign_in() { # staff number, password
  printf '{"staff_number": "%s", "password": "%s"}' "$1" "$2" |
    answer --json @- "$api/sessions" | field token
}

worker=$(sign_in "$WORKER" "$WORKER_PASSWORD")
echo "已登录 signed in"

need=$(printf '{"source": "RESIDENT", "category": "ELDER", "place": "%s", "text": "楼道没有扶手",
  "ad_hoc": true, "privacy_notice": "privacy-notice-2026-1"}' "$PLACE" |
  answer --json @- --header "Authorization: Bearer $worker" \
    --header "Idempotency-Key: $key" "$api/tasks")
number=$(field number <<<"$need")
echo "已登记 registered: $number, 账本第 $(field position <<<"$need") 位"

answer --header "Authorization: Bearer $worker" "$api/tasks/$number/history"
echo

dispatcher=$(sign_in "$DISPATCHER" "$DISPATCHER_PASSWORD")
version=$(answer --dump-header - --output /dev/null --header "Authorization: Bearer $dispatcher" \
  "$api/tasks/$number" | tr -d '\r' | sed -n 's/^etag: //Ip')
echo "版本 version: $version"

# Judged only if nobody else has moved the case meanwhile; a repeat gets its receipt again.
answer --json '{"urgency": "NORMAL", "duty_class": "COOPERATE"}' \
  --header "Authorization: Bearer $dispatcher" --header "Idempotency-Key: $key-triage" \
  --header "If-Match: $version" "$api/tasks/$number/triage_task"
echo

# What other systems follow: facts by position. Keep `next`, and ask again with it.
answer --header "Authorization: Bearer $dispatcher" "$api/facts?after=-1&limit=3"
echo
