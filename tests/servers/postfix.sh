#!/bin/sh
# Runs Postfix in the folder $1 with its master program $2, as root, until standard input ends: whatever ends the test
# process, the pipe closes, and Postfix is stopped. Makes the queue and removes it.
set -eu
exec 3<&0
cd "$1"
mkdir -p queue data log
cd queue
mkdir -p active bounce corrupt defer deferred flush hold incoming maildrop pid private public saved trace
chown postfix active bounce corrupt defer deferred flush hold incoming maildrop private public saved trace ../data
chgrp postdrop maildrop public
chmod 700 active bounce corrupt defer deferred flush hold incoming private saved trace ../data
chmod 730 maildrop
chmod 710 public
cd ..
"$2" -c "$1/etc" -s </dev/null &
master=$!
trap 'kill "$master" 2>/dev/null' TERM
{ cat >/dev/null; kill "$master" 2>/dev/null; } <&3 &
wait "$master" || true
rm -rf queue data
