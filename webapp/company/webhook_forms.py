"""The form of a webhook: shape only; whether it may be so is the rules' business."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, IntegerField, SelectMultipleField, StringField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange
from wtforms.widgets import HiddenInput

from webapp.carts.parsing import visible
from webapp.company.forms import CompanyForm, _storable
from webapp.identity.forms import OnceForm
from webapp.webhooks.domain import COMPANY_EVENTS
from webapp.webhooks.queries import EndpointView
from webapp.webhooks.service import Draft

_LONGEST = 1000


class WebhookForm(CompanyForm, OnceForm):
    """Where it goes, what it is told, and whether it is on; on the version that was seen."""

    url = StringField(
        _l("Address"),
        validators=[
            DataRequired(_l("Write the address of the receiver.")),
            Length(max=_LONGEST, message=_l("This is too long for an address.")),
            _storable,
        ],
    )
    description = StringField(
        _l("What it is for"),
        validators=[Length(max=_LONGEST, message=_l("This is too long.")), _storable],
    )
    event_types = SelectMultipleField(_l("What it is told"), validate_choice=False)
    is_active = BooleanField(_l("It is switched on"))
    version = IntegerField(
        widget=HiddenInput(), validators=[InputRequired(), NumberRange(min=0, max=2_000_000_000)]
    )

    def draft(self, *, is_active: bool | None = None) -> Draft:
        """What was written."""
        return Draft(
            url=self.url.data or "",
            description=self.description.data or "",
            event_types=self.event_types.data or (),
            is_active=bool(self.is_active.data) if is_active is None else is_active,
        )

    @property
    def events(self) -> list[tuple[str, str, bool]]:
        """Every event: its name, what it means, and whether it is chosen."""
        chosen = set(self.event_types.data or ())
        return [(str(one), _(one.label), one in chosen) for one in COMPANY_EVENTS]


def fresh(endpoint: EndpointView | None = None) -> WebhookForm:
    """The form as the webhook stands; a new one is told everything."""
    data = {
        "url": visible(endpoint.url) if endpoint else "",
        "description": endpoint.description if endpoint else "",
        "event_types": list(endpoint.event_types if endpoint else map(str, COMPANY_EVENTS)),
        "is_active": endpoint.is_active if endpoint else True,
        "version": endpoint.version if endpoint else 0,
    }
    return WebhookForm(formdata=None, data=data)
