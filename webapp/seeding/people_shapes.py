"""Companies, people and API clients as the seed format brings them."""

from typing import Annotated, Any, Self

from pydantic import AfterValidator, Field, ValidationInfo, model_validator

from webapp.identity.domain import Role, Source
from webapp.kernel.money import Money
from webapp.seeding.checks import (
    NeededField,
    Shape,
    context,
    declares,
    enter,
    needed,
    one_of,
    refers,
    wrong,
)
from webapp.seeding.values import (
    Amount,
    Country,
    Currency,
    Email,
    Id,
    Language,
    Name,
    Secret,
    Subject,
    Text,
    TimeZone,
    fits,
)

GRANTS = ("anonymous", "client_credentials", "customer", "password", "refresh_token")


def _own_address(value: str, info: ValidationInfo) -> str:
    known = context(info)
    if not known.first("address", (known.current.get("company"), value)):
        raise wrong(f"'{value}' is in this file twice")
    return value


def _own_group(value: str, info: ValidationInfo) -> str:
    known = context(info)
    company, own = known.company_of(value), known.current.get("company")
    if company is None:
        raise wrong(f"no contact assignment '{value}'")
    if own is not None and company != own:
        raise wrong(f"contact assignment '{value}' belongs to company '{company}'")
    if not known.first("group", (own, value)):
        raise wrong(f"'{value}' is in this group twice")
    return value


def _other_company(value: str, info: ValidationInfo) -> str:
    if value == info.data.get("id"):
        raise wrong("a company cannot be its own parent")
    return value


def _own_assignment(value: str, info: ValidationInfo) -> str:
    known = context(info)
    row = known.rows["membership"].get(value)
    if row is not None and row["person_id"] != known.current.get("person"):
        raise wrong(f"'{value}' is a contact assignment of customer '{row['person_id']}'")
    return value


def _only_seat(value: str, info: ValidationInfo) -> str:
    """A person has one contact assignment in a company; a stored one keeps company and id."""
    known, own = context(info), info.data.get("id")
    person = known.current.get("person")
    row = known.rows["membership"].get(own)
    if row is not None and row["company_id"] != value:
        raise wrong(f"contact assignment '{own}' belongs to company '{row['company_id']}'")
    seat = known.rows["seat"].get((person, value))
    if seat is not None and own not in (None, seat["id"]) and seat["source"] == Source.IMPORT:
        raise wrong(f"'{person}' is in company '{value}' already, as '{seat['id']}'")
    if person is not None and not known.first("seat", (person, value)):
        raise wrong(f"'{person}' is in company '{value}' twice")
    return value


def _own_email(value: str, info: ValidationInfo) -> str:
    known, own = context(info), info.data.get("id")
    if not known.first("email", value):
        raise wrong(f"'{value}' is in this file twice")
    row = known.rows["email"].get(value)
    if row is not None and row["id"] != own:
        raise wrong(f"'{value}' is the address of customer '{row['id']}'")
    return value


def _own_subject(value: str, info: ValidationInfo) -> str:
    known, issuer = context(info), info.data.get("issuer")
    if issuer is None:
        return value
    if not known.first("identity", (issuer, value)):
        raise wrong(f"'{value}' of this issuer is in this file twice")
    row = known.rows["identity"].get((issuer, value))
    if row is not None and row["person_id"] != known.current.get("person"):
        raise wrong(f"'{value}' is bound to customer '{row['person_id']}'")
    return value


class Address(Shape):
    """A delivery or billing address of a company."""

    id: Annotated[Id, AfterValidator(_own_address)]
    type: Annotated[Text, one_of(("SHIPPING", "BILLING"))]
    contact_name: Text = ""
    company_name: Text = ""
    street: Text = ""
    street_number: Text = ""
    street_appendix: Text = ""
    zip_code: Annotated[Text, Field(max_length=11)] = ""
    city: Text = ""
    country: Country
    state: Text = ""
    contact_phone: Text = ""

    def document(self) -> dict[str, Any]:
        """The address in the shape of the API's `details.addresses`, with only what was given."""
        return self.model_dump(by_alias=True, exclude_unset=True, exclude={"id"})


class Limit(Shape):
    """A company limit: what a buyer may order alone."""

    currency: Currency
    value: Annotated[Amount, AfterValidator(fits)]

    @property
    def money(self) -> Money:
        """The limit as money."""
        return Money.of(self.value, self.currency)


class Company(Shape):
    """A legal entity."""

    id: Annotated[Id, declares("company")]
    name: Annotated[Name, needed("company")] = NeededField()
    type: Annotated[Text, one_of(("COMPANY", "SUBSIDIARY"))] = "COMPANY"
    parent_id: Annotated[Id, AfterValidator(_other_company), refers("company")] | None = None
    account_limit: Limit | None = None
    approval_group: list[Annotated[Id, AfterValidator(_own_group)]] = Field(default_factory=list)
    addresses: list[Address] = Field(default_factory=list)

    @model_validator(mode="before")
    @classmethod
    def _enter(cls, value: Any, info: ValidationInfo) -> Any:
        return enter("company", value, info)


class Assignment(Shape):
    """A role in a company."""

    id: Annotated[Id, declares("membership"), AfterValidator(_own_assignment)]
    legal_entity_id: Annotated[Id, refers("company"), AfterValidator(_only_seat)]
    role: Annotated[Text, one_of(Role)]
    active: bool = True


class Identity(Shape):
    """A subject of an identity provider."""

    issuer: Subject
    subject: Annotated[Subject, AfterValidator(_own_subject)]


class Customer(Shape):
    """Somebody who may sign in."""

    id: Annotated[Id, declares("person")]
    email: Annotated[Email, AfterValidator(_own_email), needed("person")] = NeededField()
    password: Secret | None = None
    first_name: Annotated[Name, needed("person")] = NeededField()
    last_name: Annotated[Name, needed("person")] = NeededField()
    active: bool = True
    language: Language = "en"
    time_zone: TimeZone = "Europe/Berlin"
    identities: list[Identity] = Field(default_factory=list)
    contact_assignments: list[Assignment] = Field(default_factory=list)

    @model_validator(mode="before")
    @classmethod
    def _enter(cls, value: Any, info: ValidationInfo) -> Any:
        return enter("person", value, info)


class Client(Shape):
    """A program that may ask for tokens."""

    client_id: Annotated[Id, declares("client")]
    client_secret: Secret | None = None
    name: Annotated[Name, needed("client", "client_id")] = NeededField()
    grants: list[Annotated[Text, one_of(GRANTS)]] = Field(default_factory=list)
    scopes: list[Name] = Field(default_factory=list)

    @model_validator(mode="after")
    def _has_secret(self, info: ValidationInfo) -> Self:
        row = context(info).rows["client"].get(self.client_id)
        stored = row is not None and row["secret_hash"] is not None
        if "client_credentials" in self.grants and not self.client_secret and not stored:
            raise wrong("the grant client_credentials needs a clientSecret")
        return self


def check_parents(companies: list[Company]) -> list[Company]:
    """Refuse companies that are their own parents in a circle."""
    parents = {company.id: company.parent_id for company in companies}
    for start, parent in parents.items():
        met, step = {start}, parent
        while step is not None and step in parents and step not in met:
            met.add(step)
            step = parents[step]
        if step == start and parent != start:
            raise wrong(f"'{start}' is its own parent, over {len(met) - 1} others")
    return companies
