"""Every page of the demo, with somebody who reads it: for the checks of all pages, and pictures."""

from dataclasses import dataclass
from datetime import timedelta

from playwright.sync_api import Page, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.support.desk import Desk
from webapp.approvals import links
from webapp.approvals.models import Approval
from webapp.carts.models import Cart
from webapp.identity import clients, keys
from webapp.identity.bearers import actor_of
from webapp.identity.domain import Actor
from webapp.identity.models import Person
from webapp.kernel.clock import utcnow
from webapp.outbox.models import Mail
from webapp.webhooks import service as webhooks
from webapp.webhooks.addresses import Allowed
from webapp.webhooks.vault import Vault

# Answers for programs, files, and the inside of a frame that stands on a page below.
NO_PAGES = {
    "health",
    "readiness",
    "metrics",
    "developers.document",
    "demo.discovery",
    "demo.keys",
    "demo.userinfo",
    "demo.show_mail_html",
    "demo.show_story",
    "demo.arrive",
    "demo.take_seat",
    "demo.show_brand_sheet",
    "demo.show_logo",
    "approvals.inbox_sheet",
    "approvals.requests_sheet",
    "orders.index_sheet",
    "carts.index_sheet",
    "quotes.index_sheet",
    "company.people_sheet",
    "company.requests_sheet",
    "company.figures_sheet",
    "company.changes_sheet",
    "company.messages_sheet",
    "company.webhooks_sheet",
    "company.deliveries_sheet",
    "live.show",
    "live.show_company",
    "approvals.show_attachment",
    "audit.show_evidence",
    "audit.show_evidence_paper",
    "approvals.show_decision",
}


@dataclass(frozen=True)
class Place:
    """A page: its name, its endpoint, its address, who reads it, and what is pressed there.

    In the address `{p03}` stands for the request of the story with this key, `{order:p03}` for its
    order, `{mail}` for the newest mail, `{key}` for a key of Rita's, `{client}` for a client of
    Ada's company, `{again}` for a cart that came back, `{invited}` for who was invited and `{link}`
    for the link of a mail to Ada. Without a reader it is a stranger's. What is pressed shows the
    next step of the page and changes nothing.
    """

    name: str
    endpoint: str
    path: str
    reader: str = ""
    press: str = ""


