"""`simulate`: scenario -> shock -> solves over elasticity sets -> accounts -> a result."""

from tradetalks.engine.first import FirstAnswer, first_answer
from tradetalks.engine.known import Known
from tradetalks.engine.simulate import simulate

__all__ = ["FirstAnswer", "Known", "first_answer", "simulate"]
