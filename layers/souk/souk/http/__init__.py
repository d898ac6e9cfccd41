"""HTTP as API Gateway brings it: one decorator that makes a function an endpoint, and what it answers with."""
