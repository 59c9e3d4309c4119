"""The pages on which admins say which programs are told what happens in their company."""

from flask import Response, request, url_for
from sqlalchemy.orm import Session

from webapp.approvals import oversight
from webapp.company.message_words import fault_in_words
from webapp.company.views import bp
from webapp.company.webhook_forms import WebhookForm, fresh
from webapp.extensions import business_now, db, settings
from webapp.identity.guards import current_actor
from webapp.identity.recording import Front, open_front
from webapp.kernel.errors import Conflict, DomainError, Invalid
from webapp.kernel.sentence import N_, sentence
from webapp.web import done, render
from webapp.webhooks import queries, rotation, service
from webapp.webhooks.queries import EndpointView
from webapp.webhooks.service import Desk, Shown

_CREATED = 201


@bp.get("/webhooks")
def list_webhooks() -> Response:
    """The webhooks of the company."""
    actor = current_actor()
    with db.reading() as session:
        place = open_front(session, actor)
        found = queries.listed(session, actor.tenant_id, place.company.id)
        waits = oversight.count(session, actor)
    return render(
        "company/list_webhooks.html",
        place=place,
        endpoints=found,
        waits=waits,
        sending=settings().sending,
    )


@bp.get("/webhooks/new")
def new_webhook() -> Response:
    """Where a new one goes, and what it is told."""
    return _form_page(fresh())


@bp.post("/webhooks/new")
def create_webhook() -> Response:
    """Make it; the answer is the one page that shows its secret."""
    form = WebhookForm()
    if not form.validate():
        return _form_page(form, status=422)
    actor, draft = current_actor(), form.draft(is_active=True)
    minted = form.minted(settings().secret_key, actor)
    try:
        with db.transaction() as session:
            shown = service.add_own(
                session,
                actor,
                draft,
                _desk(),
                now=business_now(),
                endpoint_id=minted.id if minted else None,
            )
    except Invalid as refusal:
        form.refuse(refusal)
        return _form_page(form, status=422)
    return _secret_page(shown, is_new=True)


@bp.get("/webhooks/<webhook_id>")
def show_webhook(webhook_id: str) -> Response:
    """One webhook and what was sent to it."""
    cursor = request.args.get("after")
    with db.reading() as session:
        place, endpoint = _open(session, webhook_id)
        page = queries.deliveries(session, endpoint, cursor)
    here = url_for("company.show_webhook", webhook_id=webhook_id)
    return render(
        "company/show_webhook.html",
        place=place,
        endpoint=endpoint,
        deliveries=page.items,
        older=f"{here}?after={page.next_cursor}" if page.next_cursor else None,
        first=here if cursor else None,
        fault_in_words=fault_in_words,
        now=business_now(),
        sending=settings().sending,
    )


@bp.get("/webhooks/<webhook_id>/edit")
def edit_webhook(webhook_id: str) -> Response:
    """The webhook as it stands, to be changed."""
    with db.reading() as session:
        _, endpoint = _open(session, webhook_id)
    return _form_page(fresh(endpoint), endpoint)


@bp.post("/webhooks/<webhook_id>/edit")
def update_webhook(webhook_id: str) -> Response:
    """Change address, events, or whether it is on."""
    actor, form = current_actor(), WebhookForm()
    with db.reading() as session:
        _, endpoint = _open(session, webhook_id)
    if not form.validate():
        return _form_page(form, endpoint, status=422)
    try:
        with db.transaction() as session:
            service.change_own(
                session,
                actor,
                webhook_id,
                form.draft(),
                desk=_desk(),
                seen_version=form.version.data or 0,
                now=business_now(),
            )
    except Invalid as refusal:
        form.refuse(refusal)
        return _form_page(form, endpoint, status=422)
    except Conflict as refusal:
        return _form_page(form, endpoint, status=409, refusal=refusal)
    return done("company.show_webhook", sentence(_SAVED), webhook_id=webhook_id)


