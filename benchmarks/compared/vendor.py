"""HTTPS to a vendor. The stand-in speaks plain HTTP, but a handler for a vendor loads the certificates it trusts."""

from __future__ import annotations

import ssl

import certifi
import urllib3

http = urllib3.PoolManager(ssl_context=ssl.create_default_context(cafile=certifi.where()))
