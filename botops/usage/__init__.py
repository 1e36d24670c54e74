"""What providers say a call used, read from what they send into `domain.Usage`: pure, one reader for all of botops.

Providers count the same things differently (is the cache inside the input, is reasoning inside the output?), and most
wrong bills come from there. Each interface has its reader here; pricing is the business of `botops.costs`.
"""

from botops.usage.made import tier_of
from botops.usage.reading import Api, api_named, read_stream, read_usage

__all__ = ["Api", "api_named", "read_stream", "read_usage", "tier_of"]
