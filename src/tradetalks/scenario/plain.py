"""The base of every piece of a scenario: frozen, closed to unknown keys, errors for people."""

from __future__ import annotations

from contextvars import ContextVar
from typing import Any, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    ModelWrapValidatorHandler,
    ValidationError,
    ValidationInfo,
    model_validator,
)
from pydantic_core import InitErrorDetails, PydanticCustomError

from tradetalks.scenario.explain import explain
from tradetalks.scenario.origin import Origin

_inside: ContextVar[bool] = ContextVar("inside a scenario", default=False)


class Piece(BaseModel):
    """A frozen part of a scenario that refuses keys it does not know."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", allow_inf_nan=False, validate_default=False
    )

    @model_validator(mode="wrap")
    @classmethod
    def _errors_for_people(
        cls, data: Any, handler: ModelWrapValidatorHandler[Self], info: ValidationInfo
    ) -> Self:
        # Only the outermost piece translates: pydantic must first collect the inner locations.
        if _inside.get():
            return handler(data)._checked()
        token = _inside.set(True)
        try:
            return handler(data)._checked()
        except PydanticCustomError as error:
            line: InitErrorDetails = {"type": error, "loc": (), "input": data}
            whole = ValidationError.from_exception_data(cls.__name__, [line])
            raise explain(whole, cls, _origin_of(info)) from None
        except ValidationError as error:
            raise explain(error, cls, _origin_of(info)) from None
        finally:
            _inside.reset(token)

    def _checked(self) -> Self:
        """Return self, or `refuse` what the keys cannot say together."""
        return self


def _origin_of(info: ValidationInfo) -> Origin:
    return info.context if isinstance(info.context, Origin) else Origin()
