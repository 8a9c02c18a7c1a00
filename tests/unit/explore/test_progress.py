"""Long work tells how far it is, and leaves nothing behind."""

from dlcore.explore import progress


def test_a_build_reads_it_in_its_log(tmp_path, monkeypatch):
    monkeypatch.setenv("DLCORE_LOG", str(tmp_path / "log"))
    assert list(progress(iter(range(3)), "training")) == [0, 1, 2]
    told = (tmp_path / "log").read_bytes().decode()  # as it is: a text would lose the returns of the carriage
    assert "training" in told and told.endswith("\r") and told.split("\r")[-2].isspace()  # wiped


def test_elsewhere_the_bar_is_gone_when_the_work_is_done(monkeypatch, capsys):
    monkeypatch.delenv("DLCORE_LOG", raising=False)
    assert list(progress([1, 2], "training")) == [1, 2]
    told = capsys.readouterr()
    assert told.out == ""
    assert "training" in told.err and told.err.endswith("\r") and told.err.split("\r")[-2].isspace()
