"""The form of the account page."""

from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm
from wtforms import BooleanField, RadioField, SelectField
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]

from webapp.config import LANGUAGES
from webapp.i18n import time_zones
from webapp.kernel.sentence import N_

_THEMES = {"system": N_("As the system"), "light": N_("Light"), "dark": N_("Dark")}


class PreferencesForm(FlaskForm):
    """Language, time zone, theme and shortcuts."""

    language = SelectField(lazy_gettext("Language"))
    time_zone = SelectField(lazy_gettext("Time zone"))
    theme = RadioField(lazy_gettext("Theme"))
    has_shortcuts = BooleanField(lazy_gettext("Single letters press buttons (A approves)"))

    def __init__(self, **values: object) -> None:
        super().__init__(**values)
        self.language.choices = [SelectChoice(code, name) for code, name in LANGUAGES.items()]
        self.time_zone.choices = [
            SelectChoice(zone, zone.replace("_", " ")) for zone in time_zones()
        ]
        self.theme.choices = [SelectChoice(key, gettext(text)) for key, text in _THEMES.items()]
