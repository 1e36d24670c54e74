"""The grammar of amounts: from letters to numbers, currencies and percents. Its door is `botops.claims.mentions`."""
