"""The file of `countersign demo --company`: somebody's own company for a demo, and all its faults.

What stands in it is described in docs/how-to/prepare-a-demo.md. The people play the parts of the
story, and take over the ids of those who play them in the invented company (`cast`).
"""

import json
import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, Field, ValidationError

from webapp.config import LANGUAGES
from webapp.demo import articles, logo
from webapp.demo.articles import Article
from webapp.demo.colours import carries_words, is_colour, nearest
from webapp.demo.logo import BadLogo, Logo
from webapp.kernel.errors import DomainError
from webapp.kernel.money import Money
from webapp.seeding import reading
from webapp.seeding.checks import Shape, one_of, wrong
from webapp.seeding.domain import Problem, Refused
from webapp.seeding.shapes import problem
from webapp.seeding.values import Amount, Country, Currency, Name, Text, TimeZone

EXAMPLES = Path(__file__).with_name("examples")
FILE, PRODUCTS, LOGO = "company.json", "products.csv", "logo"
# Who plays what, by the id in the invented company.
PARTS = {
    "requester": "rita",
    "approver": "ada",
    "away": "claus",
    "buyer": "bob",
    "colleague": "ines",
}


def _check_accent(value: str) -> str:
    if not is_colour(value):
        raise wrong(f"'{value[:20]}' is not a colour such as \"#0b7285\"")
    if not carries_words(value):
        found = nearest(value)
        raise wrong(f"white words on {value} cannot be read; the nearest that works is {found}")
    return value.lower()


def _check_person(value: str) -> str:
    if len(value.split()) < 2:
        raise wrong(f"'{value}' needs a first and a last name, such as \"Lea Baumann\"")
    return value


def _check_limit(value: str) -> str:
    if Decimal(value) <= 0:
        raise wrong("must be above zero, since the first story goes over it")
    return value


PersonName = Annotated[Name, AfterValidator(_check_person)]


class People(Shape):
    """Who plays the story: first and last name of each."""

    requester: PersonName
    approver: PersonName
    away: PersonName
    buyer: PersonName
    colleague: PersonName


class Company(Shape):
    """The file itself; `logo` and `products` name files beside it."""

    name: Name
    language: Annotated[Text, one_of(LANGUAGES)] = "en"
    time_zone: TimeZone = "Europe/Berlin"
    currency: Currency
    limit: Annotated[Amount, AfterValidator(_check_limit)]
    street: Text = ""
    zip_code: Text = ""
    city: Name
    country: Country
    accent: Annotated[str, AfterValidator(_check_accent)] | None = None
    logo: Name | None = None
    products: Name
    people: People = Field()


@dataclass(frozen=True, slots=True, kw_only=True)
class Prospect:
    """A company that can be shown: its file, what it buys, and its logo."""

    company: Company
    articles: tuple[Article, ...]
    logo: Logo | None

    @property
    def limit(self) -> Money:
        """What a buyer of the company orders alone."""
        return Money.of(self.company.limit, self.company.currency)

    @property
    def people(self) -> dict[str, str]:
        """First and last name of everybody, by id."""
        return {PARTS[part]: name for part, name in self.company.people.model_dump().items()}

    def shows_as(self, other: "Prospect | None") -> bool:
        """Whether both show the same, whatever their files are called."""
        return other is not None and self._content() == other._content()

    @property
    def slug(self) -> str:
        """The name as a part of addresses: `alpdent-ag`."""
        return slug(self.company.name)

    def _content(self) -> tuple[Any, ...]:
        written = self.company.model_dump(exclude={"logo", "products"})
        return written, self.articles, self.logo


def find(name: str) -> Path:
    """The file of an example by its name, or the file that is named."""
    example = EXAMPLES / name / FILE
    return example if re.fullmatch(r"[a-z-]+", name) and example.is_file() else Path(name)


def examples() -> list[str]:
    """The names of the ready examples."""
    return sorted(path.parent.name for path in EXAMPLES.glob(f"*/{FILE}"))


def read(path: Path) -> Prospect:
    """The company in a file and in those that it names.

    Raises `Refused` with every problem and its place, and `OSError` for a file that is not there.
    """
    return understand(reading.read_file(path), path.parent)


def understand(raw: Any, folder: Path) -> Prospect:
    """The company of a document whose files lie in this folder; raises `Refused`."""
    company = _shape(raw)
    problems: list[Problem] = []
    bought = _articles(folder / company.products, company, problems)
    shown = _logo(folder / company.logo, problems) if company.logo else None
    problems += _doubled(company.people)
    if problems:
        raise Refused(problems)
    return Prospect(company=company, articles=bought, logo=shown)


def keep(path: Path, folder: Path) -> Path:
    """Copy a file that was read, and those that it names, into a folder; where it is then."""
    folder.mkdir(exist_ok=True)
    company = _shape(reading.read_file(path)).model_dump(by_alias=True, exclude_none=True)
    (folder / PRODUCTS).write_bytes((path.parent / company["products"]).read_bytes())
    company["products"] = PRODUCTS
    if "logo" in company:
        (folder / LOGO).write_bytes((path.parent / company["logo"]).read_bytes())
        company["logo"] = LOGO
    kept = folder / FILE
    kept.write_text(json.dumps(company, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return kept


def slug(name: str) -> str:
    """A name as a part of addresses, in plain letters: `Müller & Söhne` is `muller-sohne`."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-") or "company"


def _shape(raw: Any) -> Company:
    try:
        return Company.model_validate(raw)
    except ValidationError as error:
        found = [problem(detail, ()) for detail in error.errors(include_url=False)]
        raise Refused(found) from None


def _articles(path: Path, company: Company, problems: list[Problem]) -> tuple[Article, ...]:
    try:
        text = articles.decode(path.read_bytes())
        return articles.read(text, company.currency, Decimal(company.limit))
    except OSError as error:
        problems.append(Problem("products", f"{path.name} cannot be read ({error.strerror})"))
    except DomainError as error:
        problems.append(Problem("products", error.sentence.plain()))
    except articles.BadArticles as error:
        problems += [Problem(f"products, line {line}", words) for line, words in error.problems]
    return ()


def _logo(path: Path, problems: list[Problem]) -> Logo | None:
    try:
        return logo.read(path.read_bytes())
    except OSError as error:
        problems.append(Problem("logo", f"{path.name} cannot be read ({error.strerror})"))
    except BadLogo as error:
        problems.append(Problem("logo", f"{path.name} {error}"))
    return None


def _doubled(people: People) -> list[Problem]:
    names = list(people.model_dump().items())
    return [
        Problem(f"people.{part}", f"'{name}' is somebody else already; name another person")
        for number, (part, name) in enumerate(names)
        if slug(name) in {slug(other) for _, other in names[:number]}
    ]
