"""Countries, sectors and customs lines, with their concordances, as data files with one loader."""

from __future__ import annotations

from tradetalks.codes.critical import (
    CriticalGood,
    critical_goods,
    good_sets,
    goods_overlay,
    parent_sector,
)
from tradetalks.codes.institutions import Institution, institutions
from tradetalks.codes.places import (
    PARTIES,
    Country,
    blocs,
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
    "PARTIES",
    "Country",
    "CriticalGood",
    "Hs6",
    "Institution",
    "Sector",
    "blocs",
    "countries",
    "country",
    "critical_goods",
    "good_sets",
    "goods_overlay",
    "gtap_sectors",
    "hs6_table",
    "hs_sector",
    "institutions",
    "ordered",
    "parent_sector",
    "region_set",
    "region_set_names",
    "regions",
    "sector",
    "sector_groups",
    "sectors",
]
