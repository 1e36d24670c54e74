"""The HTTP API: routes thin over `botops.app`."""

from botops.http.api import create_api

__all__ = ["create_api"]
