"""What pydantic finds wrong becomes one error for people.

pydantic speaks in its own terms; `explain` gives our error classes with file and line (where the
piece came from YAML), the key, a cure and a suggestion.
"""

from __future__ import annotations

import re
import types
import typing

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from tradetalks.errors import BadInput, BadNumber, UnknownName, unknown_name
from tradetalks.scenario.origin import Keys, Origin, describe, key_label

_OURS: dict[str, type[BadInput]] = {
    "bad_input": BadInput,
    "bad_number": BadNumber,
    "unknown_name": UnknownName,
}
"""The kinds that `refuse` can raise."""
_MISFITS = {
    "model_type": ("`key: value` pairs belong", "Write them one per line, or as {key: value}."),
    "tuple_type": ("a list belongs", "Write one item per line, each after '- '."),
    "string_type": ("text belongs", "Put it in quotes if it is meant as text."),
    "bool_type": ("true or false belongs", ""),
    "bool_parsing": ("true or false belongs", ""),
}
"""pydantic's complaints about the type of a value: what belongs there, and the cure."""


def explain(error: ValidationError, model: type[BaseModel], origin: Origin) -> BadInput:
    """Turn all that pydantic found into one error; the first problem leads."""
    details = error.errors(include_url=False)
    found = [(detail["type"] == "missing", _problem(detail, model, origin)) for detail in details]
    # What is missing comes last: most often a misspelt key nearby is the reason.
    found.sort(key=lambda pair: (pair[0], pair[1].line or 0))
    first, *others = (problem for _, problem in found)
    if not others:
        return first
    more = "\n".join(str(p) for p in others)
    return type(first)(
        first.cause, cure=f"{first.cure}\n{more}".strip(), file=first.file, line=first.line
    )


def _problem(detail: ErrorDetails, model: type[BaseModel], origin: Origin) -> BadInput:
    keys, holder = _follow(model, detail["loc"])
    keys += tuple(detail.get("ctx", {}).get("at", ()))
    kind, cause, cure = _sentence(detail, keys, holder)
    return kind(cause, cure=cure, file=origin.file, line=origin.line(keys))


def _sentence(
    detail: ErrorDetails, keys: Keys, holder: type[BaseModel] | None
) -> tuple[type[BadInput], str, str]:
    """Return error class, cause and cure for one of pydantic's findings."""
    context, value, label = detail.get("ctx", {}), detail["input"], key_label(keys)
    match detail["type"]:
        case "extra_forbidden":
            options = list(holder.model_fields) if holder else []
            return _unknown("key", str(keys[-1]), options, keys[:-1])
        case "literal_error":
            return _unknown("value", str(value), _quoted(context.get("expected")), keys)
        case "union_tag_invalid":
            options = _quoted(context.get("expected_tags"))
            return _unknown("kind", str(context.get("tag")), options, keys)
        case "union_tag_not_found":
            cure = "Add `kind: tariff`, or another kind of docs/scenarios.md."
            return BadInput, f"{label}: this change has no kind.", cure
        case "missing":
            about = holder.model_fields[str(keys[-1])].description if holder else None
            cure = f"Add `{keys[-1]}:`" + (f" ({about})." if about else ".")
            return BadInput, f"'{label}' is missing.", cure
        case kind if kind in _OURS:
            return _OURS[kind], f"{label}: {context['cause']}", str(context["cure"])
        case kind if kind in _MISFITS:
            wanted, cure = _MISFITS[kind]
            return BadInput, f"{label}: found {describe(value)} where {wanted}.", cure
        case _:
            return BadInput, f"{label}: {detail['msg']}.", ""


def _unknown(
    what: str, name: str, options: list[str], keys: Keys
) -> tuple[type[BadInput], str, str]:
    error = unknown_name(what, name, options)
    where = f"{key_label(keys)}: " if keys else ""
    return UnknownName, where + error.cause, error.cure


def _quoted(expected: object) -> list[str]:
    """The options that pydantic lists as "'a', 'b' or 'c'"."""
    return re.findall(r"'([^']*)'", str(expected))


def _follow(
    model: type[BaseModel], loc: tuple[str | int, ...]
) -> tuple[Keys, type[BaseModel] | None]:
    """Return `loc` without pydantic's union tags, and the piece that holds its last key."""
    keys: list[str | int] = []
    here: list[type[BaseModel]] = [model]  # several while the tag of a union is not known yet
    holder: type[BaseModel] | None = model
    for step in loc:
        tagged = [m for m in here if _kind_of(m) == step]
        if len(here) > 1 and tagged:
            here = tagged
            continue
        keys.append(step)
        holder = here[0] if len(here) == 1 else None
        if isinstance(step, str):
            found = [m.model_fields[step].annotation for m in here if step in m.model_fields]
            here = [inner for annotation in found for inner in _pieces_in(annotation)]
    return tuple(keys), holder


def _kind_of(model: type[BaseModel]) -> object:
    return model.model_fields["kind"].default if "kind" in model.model_fields else None


def _pieces_in(annotation: object) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and not isinstance(annotation, types.GenericAlias):
        return [annotation] if issubclass(annotation, BaseModel) else []
    return [piece for part in typing.get_args(annotation) for piece in _pieces_in(part)]
