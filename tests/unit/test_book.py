"""The parts of the Sphinx extension that need no build."""

import io
import json
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import nbformat
import pytest

from dlcore.book import baking, execution, links, outputs, serve, sources, styles
from dlcore.book.pages import Page
from dlcore.claims import claim
from dlcore.explore import reach

FIGURE = """<div><figure class="explorer" id="explorer-signal" data-explorer="signal" data-store="signal-1a2b">
<script type="application/json">{"parameters": [{"name": "depth"}, {"name": "a&b"}], "caption": "</figure> <b>"}</script>
<figcaption>A signal.</figcaption></figure></div>"""


def record(ids):
    return json.loads(json.dumps(claim(ids, "it holds", measured=1, at_most=1, by="closed form").record()))


def test_explorers_and_claims_are_read_out_of_html():
    shown = claim(["L2.16", "S1.03"], 'with "quotes" & <tags>', measured=1, expected=1, within=0, by="closed form").html()
    explorers, claims = outputs.read(f"<p>before</p>{FIGURE}{shown}{FIGURE.replace('signal', 'other')}")
    assert explorers == [
        outputs.Explorer("signal", "signal-1a2b", ("depth", "a&b")),
        outputs.Explorer("other", "other-1a2b", ("depth", "a&b")),
    ]
    assert [found["statement"] for found in claims] == ['with "quotes" & <tags>']


def test_an_explorer_without_data_has_no_parameters():
    explorers, _ = outputs.read('<figure data-explorer="bare" data-store="bare-0"></figure><p data-x="1">')
    assert explorers == [outputs.Explorer("bare", "bare-0", ())]


def test_anchors_differ_where_ids_do_not():
    page = Page(claims=tuple(record(ids) for ids in ("L2.16", "L2.17", ["L2.16", "S1.03"], "L2.16")))
    assert page.anchors() == ["claim-L2.16", "claim-L2.17", "claim-L2.16-2", "claim-L2.16-3"]


@pytest.mark.parametrize(
    ("address", "trouble"),
    [
        ("#explorer-signal", None),
        ("#explorer-signal?depth=50&a%26b=2", None),
        ("#explorer-signal?depth=", None),
        ("chapters/other#explorer-signal?depth=1", None),
        ("#explorer-noise?depth=50", "leads to no explorer: that page has signal"),
        ("#explorer-signal?depth=50&width=2", "sets width, but explorer signal has the parameters depth, a&b"),
    ],
)
def test_links_to_a_state_are_checked(address, trouble):
    explorers, _ = outputs.read(FIGURE)
    found = links.trouble(address, {explorer.name: explorer for explorer in explorers})
    assert found is None if trouble is None else trouble in found


def test_ids_are_ordered_by_source_chapter_and_number():
    names = ["S1.03", "L10.02", "L2.16", "LA.01", "D.01", "L2.2", "BX.01", "S4.01"]
    assert sorted(names, key=sources.order) == ["L2.2", "L2.16", "L10.02", "LA.01", "S1.03", "S4.01", "D.01", "BX.01"]


@pytest.mark.parametrize(("name", "key"), [("L2.16", "L"), ("LA.01", "L"), ("S1.03", "S1"), ("S4.28", "S4"), ("D.11", "D"), ("BC.08", "B")])
def test_every_id_has_a_source(name, key):
    assert sources.source_of(name) == key


def test_what_baking_says_is_passed_on_as_it_is_said(tmp_path):
    report, terminal = tmp_path / "report.log", io.StringIO()
    report.write_text("")
    tail = baking.Tail(report, terminal)
    tail.start()
    with open(report, "a", encoding="utf-8", newline="") as file:
        file.write("explorer signal: 480 states, ≈6 s\n\rsignal: 50%")
        file.flush()
        deadline = time.monotonic() + 10
        while "50%" not in terminal.getvalue() and time.monotonic() < deadline:
            time.sleep(0.01)
        passed_meanwhile = terminal.getvalue()
        file.write("\rsignal: 100%\n")
    tail.stop()
    assert passed_meanwhile.endswith("\rsignal: 50%")
    assert terminal.getvalue().endswith("\rsignal: 50%\rsignal: 100%\n")


def notebook(*cells: str) -> nbformat.NotebookNode:
    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("prose"), *map(nbformat.v4.new_code_cell, cells)])


