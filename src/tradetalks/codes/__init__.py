"""Countries, sectors and customs lines, with their concordances, as data files with one loader."""

from __future__ import annotations

from tradetalks.codes.places import (
    Country,
    countries,
    country,
    ordered,
    region_set,
    region_set_names,
    regions,
)
from tradetalks.codes.sectors import (
    Hs6,
    Sector,
    gtap_sectors,
    hs6_table,
    hs_sector,
    sector,
    sector_groups,
    sectors,
)

__all__ = [
    "Country",
    "Hs6",
    "Sector",
    "countries",
    "country",
    "gtap_sectors",
    "hs6_table",
    "hs_sector",
    "ordered",
    "region_set",
    "region_set_names",
    "regions",
    "sector",
    "sector_groups",
    "sectors",
]
