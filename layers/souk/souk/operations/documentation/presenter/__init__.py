"""Answers: the files of the contract, and refusals of requests that match no route."""
