"""Runs functions with `sam local`, in containers, against the running local cloud: `make invoke` and `make sam-api`."""
