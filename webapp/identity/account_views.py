"""One's own account: language, time zone, theme, companies, sessions, keys and clients."""

from flask import Blueprint, Response
from flask_babel import gettext

from webapp import i18n
from webapp.extensions import business_now, db, settings
from webapp.identity import clients, keys, queries, service, session_store
from webapp.identity.absence_scene import open_absences
from webapp.identity.domain import PersonFacts
from webapp.identity.forms import PreferencesForm
from webapp.identity.guards import current_actor
from webapp.identity.policy import may_administer
from webapp.identity.sessions import current_session, limits
from webapp.kernel.clock import utcnow
from webapp.kernel.errors import NotFound
from webapp.kernel.sentence import N_, sentence
from webapp.web import done, render

bp = Blueprint("account", __name__, url_prefix="/account")

# The first mark that is found wins: most browsers also carry the names of older ones.
_BROWSERS = (
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


@bp.get("")
def show() -> Response:
    """The account page."""
    return _page(None)


@bp.post("/preferences")
def change_preferences() -> Response:
    """Keep language, time zone, theme and shortcuts."""
    form = PreferencesForm()
    if not form.validate():
        return _page(form, status=422)
    actor = current_actor()
    with db.transaction() as session:
        service.change_preferences(
            session,
            actor,
            language=form.language.data,
            time_zone=form.time_zone.data,
            theme=form.theme.data,
            has_shortcuts=form.has_shortcuts.data,
        )
    # The answer is already in the new language.
    i18n.read_by(form.language.data, form.time_zone.data)
    return done("account.show", gettext("Your settings are saved."))


@bp.post("/sessions/<id_hash>/end")
def end_session(id_hash: str) -> Response:
    """Sign out of one other browser."""
    actor = current_actor()
    with db.transaction() as session:
        ended = session_store.end(session, actor.tenant_id, actor.person_id, id_hash, now=utcnow())
    if not ended:
        raise NotFound(sentence(N_("This session has already ended.")), code="no_session")
    return done("account.show", gettext("That browser is signed out."))


@bp.post("/sessions/others/end")
def end_other_sessions() -> Response:
    """Sign out of every browser but this one."""
    actor = current_actor()
    with db.transaction() as session:
        session_store.end_all(
            session, actor.tenant_id, actor.person_id, now=utcnow(), but=actor.session_id
        )
    return done("account.show", gettext("All other browsers are signed out."))


@bp.post("/sessions/extension")
def extend_session() -> Response:
    """Stay signed in: a press that counts as one, although it changes nothing else."""
    session_id = current_actor().session_id
    if session_id is not None:
        with db.transaction() as session:
            session_store.touch(session, session_id, now=utcnow())
    return Response(status=204)


@bp.app_template_filter("device")
def device(user_agent: str) -> str:
    """A browser in words: `Firefox on Linux`."""
    browser = next((name for mark, name in _BROWSERS if mark in user_agent), None)
    system = next((name for mark, name in _SYSTEMS if mark in user_agent), None)
    if browser and system:
        return gettext("{browser} on {system}").format(browser=browser, system=system)
    return browser or system or gettext("A browser")


def _page(form: PreferencesForm | None, *, status: int = 200) -> Response:
    actor = current_actor()
    with db.reading() as session:
        person = queries.person(session, actor.tenant_id, actor.person_id)
        sessions = session_store.sessions_of(
            session, actor.tenant_id, actor.person_id, limits(settings()), now=utcnow()
        )
        own_keys = keys.listed(session, actor, now=utcnow())
        own_clients = clients.listed_own(session, actor)
        absence_scene = open_absences(session, actor, actor.person_id, now=business_now())
    stored = current_session().stored
    return render(
        "account/show.html",
        status=status,
        actor=actor,
        person=person,
        form=form or PreferencesForm(data=_preferences(person)),
        workplaces=stored.workplaces if stored else [],
        sessions=sessions,
        keys=own_keys,
        administers=bool(may_administer(actor)),
        clients=own_clients,
        absence_scene=absence_scene,
    )


def _preferences(person: PersonFacts) -> dict[str, str | bool]:
    return {
        "language": person.language,
        "time_zone": person.time_zone,
        "theme": person.theme,
        "has_shortcuts": person.has_shortcuts,
    }
