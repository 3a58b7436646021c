#!/bin/sh
# Runs once, when the image of PostgreSQL makes the database: connections for replication, by which the backup reads the
# write-ahead log, are allowed from docker's network with the password.
set -eu
echo "host replication all samenet scram-sha-256" >>"$PGDATA/pg_hba.conf"
