#!/bin/sh
# CPU per query of three echo servers on 127.0.0.1: C, FFI alone, the server's UDP loop. Needs cc, dnsperf, taskset
# and two cores. Prints the median over ROUNDS of user and system microseconds for each answered query.
set -eu
cd "$(dirname "$0")/.."
rounds=${ROUNDS:-5} seconds=${SECONDS_EACH:-3} build=dist/.echo port=5399
mkdir -p "$build"
cc -O2 -o "$build/echo" bench/echo.c
npx tsc -p tsconfig.json --noEmit false --rootDir . --outDir "$build"
i=0
while [ $i -lt 1000 ]; do
  echo "host$i.example.com A"
  i=$((i + 1))
done >"$build/queries"

# Nanoseconds on a core, of all threads, then ticks of 1/CLK_TCK s in user mode and in the kernel.
spent() {
  cat /proc/"$1"/task/*/schedstat | awk '{ ns += $1 } END { printf "%.0f ", ns }'
  sed 's/.*) //' "/proc/$1/stat" | cut -d' ' -f12,13
}

measure() {
  name=$1
  shift
  round=0
  while [ $round -lt "$rounds" ]; do
    taskset -c 0 "$@" >"$build/log" &
    pid=$!
    until grep -q ready "$build/log"; do sleep 0.1; done
    dnsperf_run >/dev/null
    before=$(spent $pid)
    answered=$(dnsperf_run | sed -n 's/.*Queries completed: *\([0-9]*\).*/\1/p')
    after=$(spent $pid)
    kill $pid
    wait $pid 2>/dev/null || true
    echo "$before $after $answered"
    round=$((round + 1))
  done | awk -v s="$seconds" '
    { total = ($4 - $1) / 1e3 / $7; ticks = $5 - $2 + $6 - $3; user = ticks > 0 ? total * ($5 - $2) / ticks : 0
      printf "%.3f %.3f %.3f %d\n", total, user, total - user, $7 / s }' |
    sort -n | awk -v name="$name" '{ row[NR] = $0 } END { split(row[int((NR + 1) / 2)], m, " "); split(row[1], b, " ")
      printf "%-10s %s us/query (user %s, system %s), %d queries/s; best %s\n", name, m[1], m[2], m[3], m[4], b[1] }'
}

dnsperf_run() {
  taskset -c 1 dnsperf -s 127.0.0.1 -p $port -d "$build/queries" -c 8 -q "${OUTSTANDING:-200}" -l "$seconds" -S 0 2>/dev/null
}

measure c "$build/echo" $port
measure bare node "$build/bench/echo-server.js" bare $port
measure loop node "$build/bench/echo-server.js" loop $port
