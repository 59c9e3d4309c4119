"""Static files: bundled, named by their content, packed ahead of time, kept by browsers for ever.

``static/`` holds what people write. `build` turns it into what is served: three style sheets, one
script, every file under a name that changes with its content, Brotli and gzip beside it. There
is no front-end tool in this: the sources are plain CSS and JavaScript that browsers understand.

The build of the package imports this module before anything is installed, so that it needs the
standard library and ``brotli`` only.
"""

import gzip
import hashlib
import json
import os
import posixpath
import re
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING

import brotli

if TYPE_CHECKING:
    from wsgiref.headers import Headers
    from wsgiref.types import WSGIApplication

PREFIX = "/static/"
# How long a file stays that no source makes any more.
_KEPT_SECONDS = 7 * 24 * 3600
FOREVER = "public, max-age=31536000, immutable"

# The desk itself, what only the pages beside it need, the frame of /design, and the demo.
_STYLES = ("css/app.css", "css/pages.css", "css/design.css", "css/stage.css")
_SCRIPT = "js/app.js"
_NOT_SERVED = ("vendor/icons/", "vendor/faces/")

_CSS_TEXT = r"""("(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')"""
_CSS_COMMENT = re.compile(rf"{_CSS_TEXT}|/\*.*?\*/", re.DOTALL)
# White space that means nothing. Before a colon it does: `.a :hover` is not `.a:hover`.
_CSS_SPACE = re.compile(rf"{_CSS_TEXT}|[\s;]*(}})\s*|\s*([{{;,])\s*|(:)\s+|\s+")
_CSS_IMPORT = re.compile(
    r"""@import\s+(?:url\(\s*)?["']([^"']+)["']\s*\)?\s*(?:layer\(([\w.-]+)\))?\s*([^;]*);"""
)
_CSS_URL = re.compile(r"""url\(\s*(["']?)(?!data:|https?:|#|/)([^"')]+)\1\s*\)""")
_JS_IMPORT = re.compile(r"""^[ \t]*import\s+["']([^"']+)["'];?[ \t]*$""", re.MULTILINE)
_JS_MODULE = re.compile(r"^[ \t]*(import|export)\b.*$", re.MULTILINE)
_JS_COMMENT = re.compile(r"^[ \t]*(?://[^\n]*|/\*.*?\*/[ \t]*)$", re.MULTILINE | re.DOTALL)


class AssetError(RuntimeError):
    """Static files that cannot be served; the message says in one sentence what to do."""


def data_root() -> Path:
    """The folder with templates, static files and migrations, in a wheel as in a checkout."""
    here = Path(__file__).resolve().parent
    packed = here / "_data"
    return packed if packed.is_dir() else here.parent


@cache
def icons() -> dict[str, str]:
    """The inner SVG markup of each icon, by its name; strokes on a grid of 24 by 24.

    Raises:
        AssetError: the icons were never fetched.
    """
    static = data_root() / "static"
    _require_vendor(static)
    found: dict[str, str] = json.loads((static / "vendor/icons/icons.json").read_text("utf-8"))
    return found


class Assets:
    """The served files of this installation, and the address of each.

    A wheel carries them ready-made. A checkout makes them when a source has changed since,
    at the start, or with ``watch`` at every question, so that a reload shows the change.
    """

    def __init__(self, root: Path | None = None, *, watch: bool = False) -> None:
        root = root or data_root()
        packed = root / "static_dist"
        self._ready_made = packed.is_dir()
        self._source = root / "static"
        self._target = packed if self._ready_made else self._source / ".dist"
        self._watch = watch and not self._ready_made
        if not self._ready_made:
            refresh(self._source, self._target)
        self._urls = _load(self._target)

    def url(self, path: str) -> str:
        """The address of a file named as in ``static/``: ``css/app.css``, ``img/logo.svg``.

        Raises:
            KeyError: there is no such file, or it went into a bundle.
        """
        if self._watch and refresh(self._source, self._target):
            self._urls = _load(self._target)
        try:
            return PREFIX + self._urls[path]
        except KeyError:
            known = ", ".join(sorted(self._urls))
            raise KeyError(
                f"There is no static file {path!r}. These are served: {known}."
            ) from None

    def wrap(self, application: "WSGIApplication") -> "WSGIApplication":
        """The application with the files in front of it, so that serving one never enters it."""
        from whitenoise import WhiteNoise

        wrapped: WSGIApplication = WhiteNoise(
            application,
            root=str(self._target / "files"),
            prefix=PREFIX,
            autorefresh=self._watch,
            allow_all_origins=False,
            add_headers_function=_add_headers,
        )
        return wrapped


def refresh(source: Path, target: Path) -> bool:
    """Build when a source is newer, gone or changed in size; tells whether it had to."""
    _require_vendor(source)
    stamp = target / "sources.json"
    state = json.dumps(_state(source))
    if stamp.is_file() and stamp.read_text("utf-8") == state:
        return False
    build(source, target)
    _write(stamp, state.encode())
    return True


def build(source: Path, target: Path) -> dict[str, str]:
    """Write ``files/`` and ``manifest.json`` below ``target``; the same sources, the same bytes.

    Returns each source path with the name it is served under.

    Raises:
        AssetError: a style sheet or script says something that bundling does not understand.
    """
    absorbed: set[str] = set()
    script = _bundle_script(source, _SCRIPT, absorbed) if (source / _SCRIPT).is_file() else ""
    known = [path for path in _STYLES if (source / path).is_file()]
    styles = {path: _small(_bundle_style(source, path, absorbed)) for path in known}
    manifest = {
        path: _publish(target, path, (source / path).read_bytes())
        for path in _sources(source)
        if path not in absorbed and not path.startswith(_NOT_SERVED)
    }
    if script:
        text = '"use strict";\n' + script
        manifest[_SCRIPT] = _publish(target, _SCRIPT, text.encode())
    for path, style in styles.items():
        manifest[path] = _publish(target, path, _point(style, manifest).encode())
    _write(target / "manifest.json", json.dumps(manifest, indent=1, sort_keys=True).encode())
    _prune(target / "files", set(manifest.values()))
    return manifest


