import gzip
import json
import os
import time
from collections.abc import Callable, Iterable
from pathlib import Path

import brotli
import pytest
from werkzeug.test import Client
from werkzeug.wrappers import Response

from webapp.assets import AssetError, Assets, build, data_root, icons, refresh


@pytest.fixture
def static(tmp_path: Path) -> Path:
    """A small static folder with everything that a bundle may hold."""
    files = {
        "css/app.css": '@layer base, card;\n@import "base.css" layer(base);\n'
        '@import "parts/card.css" layer(card);\n/* the end */\n',
        "css/base.css": 'body { margin: 0; } /* "quoted" */\n',
        "css/parts/card.css": '.card { content: "/* kept */"; }\n'
        '.dot { background: url("../../img/dot.svg"); }',
        "js/app.js": 'import "./menu.js";\nimport "./tabs.js";\n// start\nconst name = "app";\n',
        "js/menu.js": 'import "./tabs.js";\nconst name = "menu";\n',
        "js/tabs.js": '/** Tabs,\n    explained. */\nconst name = "tabs";\n',
        "img/dot.svg": "<svg/>" + "<!-- -->" * 50,
        "vendor/htmx.min.js": "var htmx = 1;",
        "vendor/icons/icons.json": '{"check": "<path/>"}',
    }
    for path, text in files.items():
        write(tmp_path / "static" / path, text)
    return tmp_path / "static"


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "out"


def write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, "utf-8")


def served(target: Path, static: Path, path: str) -> str:
    return (target / "files" / build(static, target)[path]).read_text("utf-8")


def test_the_style_sheet_holds_its_imports_in_their_layers(static: Path, target: Path) -> None:
    sheet = served(target, static, "css/app.css")
    assert sheet.startswith("@layer base,card;@layer base{body{margin:0}}@layer card{.card{")
    assert "@import" not in sheet


def test_comments_stay_at_home_and_quoted_ones_stay(static: Path, target: Path) -> None:
    sheet = served(target, static, "css/app.css")
    assert "the end" not in sheet
    assert 'content:"/* kept */"' in sheet


def test_white_space_that_means_something_stays(static: Path, target: Path) -> None:
    rule = '.a :is(b, i) + .c > d { margin: calc(1px + 2px) 0; content: "a: b;}";; }'
    write(static / "css/app.css", rule)
    small = '.a :is(b,i) + .c > d{margin:calc(1px + 2px) 0;content:"a: b;}"}'
    assert served(target, static, "css/app.css") == small


def test_a_second_sheet_is_a_bundle_too(static: Path, target: Path) -> None:
    write(static / "css/pages.css", '@import "parts/lines.css" layer(card);')
    write(static / "css/parts/lines.css", ".line { margin: 0; }")
    assert served(target, static, "css/pages.css") == "@layer card{.line{margin:0}}"
    assert "css/parts/lines.css" not in build(static, target)


def test_a_picture_in_the_sheet_has_the_name_it_is_served_under(static: Path, target: Path) -> None:
    sheet = served(target, static, "css/app.css")
    picture = build(static, target)["img/dot.svg"]
    assert f'url("/static/{picture}")' in sheet


def test_the_script_holds_each_import_once_and_in_a_block(static: Path, target: Path) -> None:
    assert served(target, static, "js/app.js").splitlines() == [
        '"use strict";',
        *("{", 'const name = "tabs";', "}"),
        *("{", 'const name = "menu";', "}"),
        *("{", 'const name = "app";', "}"),
    ]


def test_a_text_over_several_lines_keeps_its_shape(static: Path, target: Path) -> None:
    write(static / "js/app.js", "const text = `\n  // not a comment\n`;")
    assert "\n  // not a comment\n" in served(target, static, "js/app.js")


@pytest.mark.parametrize(
    ("path", "text", "words"),
    [
        ("js/menu.js", 'import { a } from "./tabs.js";', "may only import whole files"),
        ("js/menu.js", "export const a = 1;", "may only import whole files"),
        ("js/menu.js", 'import "./gone.js";', r"names \./gone\.js"),
        ("css/base.css", "a { background: url(gone.png); }", r"names gone\.png"),
        ("css/base.css", '@import "../../outside.css";', r"names \.\./\.\./outside\.css"),
        ("css/app.css", '@import "base.css" layer(base) print;', "nothing else, not 'print'"),
    ],
)
def test_what_bundling_does_not_understand_stops_it(
    static: Path, path: str, text: str, words: str
) -> None:
    write(static / path, text)
    write(static.parent / "outside.css", "")
    with pytest.raises(AssetError, match=words):
        build(static, static / ".dist")


def test_bundled_sources_and_icons_are_not_served_by_themselves(static: Path, target: Path) -> None:
    assert set(build(static, target)) == {
        "css/app.css",
        "img/dot.svg",
        "js/app.js",
        "vendor/htmx.min.js",
    }


def test_a_changed_file_gets_another_name_and_the_old_one_stays_for_who_runs(
    static: Path, target: Path
) -> None:
    before = build(static, target)
    write(static / "css/base.css", "body { margin: 1px; }")
    after = build(static, target)
    assert before["css/app.css"] != after["css/app.css"]
    assert before["js/app.js"] == after["js/app.js"]
    assert _sheets(target) == {Path(before["css/app.css"]).name, Path(after["css/app.css"]).name}


