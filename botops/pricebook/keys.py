"""The keys of a price book file, in the order they are written out."""

BOOK_KEYS = ("version", "currency", "timezone", "products", "offers", "policies", "rates")
PRODUCT_KEYS = ("sku", "name", "aliases", "prices")
PRICE_KEYS = (
    "amount",
    "currency",
    "per",
    "unit",
    "valid_from",
    "valid_to",
    "min_qty",
    "from",
    "region",
    "segment",
    "floor",
    "attributes",
)
OFFER_KEYS = ("id", "kind", "value", "code", "applies_to", "conditions", "valid_from", "valid_to")
RATE_KEYS = ("currency", "value", "valid_from", "valid_to")