PLACES = (
    Place("sign-in", "identity.sign_in", "/sign-in"),
    Place("sign-in-failed", "identity.callback", "/auth/callback"),
    Place("signed-out", "identity.signed_out", "/signed-out"),
    Place("tenant-choice", "identity.tenant_choice", "/sign-in/choice"),
    Place("start", "identity.start", "/", "ada"),
    Place("resend", "identity.resend", "/continue", "ada"),
    Place("inbox", "approvals.inbox", "/inbox", "ada"),
    Place("inbox-waiting", "approvals.inbox", "/inbox?box=waiting", "ada"),
    Place("inbox-decided", "approvals.inbox", "/inbox?box=decided", "ada"),
    Place("inbox-all", "approvals.inbox", "/inbox?box=all", "bob"),
    Place("inbox-empty", "approvals.inbox", "/inbox?box=waiting", "elif"),
    Place("inbox-open", "approvals.inbox", "/inbox?open={p03}", "ada"),
    Place("inbox-behalf", "approvals.inbox", "/inbox?open={p06}", "ada"),
    Place("inbox-searched", "approvals.inbox", "/inbox?q=label&low=100", "ada"),
    Place(
        "inbox-selection",
        "approvals.new_decisions",
        "/inbox/selection?action=approve&selected={p03}:1&selected={p04}:1",
        "ada",
    ),
    Place(
        "inbox-outcome",
        "approvals.show_decisions",
        "/inbox/selection/outcome?selected={p03}:1&selected={p04}:1",
        "ada",
    ),
    Place("request", "approvals.show", "/approvals/{p03}", "ada"),
    Place("request-approve", "approvals.show", "/approvals/{p03}", "ada", "Approve "),
    Place("request-decline", "approvals.show", "/approvals/{p03}", "ada", "Decline"),
    Place("request-ask", "approvals.show", "/approvals/{p03}", "ada", "Ask a question"),
    Place("request-long", "approvals.show", "/approvals/{p02}", "ada"),
    Place("request-asked", "approvals.show", "/approvals/{p04}", "ada"),
    Place("request-francs", "approvals.show", "/approvals/{p07}", "elif"),
    Place("request-quote", "approvals.show", "/approvals/{p06}", "claus"),
    Place("request-files", "approvals.show", "/approvals/{p11}", "ada"),
    Place("request-changed", "approvals.show", "/approvals/{p10}", "ada"),
    Place("request-behalf", "approvals.show", "/approvals/{p06}", "ada"),
    Place("request-behalf-decided", "approvals.show", "/approvals/{r36}", "ada"),
    Place("request-own-behalf", "approvals.show", "/approvals/{p06}", "rita"),
    Place("request-own-waiting", "approvals.show", "/approvals/{p03}", "rita"),
    Place("request-own-question", "approvals.show", "/approvals/{p14}", "rita"),
    Place("request-own-withdraw", "approvals.show", "/approvals/{p03}", "rita", "Withdraw"),
    Place("request-own-return", "approvals.show", "/approvals/{p03}", "rita", "Withdraw and edit"),
    Place("request-own-approved", "approvals.show", "/approvals/{r34}", "rita"),
    Place("request-own-ordered", "approvals.show", "/approvals/{r03}", "rita"),
    Place("request-own-declined", "approvals.show", "/approvals/{r17}", "rita"),
    Place("request-own-expired", "approvals.show", "/approvals/{r22}", "ines"),
    Place("request-withdrawn", "approvals.show", "/approvals/{r28}", "ada"),
    Place("request-terms", "approvals.edit_details", "/approvals/{p03}/details", "rita"),
    Place("decision-link", "approvals.show_link", "/decide/{link}", "ada"),
    Place("decision-link-refused", "approvals.show_link", "/decide/{link}", "bob"),
    Place("decision-link-unknown", "approvals.open_link", "/decide?token=nothing"),
    Place("requests", "approvals.requests", "/requests", "rita"),
    Place("requests-decided", "approvals.requests", "/requests?box=decided", "rita"),
    Place("requests-all", "approvals.requests", "/requests?box=all", "bob"),
    Place("requests-empty", "approvals.requests", "/requests", "ada"),
    Place("carts", "carts.index", "/carts", "rita"),
    Place("carts-buyer", "carts.index", "/carts", "bob"),
    Place("carts-admin", "carts.index", "/carts", "ada"),
    Place("cart", "carts.show", "/carts/b01", "rita"),
    Place("cart-buyer", "carts.show", "/carts/b03", "bob"),
    Place("cart-handed-over", "carts.show", "/carts/p03", "rita"),
    Place("cart-new", "carts.new", "/carts/new", "rita"),
    Place("cart-edit", "carts.edit", "/carts/b01/edit", "rita"),
    Place("cart-again", "carts.edit", "/carts/{again}/edit", "ines"),
    Place("cart-lines", "carts.edit_lines", "/carts/b01/lines", "rita"),
    Place("cart-lines-read", "carts.edit_lines", "/carts/b01/lines", "rita", "Check the lines"),
    Place("cart-import", "carts.new_import", "/carts/import", "rita"),
    Place("cart-import-refused", "carts.new_import", "/carts/import", "rita", "Check the lines"),
    Place("cart-deletion", "carts.new_deletion", "/carts/b02/deletion", "rita"),
    Place("checkout-asks", "checkout.show", "/carts/b01/checkout", "rita"),
    Place("checkout-again", "checkout.show", "/carts/{again}/checkout", "ines"),
    Place("checkout-buyer", "checkout.show", "/carts/b04/checkout", "bob"),
    Place("checkout-alone", "checkout.show", "/carts/b03/checkout", "bob"),
    Place("checkout-quote", "checkout.show", "/quotes/q01/checkout", "rita"),
    Place("quotes", "quotes.index", "/quotes", "rita"),
    Place("quote", "quotes.show", "/quotes/q01", "rita"),
    Place("orders", "orders.index", "/orders", "rita"),
    Place("orders-admin", "orders.index", "/orders", "ada"),
    Place("order", "orders.show", "/orders/{order:r03}", "rita"),
    Place("order-placed", "orders.show", "/orders/{order:r02}", "ada"),
    Place("company", "company.show", "/company", "ada"),
    Place("company-reasons", "company.edit_reasons", "/company/reasons", "ada"),
    Place("company-messages", "company.list_messages", "/company/messages", "ada"),
    Place("company-messages-sent", "company.list_messages", "/company/messages?box=sent", "ada"),
    Place("webhooks", "company.list_webhooks", "/company/webhooks", "ada"),
    Place("webhook-new", "company.new_webhook", "/company/webhooks/new", "ada"),
    Place(
        "webhook-refused",
        "company.new_webhook",
        "/company/webhooks/new",
        "ada",
        "Set up the webhook",
    ),
    Place("webhook", "company.show_webhook", "/company/webhooks/{webhook}", "ada"),
    Place("webhook-edit", "company.edit_webhook", "/company/webhooks/{webhook}/edit", "ada"),
    Place(
        "webhook-secret", "company.new_webhook_secret", "/company/webhooks/{webhook}/secret", "ada"
    ),
    Place(
        "webhook-removal",
        "company.new_webhook_removal",
        "/company/webhooks/{webhook}/removal",
        "ada",
    ),
    Place(
        "webhook-delivery",
        "company.show_delivery",
        "/company/webhooks/{webhook}/deliveries/{delivery}",
        "ada",
    ),
    Place("company-person", "company.show_person", "/company/people/rita", "ada"),
    Place("company-invited", "company.show_person", "/company/people/{invited}", "ada"),
    Place("company-rules", "company.show", "/company?view=rules", "ada"),
    Place("company-waiting", "company.show", "/company?view=waiting", "ada"),
    Place("company-requests", "company.show", "/company?view=requests", "ada"),
    Place("company-figures", "company.show", "/company?view=figures", "ada"),
    Place("company-departure", "company.new_departure", "/company/people/bob/departure", "ada"),
    Place("company-request", "company.show_request", "/company/requests/{p08}", "ada"),
    Place("company-refused", "company.show", "/company", "bob"),
    Place("account", "account.show", "/account", "ada"),
    Place("account-companies", "account.show", "/account", "claus"),
    Place("account-requester", "account.show", "/account", "rita"),
    Place("key-new", "credentials.new_key", "/account/keys/new", "rita"),
    Place("key-new-companies", "credentials.new_key", "/account/keys/new", "claus"),
    Place("key-new-refused", "credentials.new_key", "/account/keys/new", "rita", "Make the key"),
    Place("key-end", "credentials.new_key_revocation", "/account/keys/{key}/revocation", "rita"),
    Place("absence-new", "absences.new", "/account/absences/new", "ada"),
    Place("absence-refused", "absences.new", "/account/absences/new", "ada", "Save"),
    Place("absence-for", "absences.new_for", "/company/people/bob/absences/new", "ada"),
    Place("client-new", "credentials.new_client", "/account/clients/new", "ada"),
    Place(
        "client-end",
        "credentials.new_client_revocation",
        "/account/clients/{client}/revocation",
        "ada",
    ),
    Place("not-found", "approvals.show", "/approvals/nowhere", "ada"),
    Place("developers", "developers.show", "/developers", "rita"),
    Place("developers-token", "developers.show", "/developers", "rita", "Give me a token"),
    Place("developers-stranger", "developers.show", "/developers"),
    Place("help", "welcome.show_help", "/help", "ada"),
    Place("help-approver", "welcome.show_first_day", "/help/approver", "ada"),
    Place("help-requester", "welcome.show_first_day", "/help/requester", "rita"),
    Place("help-admin", "welcome.show_first_day", "/help/admin", "ada"),
    Place("practice", "welcome.show_practice", "/help/practice", "ada"),
    Place("practice-confirm", "welcome.show_practice", "/help/practice", "ada", "Approve "),
    Place("demo-stage", "demo.show_stage", "/demo"),
    Place("demo-split", "demo.show_split", "/demo/split"),
    Place("demo-webhooks", "demo.show_webhooks", "/demo/webhooks", "ada"),
    Place("demo-console", "demo.show_console", "/demo/console?call=ask", "rita"),
    Place("demo-people", "demo.show_people", "/demo/people", "rita"),
    Place("demo-mailbox", "demo.list_mails", "/demo/mailbox", "rita"),
    Place("demo-mail", "demo.show_mail", "/demo/mailbox/{mail}?as=text", "rita"),
    Place("demo-mail-html", "demo.show_mail", "/demo/mailbox/{mail}", "rita"),
    Place("demo-sign-in", "demo.authorize", "/sign-in", "", "Choose who you are"),
    Place("design", "design.show", "/design", "ada"),
    Place("design-bar", "design.show_state", "/design/bar", "ada"),
    Place("design-sheet", "design.show_state", "/design/sheet", "ada"),
    Place("design-selection", "design.show_state", "/design/selection", "ada"),
    Place("design-status", "design.show_state", "/design/status", "ada"),
    Place("design-refused", "design.show_state", "/design/refused", "ada"),
    Place("design-problems", "design.show_state", "/design/problems", "ada"),
    Place("demo-sign-out", "demo.end_session", "/demo/idp/logout"),
)


