"""The pages of a class server in a real browser: what the instructor looks at, and what a learner's phone shows."""
from __future__ import annotations

import pytest

from tests.browser.look import AXE
from tests.classroom.conftest import serve
from tools.browser import SCREENS

NAME = "Bjørn Łukasz-Österreicher von und zu Hohenstein"


@pytest.fixture(scope="module")
def room():
    """A class server that two learners joined; one of them shared what they passed."""
    with serve() as running:
        running.join(NAME)
        token = running.join("Ana")
        running.send("POST", "/practice/progress", {"exercises": {f"0{n}.1": "passed" for n in range(9)}},
                     Authorization=f"Bearer {token}")
        yield running


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 800, 390])
@pytest.mark.parametrize("path", ["/instructor", "/"])
def test_pages_fit_and_are_legible(room, browser, path, width, scheme):
    """On a screen, a small window and a phone, light and dark: nothing is cut off, and axe-core finds no grave fault."""
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme, bypass_csp=True)
    page = context.new_page()
    page.goto(f"{room.url}{path}" + (f"?key={room.key}" if path == "/instructor" else ""))
    if path == "/instructor":
        page.wait_for_function("document.getElementById('state').textContent === 'live'")
        assert page.locator("#learners tr").count() == 2
        assert page.locator(".address").inner_text() == room.url and page.locator(".code").inner_text() == "4821 7730"
    SCREENS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SCREENS / f"class-{path.strip('/') or 'start'}-{width}-{scheme}.png")
    wide = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    page.evaluate(AXE.read_text("utf-8"))
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor") != "rgb(255, 255, 255)"
    context.close()
    assert not wide and dark == (scheme == "dark")
    assert [fault["id"] for fault in found if fault["impact"] in ("serious", "critical")] == []
