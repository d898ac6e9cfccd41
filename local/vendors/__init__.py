"""Stand-ins for outside vendors: each speaks the vendor's protocol on the loopback interface, including its errors.

They share no code with layers/, so that they can reveal its mistakes. They run in the local cloud's virtual environment
and need only the standard library and defusedxml.
"""