def names(desk: Desk) -> dict[str, str]:
    """What the words in braces of the addresses stand for, in this telling of the story."""
    found: dict[str, str] = {}
    with desk.database.reading() as session:
        for row in session.scalars(select(Approval)):
            found[row.resource_id] = row.id
            found[f"order:{row.resource_id}"] = row.order_id or ""
        again = select(Cart.id).where(Cart.resubmits_id.is_not(None), Cart.status == "OPEN")
        found["again"] = session.scalars(again).one()
        invited = select(Person.id).where(Person.first_name == "Nele")
        found["invited"] = session.scalars(invited).one()
        newest = select(Mail.id).order_by(Mail.sent_at.desc(), Mail.id.desc()).limit(1)
        found["mail"] = session.scalars(newest).first() or ""
    with desk.database.transaction() as session:
        rita, ada, year = _actor(session, "rita"), _actor(session, "ada"), timedelta(days=365)
        report = keys.create(session, rita, "Monthly report", lifetime=year, now=utcnow())
        books = clients.add_own(session, ada, "Bookkeeping", now=utcnow())
        found |= _webhook(session, ada)
        found["link"] = _link(session, found["p03"])
    return found | {"key": report.key.id, "client": books.client.id}


def _link(session: Session, approval_id: str) -> str:
    """A link of a mail to Ada."""
    row = session.scalars(select(Approval).where(Approval.id == approval_id)).one()
    bond = links.Bond(
        tenant_id=row.tenant_id, approval_id=row.id, person_id="ada", revision=row.revision
    )
    token = links.make(session, bond, written_at=utcnow())
    session.flush()
    link = links.by_token(session, token)
    return link.id if link else ""


