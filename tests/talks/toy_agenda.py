"""An agenda on the toy world: two tariffs, a promise to buy, an issue without a shock."""

from __future__ import annotations

from typing import Any

from ruamel.yaml import YAML

TEXT = """\
name: toy-talks
question: "What could HOM and FOR sign?"
sides: [HOM, FOR]
world: toy
issues:
  - id: home_tariff
    by: HOM
    levels:
      - id: forty
        default: true
        changes: [{kind: tariff, importer: HOM, exporter: FOR, set: 40%}]
      - {id: ten, today: true}
      - id: none
        changes: [{kind: tariff, importer: HOM, exporter: FOR, set: 0%}]
  - id: foreign_tariff
    by: FOR
    levels:
      - id: forty
        default: true
        changes: [{kind: tariff, importer: FOR, exporter: HOM, set: 40%}]
      - {id: ten, today: true}
      - id: none
        changes: [{kind: tariff, importer: FOR, exporter: HOM, set: 0%}]
  - id: visas
    by: HOM
    levels:
      - {id: closed, default: true}
      - id: open
        weights:
          - {side: HOM, value: -0.001, range: [-0.005, 0], source: assumed}
          - {side: FOR, value: 0.004, range: [0, 0.01], source: a survey, evidence: S}
  - id: purchases
    by: FOR
    levels:
      - {id: none, default: true}
      - id: promised
        changes:
          - {kind: purchase_floor, importer: FOR, exporter: HOM, sectors: GOODS, at_least: 110%}
        assumed: "promised: 110% (assumed, range 100% to 120%)."
approvers:
  - id: head
    role: head of HOM
    side: HOM
    order: 2
    threshold: {value: 0.1, range: [0, 0.5], source: assumed}
    noise: {value: 0.3, range: [0.1, 1], source: assumed}
    source: invented
  - id: house
    role: house of HOM
    side: HOM
    threshold: {value: 0.0, source: invented}
    noise: {value: 0.2, source: invented}
    cares: {visas: 3}
    source: invented
  - id: council
    role: council of FOR
    side: FOR
    threshold: {value: 0.0, source: invented}
    noise: {value: 0.2, source: invented}
    stakes:
      - {issue: purchases, level: promised, value: -0.3, range: [-1, 0], source: assumed}
    source: invented
sources: [invented for teaching]
"""


def plain() -> dict[str, Any]:
    """Return the agenda as plain data, to be changed by a test."""
    return YAML(typ="safe", pure=True).load(TEXT)
