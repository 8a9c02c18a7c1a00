"""The files of the front end: put together for each home, and written where a page finds them."""

from dlcore.explore import assets


def sources(*names):
    return [(assets.FRONT / name).read_text(encoding="utf-8") for name in names]


def test_both_homes_share_all_but_their_own_end():
    kernel, page = sources("kernel.js", "page.js")
    module, script = assets.module(), assets.script()
    assert module.endswith(f"\n{kernel}") and script.endswith(f"\n{page}\n}})();\n") and script.startswith("(() => {\n")
    shared = module.removesuffix(f"\n{kernel}")
    assert script == f"(() => {{\n{shared}\n{page}\n}})();\n"
    others = {path.name for path in assets.FRONT.glob("*.js")} - {"kernel.js", "page.js", "quiz.js"}
    for (source,) in map(sources, others):
        assert shared.count(source) == 1
    assert len(shared) == sum(len(source) for (source,) in map(sources, others)) + len(others) - 1


def test_a_question_answers_by_the_same_function_in_both_homes():
    (source,) = sources("quiz.js")
    assert assets.quiz() == source.rstrip() and not assets.quiz().endswith("\n")
    assert assets.quizzes() == f'document.querySelectorAll("form.quiz").forEach(\n{assets.quiz()}\n);\n'


def test_what_pages_share_is_written_once_and_kept_fresh(tmp_path):
    folder = tmp_path / "a" / "b"
    for _ in range(2):
        assets.write(folder)
        assert (folder / "explorer.js").read_text(encoding="utf-8") == assets.script()
        assert (folder / "explorer.css").read_bytes() == assets.style().read_bytes()
        assert (folder / "plotly.min.js").read_bytes() == assets.plotly().read_bytes()
        assert b"plotly.js" in assets.plotly().read_bytes()[:200]
        (folder / "explorer.js").write_text("old")
        (folder / "explorer.css").write_text("old")
        (folder / "plotly.min.js").write_text("cut off")
    assets.write(folder)
    before = (folder / "plotly.min.js").stat().st_mtime_ns
    assets.write(folder)
    assert (folder / "plotly.min.js").stat().st_mtime_ns == before  # five megabytes that are there already
