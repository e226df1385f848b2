"""The instruments of this suite see what they are for."""
from __future__ import annotations

import pytest

from tests.browser.look import axe, figures, not_rendered, too_wide
from tests.browser.notebook import NotebookPage

FAULTS = {
    "image-alt": '<img src="data:image/png;base64,iVBORw0KGgo=">',
    "color-contrast": '<p style="background:#FFFFFF;color:#DDDDDD">pale</p>',
    "label": '<input type="number">',
    "select-name": "<select><option>a</option></select>",
}


@pytest.fixture(scope="module")
def notebook(lab, browser):
    """The smallest notebook, not run."""
    with NotebookPage.open(browser, lab, "exercises/00_start_here.ipynb") as page:
        yield page


def plant(notebook, html):
    notebook.page.evaluate("""html => {
        document.querySelector('#planted')?.remove();
        document.querySelector('.jp-Notebook .jp-Cell').insertAdjacentHTML('beforeend',
            `<div id="planted" class="jp-OutputArea-output" style="overflow:auto">${html}</div>`);
    }""", html)


@pytest.mark.parametrize("rule", FAULTS)
def test_axe_sees_a_planted_fault(notebook, rule):
    """A fault put into an output is found and named."""
    plant(notebook, FAULTS[rule])
    assert [fault.split(":")[0] for fault in axe(notebook.page)["faults"]] == [rule]


def test_a_wide_output_is_seen(notebook):
    """An output that is wider than its place, and a picture without alt text that is not loaded, do not go unseen."""
    plant(notebook, '<div style="width:3000px">wide</div>' + FAULTS["image-alt"])
    assert len(too_wide(notebook.page)) == 1
    assert [(figure["alt"], figure["natural"]) for figure in figures(notebook.page)] == [("", 0)]


@pytest.mark.parametrize("text", ["[Open](https://example.invalid)", "**You will**", "<mjx-container>0.80anhour</mjx-container>"])
def test_raw_markdown_is_seen(notebook, text):
    """Markdown signs that were not rendered, and a formula nobody meant, are found; the same signs in code are not."""
    plant(notebook, f'<div class="jp-MarkdownOutput"><p>words {text}</p><code>a[0](b) ** 2</code></div>')
    assert len(not_rendered(notebook.page)) == 1


def test_other_machines_are_refused_and_noted(notebook):
    """A page that asks for another machine gets nothing, and its address is written down."""
    notebook.page.evaluate("fetch('http://example.invalid/x').catch(() => null)")
    notebook.page.wait_for_timeout(200)
    assert notebook.refused == ["http://example.invalid/x"]
