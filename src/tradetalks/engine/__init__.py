"""`simulate`: scenario -> shock -> solves over elasticity sets -> accounts -> a result."""

from tradetalks.engine.simulate import FirstAnswer, first_answer, simulate

__all__ = ["FirstAnswer", "first_answer", "simulate"]
