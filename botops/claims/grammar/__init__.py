"""The grammar of amounts: from letters to numbers, currencies and percents. Its door is `botops.claims.mentions`.

Layers, each knowing only those above it:

- word tables: `numerals`, `currencies`, `currency_names` (CLDR), `units`, `context_words`, inflected by `kazakh`;
  `lexemes` looks a word up in all of them at once and forgives a typing error;
- `digits` reads runs of digits, `lexer` cuts a text into tokens in one pass;
- `numbers` puts tokens together to one number by rules of value, `suffixes` adds glued letters;
- `money` knows currencies and percent signs beside a number, `amounts` ranges and what numbers share;
- `surroundings` (bounds, hedges, charging units, words of price) and `exclusions` (why a number is no money) look
  around an amount; `botops.claims.mentions` files it as a mention, a bare number or a quantity.
"""
