"""What tokens of the API may do: the scopes of R1, and those that shop clients look for.

Scopes follow from the roles of the moment, so that a changed role acts at the next request; what is
stored with a token can only narrow them.
"""

from collections.abc import Iterable

from webapp.identity.domain import GRANTS, Role

# Every customer of a shop has these (spec of the reference service, section 5.2).
_CUSTOMER = frozenset(
    "cart.cart_manage_own cart.cart_read_own checkout.checkout_manage_own coupon.coupon_redeem "
    "customer.customerprofile_view customer.customerprofile_edit "
    "customermanagement.legalentity_read_own customersegment.segment_read_own "
    "iam.group_read_own iam.scope_read_own iam.user_read_own "
    "order.history_view order.order_readascustomer order.order_updateascustomer "
    "quote.quote_manage_own quote.quote_read_own".split()
)
_ADMIN = frozenset({"customer.customer_read_own", "customer.customer_manage_own"})

# What a program may be given; those of the settings reach the whole tenant.
COMPANY_SCOPES = frozenset({"customermanagement.legalentity_read", "order.order_read"})
TENANT_SCOPES = frozenset(
    {"configuration.configuration_view", "configuration.configuration_manage"}
)
SERVICE_SCOPES = COMPANY_SCOPES | TENANT_SCOPES


def of_customer(role: Role | None) -> frozenset[str]:
    """All that a person may do in this role; without a company they are a customer of the shop."""
    own = frozenset(str(scope) for scope in GRANTS[role])
    return own | _CUSTOMER | (_ADMIN if role is Role.ADMIN else frozenset())


def of_client(scopes: Iterable[str], *, company_id: str | None) -> frozenset[str]:
    """What a program may do: its own scopes, or all that fit, when none are named."""
    most = COMPANY_SCOPES if company_id is not None else SERVICE_SCOPES
    return frozenset(scopes) & most if frozenset(scopes) else most


def narrowed(granted: frozenset[str], to: Iterable[str]) -> frozenset[str]:
    """The granted scopes, cut down to those that are named; all of them when none are."""
    named = frozenset(to)
    return granted & named if named else granted
