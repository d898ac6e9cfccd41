"""Handlers that Souk's are compared with: one for each shape of endpoint, in two packagings.

A shape is a module with `work(event, given)`, which makes the requests to AWS and to vendors that the function of this
name makes, in its order, by boto3. bare.py calls it from a plain handler, framework.py from a FastAPI application. Both
check the caller and the body, write one line that is log and metric, and answer what the function was recorded to
answer. In their favour: they have no domain to compute with, no errors to map, no idempotency to digest; items and
answers are literals.

Nothing of benchmarks is imported here: these modules run in an interpreter of their own.
"""
