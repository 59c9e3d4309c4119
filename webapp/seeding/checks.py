"""How the shapes of the seed format check themselves: once in the file, known, needed."""

from collections.abc import Callable, Iterable
from typing import Any, Final, cast

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationInfo,
    WrapValidator,
)
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError

from webapp.seeding.known import Known

MISSING: Final[Any] = object()
LEFT_OUT = "is missing"

_NOUNS = {
    "site": "site",
    "product": "product",
    "company": "company",
    "person": "customer",
    "membership": "contact assignment",
}


class Shape(BaseModel):
    """Strict, without unknown keys; the file's names are in camel case."""

    model_config = ConfigDict(strict=True, extra="forbid", alias_generator=to_camel)

    def given(self, *names: str) -> dict[str, Any]:
        """The values of those of these fields that the file brought."""
        return {name: getattr(self, name) for name in names if name in self.model_fields_set}


def wrong(text: str) -> PydanticCustomError:
    """A problem in our own words."""
    return PydanticCustomError("seed", "{text}", {"text": text})


def context(info: ValidationInfo) -> Known:
    """What is known while this document is checked."""
    return cast(Known, info.context)


def needed(kind: str, key: str = "id") -> WrapValidator:
    """A value that a new object must bring, and that one which is there may leave out."""

    def check(value: Any, handler: Callable[[Any], Any], info: ValidationInfo) -> Any:
        if value is not MISSING:
            return handler(value)
        own = info.data.get(key)
        if own is not None and own not in context(info).rows[kind]:
            raise wrong(LEFT_OUT)
        return None

    return WrapValidator(check)


def NeededField() -> Any:  # noqa: N802 - stands where pydantic's Field would
    """The default of a field that is marked with `needed`."""
    return Field(default=MISSING, validate_default=True)


def declares(kind: str) -> AfterValidator:
    """An id that the file may bring only once."""

    def check(value: str, info: ValidationInfo) -> str:
        if not context(info).first(kind, value):
            raise wrong(f"'{value}' is in this file twice")
        return value

    return AfterValidator(check)


def refers(kind: str) -> AfterValidator:
    """An id that the file or the database must know."""

    def check(value: str, info: ValidationInfo) -> str:
        if not context(info).has(kind, value):
            raise wrong(f"no {_NOUNS[kind]} '{value}'")
        return value

    return AfterValidator(check)


def one_of(values: Iterable[str]) -> AfterValidator:
    """One of these words."""
    allowed = tuple(str(value) for value in values)

    def check(value: str) -> str:
        if value not in allowed:
            raise wrong(f"'{value}' is not one of {', '.join(allowed)}")
        return value

    return AfterValidator(check)


def enter(kind: str, value: Any, info: ValidationInfo, key: str = "id") -> Any:
    """Remember whose nested values are checked next."""
    own = value.get(key) if isinstance(value, dict) else None
    context(info).current[kind] = own if isinstance(own, str) else None
    return value
