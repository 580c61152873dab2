#!/bin/sh
# Run once by the image of PostgreSQL, on an empty volume. Foyer's role owns its
# database and may create the role that reads for others; it is no superuser.
set -eu
psql -q -v ON_ERROR_STOP=1 -U "$POSTGRES_USER" -d postgres -v password="$(cat /run/secrets/records-password)" <<'SQL'
CREATE ROLE foyer LOGIN CREATEROLE PASSWORD :'password';
CREATE DATABASE foyer OWNER foyer;
SQL
