"""A tenant's document in the seed format, and every problem that it has."""

from typing import Annotated, Any

from pydantic import AfterValidator, Field, ValidationError
from pydantic.alias_generators import to_camel
from pydantic_core import ErrorDetails

from webapp.identity.domain import LimitBasis
from webapp.seeding.checks import LEFT_OUT, Shape, one_of
from webapp.seeding.domain import Problem, place, printable
from webapp.seeding.goods_shapes import Cart, Product, Quote, Site, check_defaults
from webapp.seeding.known import Known
from webapp.seeding.people_shapes import Client, Company, Customer, check_parents
from webapp.seeding.values import Id, Name, Text

_SENTENCES = {
    "missing": "is missing",
    "extra_forbidden": "this key is not known",
    "string_type": "must be a text",
    "string_unicode": "holds half of a character",
    "bool_type": "must be true or false",
    "int_type": "must be a whole number",
    "list_type": "must be a list",
    "model_type": "must be an object",
    "model_attributes_type": "must be an object",
}


class Settings(Shape):
    """The settings of a tenant; those that are left out stay as they are."""

    expiry_days: int = Field(default=30, ge=1, le=3650, alias="approval.default_expiryDays")
    reminder_hours: int = Field(default=24, ge=0, le=8760, alias="reminder_hours")
    quotes: bool = Field(default=True, alias="approval.enableQuoteApprovalProcess")
    limit_basis: Annotated[Text, one_of(LimitBasis)] = Field(default="gross", alias="limit_basis")


class Document(Shape):
    """One tenant of a seed file; everything but `tenant` may be left out."""

    tenant: Id
    name: Name | None = None
    settings: Settings = Settings()
    sites: Annotated[list[Site], AfterValidator(check_defaults)] = Field(default_factory=list)
    clients: list[Client] = Field(default_factory=list)
    products: list[Product] = Field(default_factory=list)
    legal_entities: Annotated[list[Company], AfterValidator(check_parents)] = Field(
        default_factory=list
    )
    customers: list[Customer] = Field(default_factory=list)
    carts: list[Cart] = Field(default_factory=list)
    quotes: list[Quote] = Field(default_factory=list)


def read(raw: object, known: Known, prefix: tuple[int, ...]) -> Document | list[Problem]:
    """The document with its references checked, or all that is wrong with it."""
    try:
        return Document.model_validate(raw, context=known)
    except ValidationError as error:
        return [problem(detail, prefix) for detail in error.errors(include_url=False)]


def problem(detail: ErrorDetails, prefix: tuple[int, ...]) -> Problem:
    """What is wrong at one place, in the words of the format."""
    steps: tuple[Any, ...] = (*prefix, *detail["loc"])
    if detail["type"] == "seed":
        text = detail["ctx"]["text"]
        if text == LEFT_OUT:  # the only problem whose place is not spelled as in the file
            steps = (*steps[:-1], to_camel(str(steps[-1])))
        return Problem(place(*steps), printable(text, 500))
    text = _SENTENCES.get(detail["type"]) or detail["msg"][:1].lower() + detail["msg"][1:]
    return Problem(place(*steps), printable(text, 500))
