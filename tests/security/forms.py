"""Every form of the desk with a valid example, for what is sent to them in its place."""

from dataclasses import dataclass
from datetime import timedelta

from webapp.kernel.clock import utcnow


@dataclass(frozen=True)
class Form:
    """A form with a valid example; `typed` are the fields with words of a person."""

    name: str
    person: str
    path: str
    fields: dict[str, str]
    typed: tuple[str, ...] = ()
    status: int = 303

    def __str__(self) -> str:
        return self.name


ROWS = {
    "name": "Tools",
    "lines-0-sku": "DR-18V",
    "lines-0-name": "",
    "lines-0-quantity": "1",
    "lines-0-price": "",
    "lines-0-tax": "",
    "lines-0-line_id": "",
    "lines-1-sku": "",
    "lines-1-name": "Shelf",
    "lines-1-quantity": "2",
    "lines-1-price": "49.90",
    "lines-1-tax": "19%",
    "lines-1-line_id": "",
}
TYPED_ROWS = ("name", "lines-0-sku", *(name for name in ROWS if name[:7] == "lines-1"))[:-1]
TEXT = {"name": "Tools", "step": "check", "checked": "", "text": "DR-18V;1", "tax": ""}
TERMS = {
    "shipping_address": "le1-shipping",
    "billing_address": "le1-billing",
    "shipping_method": "zone-de/standard",
    "payment_method": "none/invoice",
    "window": "",
    "day": "",
}
HAND_OVER = {"version": "1", "verdict": "needs_approval", "step": ""}
DECIDE = {"revision": "1", "note": "Fine"}
PICK = {"phrase": "Too dear"}
SELECTED = {"selected": "{pending}:1", "note": "No"}
DAY = (utcnow() + timedelta(days=3)).date().isoformat()
AWAY = {"first_day": DAY, "last_day": DAY, "deputy": "ben"}
FORMS = (
    Form("comment", "rita", "/approvals/{pending}/comments", {"text": "Hello"}, ("text",)),
    Form("answer", "rita", "/approvals/{asked}/answers", {"text": "Blue"}, ("text",)),
    Form(
        "question",
        "bob",
        "/approvals/{pending}/questions",
        {"step": "asked", "revision": "1", "note": "Why?"},
        ("note",),
    ),
    Form(
        "approval",
        "bob",
        "/approvals/{pending}/decision",
        {"step": "order", "revision": "1", "note": "Fine"},
    ),
    Form(
        "decline",
        "bob",
        "/approvals/{pending}/decision",
        {"step": "declined", "revision": "1", "note": "No"},
        ("note",),
    ),
    Form(
        "withdrawal",
        "rita",
        "/approvals/{pending}/withdrawal",
        {"step": "withdrawn", "revision": "1"},
    ),
    Form("order", "rita", "/approvals/{approved}/order", {}),
    Form("resubmission", "rita", "/approvals/{declined}/resubmission", {}),
    Form(
        "terms",
        "rita",
        "/approvals/{pending}/details",
        {"revision": "1", **TERMS},
        ("day",),
    ),
    Form("new cart", "rita", "/carts/new", ROWS, TYPED_ROWS),
    Form(
        "edited cart", "rita", "/carts/c500-rita/edit", {"version": "1", **ROWS}, ("lines-1-price",)
    ),
    Form("import", "rita", "/carts/import", TEXT, ("name", "text", "tax"), 200),
    Form(
        "lines",
        "rita",
        "/carts/c500-rita/lines",
        {"version": "1", **TEXT},
        ("text",),
        200,
    ),
    Form("deletion", "rita", "/carts/c500-rita/deletion", {"version": "1"}),
    Form(
        "checkout",
        "rita",
        "/carts/c500-rita/checkout",
        {**TERMS, **HAND_OVER, "approver": "bob", "comment": "please"},
        ("comment", "day"),
    ),
    Form(
        "checkout alone",
        "bob",
        "/carts/c500-bob/checkout",
        {**TERMS, **HAND_OVER, "verdict": "alone"},
    ),
    Form(
        "quote",
        "rita",
        "/quotes/Q1/checkout",
        {**HAND_OVER, "approver": "ada", "comment": "please"},
    ),
    Form(
        "newcomer",
        "ada",
        "/company/people",
        {
            "email": "new@acme.example",
            "first_name": "New",
            "last_name": "One",
            "role": "B2B_BUYER",
        },
        ("email", "first_name", "last_name"),
    ),
    Form("role", "ada", "/company/people/rob/role", {"role": "B2B_BUYER", "seen": "B2B_REQUESTER"}),
    Form("activity", "ada", "/company/people/rob/activity", {"active": "no"}),
    Form("source", "ada", "/company/people/ben/source", {}),
    Form(
        "limit",
        "ada",
        "/company/limit",
        {
            "limit-kind": "limited",
            "limit-amount": "2000",
            "limit-currency": "EUR",
            "limit-version": "1",
            "limit-step": "",
        },
        ("limit-amount", "limit-currency"),
    ),
    Form(
        "group",
        "ada",
        "/company/group",
        {"group-people": "ada", "group-version": "1", "group-step": ""},
    ),
    Form("remark", "rita", "/approvals/{pending}/comments", {"text": "Two", "line": ""}, ("text",)),
    Form("approval in a row", "bob", "/inbox/{pending}/decision", DECIDE | {"step": "order"}),
    Form(
        "decline in a row",
        "bob",
        "/inbox/{pending}/decision",
        DECIDE | {"step": "declined"},
        ("note",),
    ),
    Form(
        "question in a row",
        "bob",
        "/inbox/{pending}/questions",
        DECIDE | {"step": "asked"},
        ("note",),
    ),
    Form(
        "comment in a row",
        "bob",
        "/inbox/{pending}/comments",
        DECIDE | {"step": "asked"},
        ("note",),
    ),
    Form("reason", "bob", "/approvals/{pending}/decision", DECIDE | PICK, ("note",), 200),
    Form("reason in a row", "bob", "/inbox/{pending}/decision", DECIDE | PICK, ("note",), 200),
    Form("reason for a selection", "bob", "/inbox/selection", SELECTED | PICK, ("note",), 200),
    Form(
        "selection",
        "bob",
        "/inbox/selection",
        {**SELECTED, "step": "declined"},
        ("note",),
    ),
    Form("look", "rita", "/approvals/{pending}/looks", {"revision": "1"}, status=204),
    Form("reminder", "rita", "/approvals/{pending}/reminders", {}),
    Form("return", "rita", "/approvals/{pending}/return", {"step": "returned"}),
    Form(
        "reasons",
        "ada",
        "/company/reasons",
        {"version": "0", "phrases": "Too dear", "step": ""},
        ("phrases",),
    ),
    Form(
        "new webhook",
        "ada",
        "/company/webhooks/new",
        {
            "url": "https://hooks.example.com/in",
            "description": "ERP",
            "event_types": "order.created",
            "version": "0",
        },
        ("url", "description"),
        201,
    ),
    Form(
        "webhook",
        "ada",
        "/company/webhooks/{hook}/edit",
        {
            "url": "https://hooks.example.com/in",
            "description": "ERP",
            "event_types": "order.created",
            "is_active": "y",
            "version": "1",
        },
        ("url", "description"),
    ),
    Form("test of a webhook", "ada", "/company/webhooks/{hook}/tests", {}),
    Form("secret of a webhook", "ada", "/company/webhooks/{hook}/secret", {}, status=201),
    Form("removal of a webhook", "ada", "/company/webhooks/{hook}/removal", {}),
    Form(
        "delivery once more",
        "ada",
        "/company/webhooks/{hook}/deliveries/{sent}/replay",
        {},
    ),
    Form("message once more", "ada", "/company/messages/{message}/replay", {}),
    Form(
        "other approver",
        "ada",
        "/company/requests/{pending}/approver",
        {"approver": "ben", "seen": "bob"},
    ),
    Form("invitation", "ada", "/company/people/rob/invitation", {}),
    Form("departure", "ada", "/company/people/rob/departure", {}),
    Form(
        "signing in again",
        "ada",
        "/company/signing-in-again",
        {
            "again-kind": "limited",
            "again-amount": "2000",
            "again-currency": "EUR",
            "again-version": "1",
        },
        ("again-amount", "again-currency"),
    ),
    Form("absence", "ada", "/account/absences/new", AWAY, ("first_day", "last_day")),
    Form(
        "absence of somebody",
        "ada",
        "/company/people/bob/absences/new",
        {**AWAY, "deputy": "ada"},
        ("first_day", "last_day"),
    ),
    Form("language", "rita", "/language", {"language": "de", "next": "/sign-in"}),
    Form("company choice", "rita", "/company-choice", {"company_id": "le1"}),
    Form(
        "preferences",
        "rita",
        "/account/preferences",
        {"language": "de", "time_zone": "Europe/Berlin", "theme": "dark"},
    ),
    Form(
        "key",
        "rita",
        "/account/keys/new",
        {"name": "report", "access": "read", "days": "30"},
        ("name",),
        status=201,
    ),
    Form("end of a key", "rita", "/account/keys/{key}/revocation", {}),
    Form(
        "client",
        "ada",
        "/account/clients/new",
        {"name": "books", "reads_company": "y", "reads_orders": "y"},
        ("name",),
        status=201,
    ),
    Form("end of a client", "ada", "/account/clients/{api_client}/revocation", {}),
    Form("end of a session", "rita", "/account/sessions/{session}/end", {}),
    Form("end of other sessions", "rita", "/account/sessions/others/end", {}),
    Form("sign-in", "rita", "/sign-in", {"next": "/inbox", "switch": ""}, status=302),
    Form("tenant choice", "rita", "/sign-in/choice", {"tenant_id": "acme"}),
    Form("sign-out", "rita", "/sign-out", {"everywhere": ""}),
)
