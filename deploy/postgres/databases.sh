#!/usr/bin/env bash
# Run by the postgres image once, on an empty volume: for each service a database, and a role that owns it and may log in nowhere else.
set -euo pipefail
for service in registry requests matcher desk; do
  password="${service^^}_PASSWORD"
  # through the environment, because every user of a machine can read a command line
  ROLE_PASSWORD="${!password:?}" psql -X -q -U postgres -d postgres -v ON_ERROR_STOP=1 \
    -v database="manyhands_$service" -v role="manyhands_$service" -f /etc/manyhands/create_database.sql
done
