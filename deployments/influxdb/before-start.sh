#!/bin/sh
# Run before each start of InfluxDB 1.5 to 1.8, as the user it runs as:
#   before-start.sh /var/lib/influxdb/wal
#
# A power cut or a kill can leave half a record at the end of a log. At its start
# InfluxDB cuts that off, but goes on writing behind the place where it was; at the
# start after that it takes the gap for damage and drops all that follows, which it
# had confirmed. It begins a new log where the last one is empty: this puts an empty
# one behind each last.
set -eu
wal="$1"
[ -d "$wal" ] || exit 0 # the first start
find "$wal" -type d | while IFS= read -r dir; do
	last=
	for log in "$dir"/_*.wal; do last=$log; done
	[ -s "$last" ] || continue
	number=${last##*/_}
	: >"$dir/$(printf '_%05d.wal' "$(expr "${number%.wal}" + 1)")"
done
