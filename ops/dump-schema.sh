#!/bin/sh
# Writes migrations/schema.sql, the schema that all migrations make together, so that a review sees the result.
#
#   ops/dump-schema.sh                                  starts a throwaway server for it
#   ops/dump-schema.sh postgres://user@host/postgres    uses that server: makes a database there and drops it again
#
# Asks for PostgreSQL's programs (apt-get install postgresql) and nothing else.
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -1)
PATH=${bin:+$bin:}$PATH
export LC_ALL=C
work=$(mktemp -d)
chmod 755 "$work"

# PostgreSQL refuses to run as root.
as_server() {
  if [ "$(id -u)" = 0 ]; then
    setpriv --reuid=nobody --regid="$(id -g nobody)" --clear-groups -- "$@"
  else
    "$@"
  fi
}

# DROP DATABASE on a server that somebody else runs; the throwaway one goes as a whole.
clean() {
  if [ -n "${server:-}" ]; then
    (cd "$work/server" && as_server pg_ctl stop --pgdata=data --mode=immediate --silent)
  else
    psql --quiet --dbname="$url" --command="drop database if exists $database"
  fi
  rm -rf "$work"
}

database=batchllm_schema_$$
if [ $# -gt 0 ]; then
  url=$1
else
  server=$work/server
  mkdir "$server"
  if [ "$(id -u)" = 0 ]; then chown nobody "$server"; fi
  url="postgres:///postgres?host=$server&user=batchllm"
  cd "$server"
  as_server initdb --pgdata=data --username=batchllm --auth=trust --encoding=UTF8 --locale=C >/dev/null
  as_server pg_ctl start --pgdata=data --log=log --wait --silent \
    --options="-c listen_addresses= -c fsync=off -c unix_socket_directories=$server" >/dev/null
fi
trap clean EXIT

psql --quiet --dbname="$url" --command="create database $database template template0"
target=$(echo "$url" | sed -E "s#^(postgres(ql)?://[^/]*/)[^?]*#\\1$database#")
for file in "$root/src/BatchLLM.Postgres/Schema/create_schema.sql" "$root"/migrations/[0-9]*.sql; do
  psql --quiet --set=ON_ERROR_STOP=1 --single-transaction --dbname="$target" --file="$file"
done

# Comments, settings and psql's restrictions differ between versions of pg_dump and say nothing about the schema.
{
  echo "-- The schema that the migrations make. Written by ops/dump-schema.sh; a test compares."
  pg_dump --schema-only --schema=batchllm --no-owner --no-privileges --dbname="$target" \
    | grep -Ev '^(--|\\|SET |SELECT pg_catalog\.|$)'
} > "$work/schema.sql"
cat "$work/schema.sql" > "$root/migrations/schema.sql"
