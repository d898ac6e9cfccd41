"""Runs template.yaml on this machine: a local cloud, the vendors' stand-ins, and the commands around them.

It deploys the same template that AWS gets; nothing in layers/ or functions/ knows about it. It has a virtual
environment of its own (.venv-cloud), without the functions' dependencies: the local cloud's Lambda workers could import
them from there, and a package missing in a layer would not be noticed.
"""
