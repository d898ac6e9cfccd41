"""AWS services behind the calls that domains need: tables, idempotency records, keys, secrets, settings, logs."""
