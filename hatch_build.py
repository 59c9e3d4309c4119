"""The build: brings in what is not committed, and puts the data folders into the wheel.

1. htmx, out of the package django-htmx, the icons, out of the package lucide, and the faces of
   printed pages, out of the package fontpkg-inter. These are build requirements with a pinned
   version; what is taken is compared with a checked hash.
2. The message catalogues, compiled.
3. The static files, bundled and named by their content (webapp/assets.py).
4. In a wheel, the folders beside the package move to ``webapp/_data``; an editable install
   reads them where they are.
"""

import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import sha256
from importlib.metadata import Distribution, distribution
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.etree import ElementTree
from zipfile import ZipFile

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

HTMX = "htmx-2.0.10.min.js"
HTMX_SOURCE = "django_htmx/static/django_htmx/htmx-2.min.js"
HTMX_SHA256 = "71ea67185bfa8c98c39d31717c6fce5d852370fcdfd129db4543774d3145c0de"

ICONS_SOURCE = "lucide/lucide.zip"
ICONS_SHA256 = "522230c8b53f88517710e3e1693ffc03ffe68f2e839893909f1d9e0305a6eadf"
# The names are the ones at lucide.dev. An icon that is not listed here does not exist.
ICONS = """
    alarm-clock arrow-left arrow-left-right arrow-right building-2 calendar check
    chevron-down chevron-left chevron-right chevron-up circle-check circle-question-mark circle-x
    clipboard-paste clock credit-card ellipsis external-link file-text globe inbox info list lock
    log-out mail map-pin message-circle moon package pen-line pencil plus printer quote receipt
    rotate-ccw search send settings shopping-cart sun trash-2 triangle-alert truck undo-2 upload
    user users x
""".split()

FONT_SOURCE = "fontpkg_inter/files/Inter[opsz,wght].ttf"
FONT_SHA256 = "29160a80ff49ddcab2c97711247e08b1fab27a484a329ce8b813d820dc559031"
# What printed pages are set in: weight and optical size of each face, cut from the variable font.
FACES = {"regular": {"wght": 400, "opsz": 14}, "strong": {"wght": 600, "opsz": 14}}
# Where these change, the faces are cut anew; it takes a few seconds.
FACES_STAMP = f"{FONT_SHA256} {json.dumps(FACES)} 1\n"

LONG_AGO = datetime(1980, 1, 1, tzinfo=UTC)
SVG = "{http://www.w3.org/2000/svg}"


class CountersignHook(BuildHookInterface[Any]):
    """Called by hatchling before it gathers the files of a wheel or an editable install."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Make what is missing, then say what belongs into the wheel."""
        root = Path(self.root)
        vendor_htmx(root / "static/vendor")
        vendor_icons(root / "static/vendor/icons")
        vendor_faces(root / "static/vendor/faces")
        compile_catalogues(root / "webapp/translations")
        build_assets(root)
        if version == "standard":
            build_data["force_include"].update(data_files(root))


def vendor_htmx(folder: Path) -> None:
    """Write htmx as it left its makers."""
    write(folder / HTMX, checked(distribution("django-htmx"), HTMX_SOURCE, HTMX_SHA256))


def vendor_icons(folder: Path) -> None:
    """Write the inner markup of each icon into one file, and the licence it comes under."""
    lucide = distribution("lucide")
    with ZipFile(BytesIO(checked(lucide, ICONS_SOURCE, ICONS_SHA256))) as archive:
        icons = {name: inner_markup(archive.read(f"{name}.svg")) for name in ICONS}
    write(folder / "icons.json", json.dumps(icons, indent=1).encode())
    licence = lucide.read_text("licenses/LICENSE")
    if licence:
        write(folder / "LICENSE", licence.encode())


def vendor_faces(folder: Path) -> None:
    """Write each face as a font of its own, and the licence it comes under."""
    stamp = folder / "faces.txt"
    if stamp.is_file() and stamp.read_text("utf-8") == FACES_STAMP:
        return
    inter = distribution("fontpkg-inter")
    font = checked(inter, FONT_SOURCE, FONT_SHA256)
    for name, place in FACES.items():
        write(folder / f"{name}.ttf", cut(font, place))
    write(folder / "LICENSE", (inter.read_text("licenses/LICENSE") or "").encode())
    write(stamp, FACES_STAMP.encode())