def _webhook(session: Session, ada: Actor) -> dict[str, str]:
    """A webhook of the company, and a test that is on its way there."""
    set_up = webhooks.Desk(vault=Vault("nobody reads it again"), allowed=Allowed())
    draft = webhooks.Draft(
        url="https://hooks.example.com/countersign",
        description="Orders for the ERP system",
        event_types=("approval.approved", "order.created"),
    )
    endpoint = webhooks.add_own(session, ada, draft, set_up, now=utcnow()).endpoint
    ping = webhooks.ping_own(session, ada, endpoint.id, now=utcnow())
    return {"webhook": endpoint.id, "delivery": ping}


def be(page: Page, person: str) -> None:
    """Sign in to the demo as this person, through its provider."""
    page.goto("/sign-in")
    page.get_by_role("button", name="Choose who you are").click()
    chosen = page.get_by_role("button").and_(page.locator(f'[value="{person}"]'))
    chosen.click()
    expect(page.get_by_role("navigation", name="Main").first).to_be_visible()


def open_place(page: Page, place: Place, known: dict[str, str]) -> None:
    """Go there, and press what is pressed there."""
    path = place.path
    for name, text in known.items():
        path = path.replace(f"{{{name}}}", text)
    page.goto(path)
    if place.press:
        # "Withdraw" is not "Withdraw and edit"; with a space at its end it is a beginning.
        whole = not place.press.endswith(" ")
        with page.expect_response(lambda answer: answer.request.method == "POST"):
            page.get_by_role("button", name=place.press, exact=whole).first.click()
        page.wait_for_load_state("networkidle")


def _actor(session: Session, person_id: str) -> Actor:
    tenant_id = session.scalars(select(Person.tenant_id).where(Person.id == person_id)).one()
    return actor_of(session, tenant_id, person_id, None)
