"""Runs template.yaml on this machine: a local cloud, the vendors' stand-ins, and the commands around them.

It is a client of the same template that AWS gets; nothing in layers/ or functions/ knows that it exists. It runs in a
virtual environment of its own (.venv-cloud): the local cloud's Lambda workers can import whatever is installed beside
it, so the functions' dependencies must come from their layers and from nowhere else.
"""