def _require_vendor(static: Path) -> None:
    if not (static / "vendor/icons/icons.json").is_file():
        raise AssetError(
            "htmx and the icons are not there yet: run `make setup`, which fetches them."
        )


def _load(target: Path) -> dict[str, str]:
    manifest: dict[str, str] = json.loads((target / "manifest.json").read_text("utf-8"))
    return manifest


def _add_headers(headers: "Headers", _path: str, _url: str) -> None:
    headers["Cache-Control"] = FOREVER
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"


def _sources(source: Path) -> list[str]:
    found = (path.relative_to(source) for path in source.rglob("*") if path.is_file())
    return sorted(path.as_posix() for path in found if not path.parts[0].startswith("."))


def _state(source: Path) -> dict[str, tuple[int, int]]:
    files = {path: source / path for path in _sources(source)}
    files[__name__] = Path(__file__)
    stats = {path: file.stat() for path, file in files.items()}
    return {path: (stat.st_size, stat.st_mtime_ns) for path, stat in stats.items()}


def _bundle_style(source: Path, path: str, absorbed: set[str]) -> str:
    """One sheet out of ``path`` and what it imports, each import inside its layer."""
    absorbed.add(path)

    def inline(match: re.Match[str]) -> str:
        name, layer, rest = match.groups()
        if rest:
            raise AssetError(f"{path}: an import may carry a layer and nothing else, not {rest!r}.")
        wanted = _beside(source, path, name)
        sheet = _bundle_style(source, wanted, absorbed)
        return f"@layer {layer} {{\n{sheet}\n}}" if layer else sheet

    text = (source / path).read_text("utf-8")
    text = _CSS_COMMENT.sub(lambda match: match.group(1) or "", text)
    text = _CSS_URL.sub(lambda match: f'url("static:{_beside(source, path, match[2])}")', text)
    return _CSS_IMPORT.sub(inline, text)


def _small(style: str) -> str:
    """The sheet without white space that means nothing, and without the last semicolons."""
    return _CSS_SPACE.sub(lambda match: next(filter(None, match.groups()), " "), style).strip()


def _point(style: str, manifest: dict[str, str]) -> str:
    """The sheet with its pictures and fonts under the names they are served under."""
    return re.sub(r"static:([^\"]+)", lambda match: PREFIX + manifest[match[1]], style)


def _bundle_script(source: Path, path: str, absorbed: set[str]) -> str:
    """One script out of ``path`` and what it imports, each file once and in a block of its own."""
    absorbed.add(path)
    text = (source / path).read_text("utf-8")
    before = [
        _bundle_script(source, wanted, absorbed)
        for name in _JS_IMPORT.findall(text)
        if (wanted := _beside(source, path, name)) not in absorbed
    ]
    text = _JS_IMPORT.sub("", text)
    if statement := _JS_MODULE.search(text):
        raise AssetError(
            f"{path}: a script may only import whole files for what they do, "
            f"not {statement[0].strip()!r}."
        )
    return "\n".join([*before, "{", _without_comments(text), "}"])


def _without_comments(script: str) -> str:
    """Lines of comment and indentation taken out, unless a text runs over several lines."""
    if any(line.count("`") % 2 for line in script.splitlines()):
        return script.strip()
    return _squeeze(_JS_COMMENT.sub("", script))


def _squeeze(text: str) -> str:
    return "\n".join(filter(None, map(str.strip, text.splitlines())))


def _beside(source: Path, path: str, name: str) -> str:
    """The path below ``static/`` of what ``path`` calls ``name``."""
    wanted = posixpath.normpath(posixpath.join(posixpath.dirname(path), name))
    if not (source / wanted).is_file() or wanted.startswith(".."):
        raise AssetError(f"{path} names {name}, and there is no such file.")
    return wanted


def _publish(target: Path, path: str, data: bytes) -> str:
    """Write one file and its packed forms; returns its name below ``files/``."""
    stem, dot, ending = path.rpartition(".")
    name = f"{stem}.{hashlib.sha256(data).hexdigest()[:12]}{dot}{ending}"
    file = target / "files" / name
    if file.is_file() and file.read_bytes() == data:
        return name
    for suffix, pack in _PACKERS.items():
        packed = pack(data)
        if len(packed) < len(data):
            _write(file.with_name(file.name + suffix), packed)
    _write(file, data)
    return name


_PACKERS: dict[str, Callable[[bytes], bytes]] = {
    ".br": lambda data: bytes(brotli.compress(data, quality=11)),
    ".gz": lambda data: gzip.compress(data, compresslevel=9, mtime=0),
}


def _write(file: Path, data: bytes) -> None:
    """Replace at once: several processes may start, and build, at the same moment."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=file.parent, prefix=".", delete=False) as scratch:
        scratch.write(data)
    os.chmod(scratch.name, 0o644)
    os.replace(scratch.name, file)


def _prune(files: Path, names: set[str]) -> None:
    """Remove what older sources left behind, but not under a desk that was started with it."""
    now = time.time()
    for file in files.rglob("*"):
        name = file.relative_to(files).as_posix()
        plain = name.removesuffix(".br").removesuffix(".gz")
        if plain in names or file.name.startswith(".") or not file.is_file():
            continue
        if now - file.stat().st_mtime > _KEPT_SECONDS:
            file.unlink(missing_ok=True)
