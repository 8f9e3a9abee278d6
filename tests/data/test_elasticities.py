from __future__ import annotations

import numpy as np
import pytest

from tradetalks.codes import sectors
from tradetalks.data import HORIZONS, elasticity_sets
from tradetalks.errors import UnknownName

CODES = list(sectors())


def test_one_central_set_first_in_every_horizon():
    for horizon in HORIZONS:
        sets = elasticity_sets(horizon, CODES)
        assert [s.central for s in sets] == [True] + [False] * (len(sets) - 1)
        assert len({s.name for s in sets}) == len(sets)
        for s in sets:
            assert s.horizon == horizon and s.source and s.label
            assert s.evidence in {"V", "S", "U"}
            assert s.sigma.shape == s.sigma_domestic.shape == (23,)
            assert (s.sigma > 0).all() and (s.sigma_domestic <= s.sigma).all()
            assert not s.sigma.flags.writeable
            assert set(s.assumed) <= {
                "sigma",
                "sigma_domestic",
                "materials",
                "value_added",
                "final",
            }


def test_headline_numbers():
    (central, *rest) = elasticity_sets("medium", CODES)
    assert (central.sigma == 2.53).all() and (central.sigma_domestic == 1.19).all()
    assert (central.materials, central.value_added, central.final) == (0.2, 0.5, 0.9)
    assert central.assumed == ()
    assert {s.sigma[0] for s in rest} == {1.5, 4.0, 2.53}


def test_long_horizon_has_the_eight_published_sets_and_a_low_one():
    sets = {s.name: s for s in elasticity_sets("long", CODES)}
    assert len(sets) == 9
    assert (sets["long-central"].sigma == 5).all()
    assert (sets["long-low"].sigma == 2).all()
    cp = sets["long-caliendo-parro"]
    assert cp.sigma[CODES.index("19")] == pytest.approx(65.85)
    assert cp.sigma_domestic[CODES.index("29")] == pytest.approx(2.115)  # never above sigma


def test_sector_sets_need_known_sectors():
    names = [s.name for s in elasticity_sets("long", ["GOODS", "SERV"])]
    assert names == ["long-central", "long-low"]


def test_unknown_horizon():
    with pytest.raises(UnknownName, match="Did you mean 'medium'"):
        elasticity_sets("medum", CODES)


@pytest.mark.raw_data
def test_table_equals_the_published_arrays(raw_data, monkeypatch):
    from tradetalks.data.readers.cubes import read_icio
    from tradetalks.data.recipe import ICIO_SECTORS
    from tradetalks.data.registry import find

    monkeypatch.setenv("TRADETALKS_DATA", str(raw_data))
    cube = read_icio(find("icio", "ICIO2022.npz"))
    sets = {s.name: s for s in elasticity_sets("long", CODES)}
    for name, key in (("long-shapiro", "Shap"), ("long-in-sample", "IS")):
        for icio, code in ICIO_SECTORS.items():
            ours = sets[name].sigma[CODES.index(code)]
            theirs = cube.sigma[key][cube.sectors.index(icio)]
            np.testing.assert_allclose(ours, theirs, rtol=1e-4)
