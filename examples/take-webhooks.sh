#!/bin/sh
# Imports what was logged of WhatsApp's webhook calls since the last time. For cron:
#
#   take-webhooks.sh FOLDER
#
# Whoever receives the calls appends each to FOLDER/webhook.ndjson, one a line, and opens it anew for each. What was taken
# from there stays in FOLDER as taken-TIME.ndjson; what could not be taken stands ready to mend in rejects-TIME.ndjson.
# Where the orders file is busy or the machine fails, the next run goes on with the same lines: importing again is safe.
set -eu
cd "$1"
exec 9> take.lock
flock -n 9 || exit 0
if [ ! -e taking.ndjson ]; then
  [ -s webhook.ndjson ] || exit 0
  mv webhook.ndjson taking.ndjson
  # Whoever had it open at that moment gets to write its line.
  sleep 1
fi
# No two runs have the same, even when clocks are put back.
time=$(date -u +%Y-%m-%dT%H%M%SZ)-$$
status=0
orders import --quiet --keep-going --wait 60 --rejects "rejects-$time.ndjson" taking.ndjson || status=$?
case $status in
  0 | 8)
    mv taking.ndjson "taken-$time.ndjson"
    [ $status = 0 ] || echo "these calls, of $1/taken-$time.ndjson, wait in $1/rejects-$time.ndjson: mend and import them" >&2
    ;;
  4)
    mv taking.ndjson "unread-$time.ndjson"
    echo "nothing was taken from $1/unread-$time.ndjson: mend it and import it; later calls go on" >&2
    exit 4
    ;;
  *) exit $status ;;
esac
