"""AWS as the domains need it: tables and transactions, objects, keys, secrets, settings, logs."""