def test_what_no_source_has_made_for_a_week_goes(static: Path, target: Path) -> None:
    before = build(static, target)
    last_week = time.time() - 8 * 24 * 3600
    os.utime(target / "files" / before["css/app.css"], (last_week, last_week))
    write(static / "css/base.css", "body { margin: 1px; }")
    after = build(static, target)
    assert _sheets(target) == {Path(after["css/app.css"]).name}


def _sheets(target: Path) -> set[str]:
    return {path.name for path in (target / "files/css").glob("*.css")}


def test_the_same_sources_give_the_same_bytes(static: Path, tmp_path: Path) -> None:
    trees = []
    for place in ("one", "two"):
        build(static, tmp_path / place)
        files = (path for path in sorted((tmp_path / place).rglob("*")) if path.is_file())
        trees.append([(path.relative_to(tmp_path / place), path.read_bytes()) for path in files])
    assert trees[0] == trees[1]


def test_packed_forms_lie_beside_when_they_are_smaller(static: Path, target: Path) -> None:
    manifest = build(static, target)
    picture = target / "files" / manifest["img/dot.svg"]
    plain = picture.read_bytes()
    assert brotli.decompress(picture.with_name(picture.name + ".br").read_bytes()) == plain
    assert gzip.decompress(picture.with_name(picture.name + ".gz").read_bytes()) == plain
    tiny = target / "files" / manifest["vendor/htmx.min.js"]
    assert not tiny.with_name(tiny.name + ".gz").exists()


def test_building_again_happens_only_after_a_change(static: Path, target: Path) -> None:
    assert refresh(static, target)
    assert not refresh(static, target)
    os.utime(static / "css/base.css", (1, 1))
    assert refresh(static, target)
    (static / "img/dot.svg").rename(static / "img/dots.svg")
    write(static / "css/parts/card.css", "")
    assert refresh(static, target)


def test_without_the_vendored_files_the_desk_says_what_to_do(static: Path) -> None:
    (static / "vendor/icons/icons.json").unlink()
    with pytest.raises(AssetError, match="run `make setup`"):
        Assets(static.parent)


def test_an_unknown_file_is_named_with_those_that_exist(static: Path) -> None:
    with pytest.raises(KeyError, match=r"no static file 'css/base\.css'.*css/app\.css"):
        Assets(static.parent).url("css/base.css")


def test_an_installed_desk_serves_what_it_carries(static: Path, tmp_path: Path) -> None:
    build(static, tmp_path / "static_dist")
    (static / "vendor/icons/icons.json").unlink()
    assert Assets(tmp_path).url("js/app.js").startswith("/static/js/app.")


def test_watching_shows_a_change_at_the_next_question(static: Path) -> None:
    assets = Assets(static.parent, watch=True)
    before = assets.url("css/app.css")
    write(static / "css/base.css", "body { margin: 12px; }")
    assert assets.url("css/app.css") != before


def test_the_icons_are_inner_markup_without_a_frame() -> None:
    markup = icons()
    assert markup["check"] == '<path d="M20 6 9 17l-5-5"/>'
    assert not [name for name, inner in markup.items() if "<svg" in inner or "xmlns" in inner]


def test_the_data_lies_beside_the_package_in_a_checkout() -> None:
    assert (data_root() / "pyproject.toml").is_file()


class TestServing:
    @pytest.fixture
    def assets(self, static: Path) -> Assets:
        return Assets(static.parent)

    @pytest.fixture
    def client(self, assets: Assets) -> Client:
        def application(_environ: object, start: Callable[..., object]) -> Iterable[bytes]:
            start("404 Not Found", [("Content-Type", "text/plain")])
            return [b"from the application"]

        return Client(assets.wrap(application), Response)

    def test_browsers_keep_it_for_ever(self, assets: Assets, client: Client) -> None:
        reply = client.get(assets.url("css/app.css"), buffered=True)
        assert reply.status_code == 200
        assert reply.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert reply.headers["X-Content-Type-Options"] == "nosniff"
        assert reply.mimetype == "text/css"
        assert "Access-Control-Allow-Origin" not in reply.headers

    @pytest.mark.parametrize(
        ("accepted", "chosen"),
        [("gzip, br", "br"), ("gzip", "gzip"), ("identity", None)],
    )
    def test_the_smallest_form_that_is_understood_is_sent(
        self, assets: Assets, client: Client, accepted: str, chosen: str | None
    ) -> None:
        reply = client.get(
            assets.url("img/dot.svg"), headers={"Accept-Encoding": accepted}, buffered=True
        )
        assert reply.headers.get("Content-Encoding") == chosen
        assert reply.headers["Vary"] == "Accept-Encoding"

    def test_scripts_have_their_type(self, assets: Assets, client: Client) -> None:
        reply = client.get(assets.url("js/app.js"), buffered=True)
        assert reply.mimetype == "text/javascript"

    @pytest.mark.parametrize("path", ["/static/manifest.json", "/static/../pyproject.toml", "/"])
    def test_everything_else_is_the_applications_business(self, client: Client, path: str) -> None:
        assert client.get(path).text == "from the application"


def test_the_manifest_is_plain_json(static: Path, target: Path) -> None:
    manifest = build(static, target)
    assert json.loads((target / "manifest.json").read_text("utf-8")) == manifest