def test_a_notebook_is_run_again_when_what_it_reaches_has_changed(tmp_path, monkeypatch):
    (tmp_path / "helpers.py").write_text("x = 1")
    first = notebook("import numpy as np", "%matplotlib inline\nimport helpers")
    before = execution.key_of(first, tmp_path)
    first.cells[0].source = "other prose"
    (tmp_path / "unused.py").write_text("")
    assert execution.key_of(first, tmp_path) == before
    assert execution.key_of(notebook("import numpy as np", "%matplotlib inline\nimport helpers  # !"), tmp_path) != before
    for package, counts in (("torch", True), ("sklearn", True), ("matplotlib", False), ("ruff", False)):
        with monkeypatch.context() as patch:
            patch.setattr(reach, "version", lambda name, package=package: "99" if name == package else version(name))
            assert (execution.key_of(first, tmp_path) != before) == counts
    (tmp_path / "helpers.py").write_text("x = 2")
    assert execution.key_of(first, tmp_path) != before


version = reach.version


@pytest.mark.parametrize(
    "cell", ["%%time\nimport helpers", "files = !ls\nimport helpers", "import helpers\nhelpers?", "if 1:\n    %time 1\nimport helpers"]
)  # fmt: skip
def test_imports_are_found_among_magic(tmp_path, cell):
    keys = []
    for text in ("x = 1", "x = 2"):
        (tmp_path / "helpers.py").write_text(text)
        keys.append([execution.key_of(notebook(found), tmp_path) for found in (cell, "%%bash\nimport helpers <<")])
    assert [one == other for one, other in zip(*keys)] == [False, True]


def test_the_longest_notebook_is_started_first(tmp_path):
    waiting = []
    for name, size in (("short", 100), ("small", 1), ("large", 2), ("long", 1)):
        (tmp_path / name).write_text("x" * size)
        waiting.append(execution.Notebook(tmp_path / name, notebook(), name))
    seconds = {str(tmp_path / "short"): 1.0, str(tmp_path / "long"): 60.0}
    order = [found.key for found in execution.longest_first(waiting, seconds)]
    assert order == ["large", "small", "long", "short"]  # nobody knows how long the first two will take


SHEET = """@charset "utf-8";/* .gone{} */.fade{content:"}{;"}.gone:hover,.fade .shown{a:b}.shown.gone{a:b}
p:not(.gone, :is(.x)),#id>a{a:b}@media (width>1px){.gone{a:b}.fade{a:b}}@media print{.gone{a:b}}
@font-face{font-family:Font Awesome\\ 6 Free;src:url(a.woff2)}@font-face{font-family:Own;src:url(b)}
.fa,.fas.fa-solid{font-weight:900}.shown .fa-solid{color:red}.fabric{a:b}@keyframes spin{0%{a:b}to{a:c}}"""


def test_the_style_sheet_keeps_what_the_pages_use():
    assert styles.cut(SHEET, {"fade", "shown", "fa", "fas", "fa-solid", "fabric"}) == (
        '@charset "utf-8";.fade{content:"}{;"}.fade .shown{a:b}p:not(.gone, :is(.x)),#id>a{a:b}@media (width>1px){.fade{a:b}}'
        "@font-face{font-family:Own;src:url(b)}.shown .fa-solid{color:red}.fabric{a:b}@keyframes spin{0%{a:b}to{a:c}}"
    )


def test_the_words_are_those_of_pages_and_of_their_scripts(tmp_path):
    for name, text in {
        "chapters/a.html": '<p class="one"></p><script src="../_static/own.js?v=1"></script><script src="../_static/mathjax/tex.js">',
        "_static/own.js": 'node.classList.add("two")',
        "_static/other.js": 'node.classList.add("three")',
        "_static/mathjax/tex.js": 'node.classList.add("four")',
        "_static/macros.html": '<p class="five"></p>',
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    assert {"one", "two", "three", "four", "five"} & styles.words_of(tmp_path) == {"one", "two"}


def test_the_server_answers_on_the_loopback_address_alone(tmp_path):
    (tmp_path / "index.html").write_text("the book")
    script = [sys.executable, Path(serve.__file__), "--directory", tmp_path]
    with subprocess.Popen([*script, "--port", "0"], stdout=subprocess.PIPE, text=True) as process:
        address = process.stdout.readline().split()[4]
        assert address.startswith("http://127.0.0.1:")
        assert urllib.request.urlopen(address).read() == b"the book"
        port = address.rsplit(":")[-1].strip("/")
        taken = subprocess.run([*script, "--check", "--port", port], capture_output=True, text=True)
        process.terminate()
    assert taken.returncode == 1
    assert f"Port {port} of 127.0.0.1 cannot be used" in taken.stderr
    assert "make serve PORT=" in taken.stderr
