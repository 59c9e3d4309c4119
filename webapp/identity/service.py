"""Signing in, choosing a company, and the settings of one's own account."""

from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from webapp.config import LANGUAGES
from webapp.identity import first_days, queries, session_store
from webapp.identity.domain import THEMES, Account, Actor, Claims
from webapp.identity.first_days import Part
from webapp.identity.models import Identity, Person
from webapp.kernel.errors import Forbidden, Invalid, NotFound
from webapp.kernel.sentence import N_, Sentence, sentence

# What stands there where nobody has said anything (`Person.language`).
_DEFAULT_LANGUAGE = "en"


def find_accounts(session: Session, claims: Claims) -> list[Account]:
    """Whom this sign-in may mean, in which tenants; only those who may come in.

    Raises:
        Forbidden: nobody is known by these claims (`unknown_person`), or they are not active
            any more (`inactive_person`).
    """
    found = queries.accounts(session, claims)
    if not found:
        raise Forbidden(_who_is_that(claims), code="unknown_person")
    active = [account for account in found if account.active]
    if not active:
        raise Forbidden(
            sentence(
                N_(
                    "The account of {name} is switched off. Ask an admin of your company to switch "
                    "it on again."
                ),
                name=found[0].name,
            ),
            code="inactive_person",
        )
    return active


def enter(session: Session, claims: Claims, account: Account, *, language: str = "") -> str | None:
    """Bind the subject to the person at their first sign-in; returns the company to start in.

    Whoever has never been here, and for whom nobody has set a language, gets the `language` that
    they have chosen before they signed in.

    Raises:
        Forbidden: the subject was bound to somebody else meanwhile (`unknown_person`).
    """
    if not account.bound:
        if language:
            _greet_in(session, account, language)
        _bind(session, claims, account)
    places = queries.workplaces(session, account.tenant_id, account.person_id)
    known = {place.company_id for place in places}
    last = session_store.last_company(session, account.tenant_id, account.person_id)
    if last in known:
        return last
    return places[0].company_id if places else None


def choose_company(session: Session, actor: Actor, company_id: str) -> str:
    """Act for another of one's companies from now on; returns its name.

    Raises:
        NotFound: the person does not belong to that company.
    """
    places = queries.workplaces(session, actor.tenant_id, actor.person_id)
    name = next((place.company_name for place in places if place.company_id == company_id), None)
    if name is None or actor.session_id is None:
        raise NotFound(sentence(N_("There is no such company.")), code="no_company")
    session_store.choose_company(session, actor.session_id, company_id)
    return name


def change_preferences(
    session: Session,
    actor: Actor,
    *,
    language: str,
    time_zone: str,
    theme: str,
    has_shortcuts: bool,
) -> None:
    """Set language, time zone, theme and shortcuts of one's own account.

    Raises:
        Invalid: a language or theme that does not exist here (`bad_preference`).
    """
    if language not in LANGUAGES or theme not in THEMES:
        raise Invalid(
            sentence(N_("Choose a language and a theme from the list.")), code="bad_preference"
        )
    session.execute(
        update(Person)
        .where(Person.tenant_id == actor.tenant_id, Person.id == actor.person_id)
        .values(language=language, time_zone=time_zone, theme=theme, has_shortcuts=has_shortcuts)
    )


def put_away(session: Session, actor: Actor, part: Part) -> None:
    """Show this introduction no more by itself."""
    mine = Person.tenant_id == actor.tenant_id, Person.id == actor.person_id
    before = session.scalar(select(Person.put_away).where(*mine)) or ""
    session.execute(update(Person).where(*mine).values(put_away=first_days.put_away(before, part)))


def _bind(session: Session, claims: Claims, account: Account) -> None:
    owner = (account.tenant_id, account.person_id)
    try:
        with session.begin_nested():
            session.execute(
                insert(Identity).values(
                    tenant_id=account.tenant_id,
                    issuer=claims.issuer,
                    subject=claims.subject,
                    person_id=account.person_id,
                )
            )
    except IntegrityError:
        # Another answer about the same person was quicker.
        found = queries.accounts(session, claims)
        if owner not in {(one.tenant_id, one.person_id) for one in found if one.bound}:
            raise Forbidden(_who_is_that(claims), code="unknown_person") from None


def _greet_in(session: Session, account: Account, language: str) -> None:
    been_here = select(Identity.person_id).where(
        Identity.tenant_id == account.tenant_id, Identity.person_id == account.person_id
    )
    session.execute(
        update(Person)
        .where(Person.tenant_id == account.tenant_id, Person.id == account.person_id)
        .where(Person.language == _DEFAULT_LANGUAGE, ~been_here.exists())
        .values(language=language)
    )


def _who_is_that(claims: Claims) -> Sentence:
    if claims.has_unverified_email:
        return sentence(
            N_(
                "Your provider does not say that your e-mail address was verified, so it cannot "
                "prove who you are here. Verify it there and sign in again, or ask whoever runs "
                "this desk."
            )
        )
    return sentence(
        N_(
            "You are signed in at your provider, but nobody here is known as {who}. Ask an admin "
            "of your company to add you with this address."
        ),
        who=claims.email or claims.subject,
    )
