"""The page: `tradetalks web`."""
