"""People and lines for the tests of carts."""

from decimal import Decimal

from webapp.carts.lines import NewLine
from webapp.identity.domain import Actor, Role


def person(person_id: str, company_id: str | None = "le1", role: Role | None = None) -> Actor:
    """Somebody of the named cast."""
    return Actor(
        tenant_id="acme", person_id=person_id, first_name=person_id.title(), last_name="Test",
        email=f"{person_id}@acme.example", company_id=company_id, role=role,
    )  # fmt: skip


RITA = person("rita")
BOB = person("bob")
CARL = person("carl", None)


def new_line(name: str = "Shelf", quantity: str = "2", price: str = "49.90") -> NewLine:
    """A free item."""
    return NewLine(
        name=name, quantity=Decimal(quantity), unit_price=Decimal(price), tax_rate=Decimal("0.19")
    )
