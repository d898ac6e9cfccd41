"""Stand-ins for outside vendors: each speaks a vendor's own protocol on this machine's loopback, errors included.

They share nothing with the library under layers/, so that they can prove it wrong. They run in the local cloud's
environment, which is small: the standard library and defusedxml.
"""
