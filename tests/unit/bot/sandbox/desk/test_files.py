"""The page's files keep to its strict policy: no inline code, no foreign code, no dead imports."""

import re

from tests.unit.bot.sandbox.desk.deskserver import DESK

STATIC = DESK / "static"
SCRIPTS = sorted(STATIC.glob("*.js"))
SHEETS = sorted(STATIC.glob("*.css"))
NAMED_ONLY = {"http://www.w3.org/2000/svg", "https://example.com"}


def test_the_page_has_no_inline_code_and_loads_only_its_own() -> None:
    page = (DESK / "index.html").read_text()

    assert re.findall(r"<script(?![^>]*src=)|<style|\sstyle=|\son\w+=", page) == []
    loaded = re.findall(r'(?:src|href)="([^"#]+)"', page)
    assert loaded
    assert [each for each in loaded if not (STATIC / each.removeprefix("/static/")).is_file()] == []


def test_no_script_parses_markup_or_code_or_loads_from_elsewhere() -> None:
    parsers = r"\.innerHTML|\.outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function"
    for script in SCRIPTS:
        text = script.read_text()
        assert re.findall(parsers, text) == [], script.name
        addresses = set(re.findall(r"https?://[\w.-]+(?:/[\w./-]*)?", text))
        assert {each.rstrip(".") for each in addresses} <= NAMED_ONLY, script.name


def test_every_import_names_a_file_and_every_file_is_imported() -> None:
    imported = {"main.js", "early-theme.js"}
    for script in SCRIPTS:
        names = re.findall(r'from "\./([\w.-]+)"', script.read_text())
        assert [name for name in names if not (STATIC / name).is_file()] == []
        imported.update(names)

    assert {script.name for script in SCRIPTS} == imported


def test_no_style_sheet_loads_anything() -> None:
    for sheet in SHEETS:
        assert re.findall(r"@import|url\(", sheet.read_text()) == [], sheet.name
