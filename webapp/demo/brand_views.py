"""The logo and the colour of somebody's own company, above and on every page of its demo.

Both come from this host under an address that names their content, so that the policy of pages
stays as it is and browsers keep them.
"""

from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256

from flask import Flask, Response, current_app, make_response, url_for

from webapp.assets import FOREVER, data_root
from webapp.demo import stage
from webapp.demo.colours import accents, style_sheet
from webapp.demo.idp import folder
from webapp.demo.logo import Logo
from webapp.demo.views import bp
from webapp.design.palette import roles
from webapp.kernel.errors import NotFound
from webapp.kernel.money import Money
from webapp.kernel.sentence import N_, sentence

_BRAND = "demo_brand"
_DIGITS = 16
_OVER = Decimal("1.48")
# A drawing may be styled and nothing else; it is not a page of this desk.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"


# A logo is drawn for light paper, so that it gets some where the page is dark.
_LOGO_STYLE = (
    ".brand-logo{max-width:8.5rem;height:1.75rem;object-fit:contain;padding:.125rem .25rem;"
    "border-radius:4px;background:light-dark(transparent,#fff)}\n"
    "@media (width < 45em){.brand-logo+span{display:none}}\n"
)


@dataclass(frozen=True, slots=True)
class Brand:
    """What a company shows of itself: name, style sheet with its colour, logo.

    `example` is an amount over its limit.
    """

    name: str
    example: Money
    sheet: bytes
    logo: Logo | None

    @property
    def sheet_href(self) -> str:
        """Where the style sheet is."""
        return _address("demo.show_brand_sheet", self.sheet)

    @property
    def logo_href(self) -> str:
        """Where the logo is; empty without one."""
        return _address("demo.show_logo", self.logo.data) if self.logo else ""


def init_app(app: Flask) -> None:
    """Give every template its `brand`: somebody's own company, or None for the invented one."""
    app.context_processor(lambda: {"brand": _brand()})


@bp.get("/brand/<digest>/brand.css")
def show_brand_sheet(digest: str) -> Response:
    """The accent of the company in the roles of the desk's palette."""
    brand = _brand()
    if brand is None or digest != _digest(brand.sheet):
        raise _nothing()
    return _kept(brand.sheet, "text/css; charset=utf-8")


@bp.get("/brand/<digest>/logo")
def show_logo(digest: str) -> Response:
    """The logo of the company, as a picture only."""
    brand = _brand()
    if brand is None or brand.logo is None or digest != _digest(brand.logo.data):
        raise _nothing()
    response = _kept(brand.logo.data, brand.logo.media_type)
    response.headers["Content-Security-Policy"] = _POLICY
    return response


def _brand() -> Brand | None:
    """Read once: another company is shown by another start."""
    if _BRAND not in current_app.extensions:
        current_app.extensions[_BRAND] = _read()
    found: Brand | None = current_app.extensions[_BRAND]
    return found


def _read() -> Brand | None:
    here = folder()
    own = stage.own_company(here) if here else None
    if own is None:
        return None
    sheet = _LOGO_STYLE
    if own.company.accent:
        tokens = (data_root() / "static/css/tokens.css").read_text("utf-8")
        sheet += style_sheet(accents(own.company.accent, roles(tokens)))
    example = Money.of(own.limit.amount * _OVER, own.limit.currency)
    return Brand(own.company.name, example, sheet.encode(), own.logo)


def _address(endpoint: str, content: bytes) -> str:
    return url_for(endpoint, digest=_digest(content))


def _digest(content: bytes) -> str:
    return sha256(content).hexdigest()[:_DIGITS]


def _kept(content: bytes, media_type: str) -> Response:
    response = make_response(content)
    response.headers["Content-Type"] = media_type
    response.headers["Cache-Control"] = FOREVER
    return response


def _nothing() -> NotFound:
    return NotFound(sentence(N_("This company shows no such thing.")), code="no_brand")