@bp.post("/webhooks/<webhook_id>/tests")
def test_webhook(webhook_id: str) -> Response:
    """Send something that only tries the way."""
    with db.transaction() as session:
        message_id = service.ping_own(session, current_actor(), webhook_id, now=business_now())
    return done(
        "company.show_delivery",
        sentence(_TESTED),
        webhook_id=webhook_id,
        message_id=message_id,
    )


@bp.get("/webhooks/<webhook_id>/secret")
def new_webhook_secret(webhook_id: str) -> Response:
    """Ask once more before a new secret is made."""
    return _confirmation("secret", webhook_id)


@bp.post("/webhooks/<webhook_id>/secret")
def create_webhook_secret(webhook_id: str) -> Response:
    """Make a new secret, and show it once."""
    seen = request.form.get("version", type=int)
    with db.transaction() as session:
        shown = rotation.rotate_own(
            session,
            current_actor(),
            webhook_id,
            _desk(),
            seen_version=seen,
            now=business_now(),
        )
    return _secret_page(shown, is_new=False)


@bp.get("/webhooks/<webhook_id>/removal")
def new_webhook_removal(webhook_id: str) -> Response:
    """Ask once more before it is removed."""
    return _confirmation("removal", webhook_id)


@bp.post("/webhooks/<webhook_id>/removal")
def create_webhook_removal(webhook_id: str) -> Response:
    """Remove it with its log."""
    with db.transaction() as session:
        url = service.remove_own(session, current_actor(), webhook_id, now=business_now())
    return done("company.list_webhooks", sentence(_REMOVED, address=url))


@bp.get("/webhooks/<webhook_id>/deliveries/<message_id>")
def show_delivery(webhook_id: str, message_id: str) -> Response:
    """What was sent, and what was answered to each attempt."""
    with db.reading() as session:
        place, endpoint = _open(session, webhook_id)
        found = queries.delivery(session, endpoint, message_id)
    return render(
        "company/show_delivery.html",
        place=place,
        endpoint=endpoint,
        delivery=found,
        message=found.message,
        fault_in_words=fault_in_words,
        now=business_now(),
    )


@bp.post("/webhooks/<webhook_id>/deliveries/<message_id>/replay")
def replay_delivery(webhook_id: str, message_id: str) -> Response:
    """Send it again under the id that it has."""
    with db.transaction() as session:
        service.replay_own(session, current_actor(), webhook_id, message_id, now=business_now())
    return done(
        "company.show_delivery", sentence(_AGAIN), webhook_id=webhook_id, message_id=message_id
    )


def _open(session: Session, webhook_id: str) -> tuple[Front, EndpointView]:
    actor = current_actor()
    place = open_front(session, actor)
    return place, queries.one(session, actor.tenant_id, webhook_id, place.company.id)


def _form_page(
    form: WebhookForm,
    endpoint: EndpointView | None = None,
    *,
    status: int = 200,
    refusal: DomainError | None = None,
) -> Response:
    with db.reading() as session:
        place = open_front(session, current_actor())
    return render(
        "company/edit_webhook.html",
        status=status,
        place=place,
        form=form,
        endpoint=endpoint,
        refusal=refusal,
    )


def _secret_page(shown: Shown, *, is_new: bool) -> Response:
    response = render(
        "company/webhook_secret.html",
        status=_CREATED,
        endpoint=shown.endpoint,
        secret=shown.secret,
        is_new=is_new,
    )
    # The headers say so of every page; this one must not depend on it.
    response.headers["Cache-Control"] = "no-store"
    return response


def _confirmation(what: str, webhook_id: str) -> Response:
    with db.reading() as session:
        _, endpoint = _open(session, webhook_id)
    return render("company/confirm_webhook.html", what=what, endpoint=endpoint)


def _desk() -> Desk:
    return Desk.of(settings())


_SAVED = N_("The webhook is saved.")
_TESTED = N_("A test is on its way. Look again in a moment for the answer.")
_REMOVED = N_("Nothing is sent to {address} any more.")
_AGAIN = N_("It is sent again, under the same id.")