def cut(source: bytes, place: dict[str, int]) -> bytes:
    """One static face without what only a shaping engine reads, all figures equally wide."""
    from fontTools import subset
    from fontTools.ttLib import TTFont
    from fontTools.varLib import instancer

    font = TTFont(BytesIO(source), recalcTimestamp=False)
    figures = tabular_figures(font)
    for table in font["cmap"].tables:
        table.cmap.update({code: figures.get(g, g) for code, g in table.cmap.items() if code < 128})
    options = subset.Options(layout_features=[], hinting=False, notdef_outline=True)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=font.getBestCmap())
    subsetter.subset(font)
    instancer.instantiateVariableFont(font, place, inplace=True)
    data = BytesIO()
    font.save(data)
    return data.getvalue()


def tabular_figures(font: Any) -> dict[str, str]:
    """The figures of equal width that the font has beside the usual ones, by the usual glyph."""
    layout = font["GSUB"].table
    features = [r.Feature for r in layout.FeatureList.FeatureRecord if r.FeatureTag == "tnum"]
    tables = [t for i in features[0].LookupListIndex for t in layout.LookupList.Lookup[i].SubTable]
    mapping = {old: new for table in tables for old, new in getattr(table, "mapping", {}).items()}
    usual = font.getBestCmap()
    return {usual[ord(figure)]: mapping[usual[ord(figure)]] for figure in "0123456789"}


def checked(package: Distribution, path: str, expected: str) -> bytes:
    """The bytes of a file of an installed package; the build ends when they are not the ones."""
    data = Path(str(package.locate_file(path))).read_bytes()
    found = sha256(data).hexdigest()
    if found != expected:
        raise SystemExit(f"{path}: its sha256 is {found}, expected is {expected}. Nothing built.")
    return data


def inner_markup(svg: bytes) -> str:
    """What stands inside the svg element, without namespaces and white space."""
    icon = ElementTree.fromstring(svg)  # noqa: S314 - its hash was checked
    for element in icon.iter():
        element.tag = element.tag.removeprefix(SVG)
        element.tail = element.text = None
    return "".join(ElementTree.tostring(child, "unicode").replace(" />", "/>") for child in icon)


def compile_catalogues(translations: Path) -> None:
    """Compile each messages.po to the messages.mo beside it."""
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    for source in sorted(translations.glob("*/LC_MESSAGES/messages.po")):
        catalogue = read_po(BytesIO(source.read_bytes()), locale=source.parts[-3])
        # Without a date of its own it would carry this moment, and no two builds were the same.
        catalogue.creation_date = catalogue.revision_date = LONG_AGO
        compiled = BytesIO()
        write_mo(compiled, catalogue)
        write(source.with_suffix(".mo"), compiled.getvalue())


def build_assets(root: Path) -> None:
    """Make the served files out of static/."""
    sys.path.insert(0, str(root))
    try:
        from webapp import assets

        assets.refresh(root / "static", root / "static/.dist")
    finally:
        sys.path.remove(str(root))


def data_files(root: Path) -> Iterator[tuple[str, str]]:
    """Every file beside the package that the program reads, with its place in the wheel."""
    served = root / "static/.dist"
    yield str(served / "manifest.json"), "webapp/_data/static_dist/manifest.json"
    # Older forms of a file may still lie beside it, for a desk that runs here.
    current = set(json.loads((served / "manifest.json").read_text("utf-8")).values())
    for folder, place in (
        (served / "files", "static_dist/files"),
        (root / "static", "static"),
        (root / "templates", "templates"),
        (root / "migrations", "migrations"),
    ):
        for file in sorted(path for path in folder.rglob("*") if path.is_file()):
            name = file.relative_to(folder)
            if name.parts[0] == ".dist" or "__pycache__" in name.parts:
                continue
            plain = name.as_posix().removesuffix(".br").removesuffix(".gz")
            if folder != served / "files" or plain in current:
                yield str(file), f"webapp/_data/{place}/{name.as_posix()}"


def write(file: Path, data: bytes) -> None:
    """Write what changed only, so that times tell something."""
    if not file.is_file() or file.read_bytes() != data:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
