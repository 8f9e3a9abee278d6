"""`simulate`: scenario -> shock -> solves over elasticity sets -> accounts -> a result."""

from tradetalks.engine.simulate import simulate

__all__ = ["simulate"]
