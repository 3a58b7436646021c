#!/bin/sh
# Lets the service's role replicate from other containers, for backups. The image of PostgreSQL runs it once, when it
# creates the database. For a database that exists already, add the line by hand and reload the configuration.
set -eu
echo "host replication $POSTGRES_USER all scram-sha-256" >>"$PGDATA/pg_hba.conf"
