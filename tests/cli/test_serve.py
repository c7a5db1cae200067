"""Opening the door: what stops it, and what it says."""

from __future__ import annotations

import socket

from lltic.cli import main


def test_a_port_in_use_is_named_and_nothing_is_started(small_study, capsys):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert main(["serve", "--study", str(small_study.path), "--port", str(port)]) == 1
    said = capsys.readouterr().err
    assert f"port {port}" in said and "--port" in said
    assert not (small_study.path / "logs").exists()


def test_a_system_without_the_sockets_is_told_where_it_runs(small_study, capsys, monkeypatch):
    monkeypatch.delattr(socket, "AF_UNIX")
    assert main(["serve", "--study", str(small_study.path), "--port", "0"]) == 1
    said = capsys.readouterr().err
    assert "Linux, macOS" in said and "WSL" in said and "Traceback" not in said
    assert not (small_study.path / "logs").exists(), "nothing was started"


def test_a_record_in_use_is_named(small_study, capsys):
    from lltic.reviews.admin import writing

    with writing(small_study), socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()
        assert main(["serve", "--study", str(small_study.path), "--port", str(port)]) == 1
    assert "in use by a running service" in capsys.readouterr().err


def test_a_sign_in_that_nobody_comes_back_from_is_named(small_study, capsys):
    run = ["serve", "--study", str(small_study.path), "--behind-proxy"]
    assert main([*run, "--sign-in-again", "/oauth2/start?prompt=login"]) == 2
    assert "{next}" in capsys.readouterr().err
    assert not (small_study.path / "logs").exists()
