"""What a test sees on a page: figures, what is too wide, and the faults that axe-core finds in the outputs."""
from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page

AXE = Path(__file__).parent / "node_modules" / "axe-core" / "axe.min.js"
OUTPUT = ".jp-OutputArea-output"
STREAM_LINK = '[data-mime-type^="application/vnd.jupyter.std"] a'  # JupyterLab makes and colours them, not the course


def figures(page: Page) -> list[dict[str, Any]]:
    """Every picture in the outputs: alt text, own width, width on the page and the width it was drawn for, in pixels.

    Where HTML has no alt text JupyterLab writes "Image"; that counts as none.
    """
    return page.evaluate(f"""() => [...document.querySelectorAll('{OUTPUT} img')].map(img => ({{
        alt: img.alt.trim().replace(/^Image$/, ''), natural: img.naturalWidth, shown: img.clientWidth,
        drawn_for: Number(img.getAttribute('width')) || img.naturalWidth}}))""")


def too_wide(page: Page) -> list[str]:
    """The page, the notebook and every output that would need a horizontal scroll bar."""
    return page.evaluate(f"""() => [document.documentElement, ...document.querySelectorAll('.jp-WindowedPanel-outer, {OUTPUT}')]
        .filter(part => part.scrollWidth > part.clientWidth + 1)
        .map(part => `${{part.tagName}} ${{part.className}}: ${{part.scrollWidth}} in ${{part.clientWidth}} pixels: `
                     + part.innerText.slice(0, 80))""")


def not_rendered(page: Page) -> list[str]:
    """Pieces of text cells that show their Markdown signs, or that became a formula because of two dollar signs."""
    return page.evaluate(r"""() => [...document.querySelectorAll('.jp-MarkdownOutput')].flatMap(text => {
        const copy = text.cloneNode(true);
        copy.querySelectorAll('code, pre').forEach(code => code.remove());
        return [...(copy.textContent.match(/.{0,40}(\]\(|\*\*).{0,40}/g) ?? []),
                ...[...text.querySelectorAll('mjx-container')].map(formula => 'formula: ' + formula.textContent.slice(0, 80))];
    })""")


def unfold(page: Page, *, to: bool = True) -> None:
    """Open the folded tables under the figures; `to=False` folds them."""
    page.evaluate(f"to => document.querySelectorAll('{OUTPUT} details').forEach(fold => {{ fold.open = to; }})", to)


def window(page: Page, cell: Locator, path: Path) -> None:
    """A picture for the README: the upper part of the window with `cell` at the top, nothing pointed at."""
    unfold(page, to=False)
    page.mouse.move(0, 0)
    cell.evaluate("cell => cell.closest('.jp-Cell').scrollIntoView({block: 'start'})")
    page.wait_for_timeout(200)
    page.screenshot(path=path, clip={"x": 0, "y": 0, "width": 1280, "height": 740})


def axe(page: Page) -> dict[str, list[str]]:
    """Serious and critical faults in the outputs, and the names of the rules that found something to agree with."""
    page.evaluate(AXE.read_text("utf-8"))
    # JupyterLab's body is 0 pixels high and hides what overflows; axe would take the whole page for invisible.
    page.evaluate("document.body.style.minHeight = '100vh'")
    return page.evaluate(f"""async () => {{
        const scope = {{include: ['{OUTPUT}'], exclude: ['{STREAM_LINK}']}};
        const found = await axe.run(scope, {{resultTypes: ['violations', 'passes']}});
        const grave = found.violations.filter(fault => ['serious', 'critical'].includes(fault.impact));
        return {{passes: found.passes.map(rule => rule.id),
                 faults: grave.flatMap(fault => fault.nodes.map(node => `${{fault.id}}: ${{node.html.slice(0, 200)}}`))}};
    }}""")


def controls(page: Page) -> list[Locator]:
    """Every control of every widget that a keyboard can reach."""
    return page.locator(f"{OUTPUT} .jupyter-widgets").locator("input, select, [role=slider], button").all()


def press(page: Page, control: Locator) -> None:
    """Move a control one step with the keyboard; one that stands at its end goes the other way."""
    kind = control.evaluate("control => control.type ?? 'slider'")
    keys = {"select-one": [" ", "ArrowDown", "Enter"], "checkbox": [" "], "submit": ["Enter"], "button": ["Enter"],
            "number": ["ArrowUp"]}.get(kind, ["ArrowRight"])
    control.focus()
    before = _state(control)
    for key in keys:
        page.keyboard.press(key)
    for _ in range(20):  # a busy page needs a moment; one that stands at its end never changes
        if kind in ("submit", "button") or _state(control) != before:
            return
        page.wait_for_timeout(100)
    for key in keys:
        page.keyboard.press({"ArrowDown": "ArrowUp", "ArrowUp": "ArrowDown", "ArrowRight": "ArrowLeft"}.get(key, key))


def picture_changes(page: Page, control: Locator, act: Callable[[], None]) -> bool:
    """Whether the picture beside `control` is another one within two minutes after `act()`; a redraw under way may end first."""
    page.locator("#jp-main-statusbar").get_by_text("| Idle").wait_for()
    img = control.locator(f"xpath=ancestor::*[contains(concat(' ', @class, ' '), ' {OUTPUT[1:]} ')]").locator("img").first
    before = img.get_attribute("src")
    act()
    for _ in range(1200):
        if img.get_attribute("src") != before:
            return True
        page.wait_for_timeout(100)
    return False


def _state(control: Locator) -> Any:
    return control.evaluate("control => [control.value, control.checked, control.getAttribute('aria-valuenow')]")
