"""The same record gives the same bytes: in two runs, two processes, on one core or two.

Nothing is asked of a network: in the processes of these tests a socket cannot be made.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[2]

RUN = """
import hashlib, json, socket, sys
from pathlib import Path

def refuse(event, _):
    if event.startswith("socket."):
        raise OSError("no network here")

sys.addaudithook(refuse)  # below every library: the interpreter itself asks
sys.path.insert(0, {tests!r})
from themed_texts import material
from lltic.themes.suggest import load_model, save_model, train

made, path = material(), Path(sys.argv[1])
save_model(train(made).model, path)
model = load_model(path)
said = repr([[(s.theme, s.probability, s.words) for s in one] for one in model.suggest(made.texts)])
try:
    socket.create_connection(("127.0.0.1", 9))
except OSError as error:
    network = str(error)
file = hashlib.sha256(path.read_bytes()).hexdigest()
print(json.dumps([file, hashlib.sha256(said.encode()).hexdigest(), said.count("fluids"), network]))
"""


def process(path: Path, seed: str, threads: str) -> list[object]:
    threaded = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
    environment = {**os.environ, "PYTHONHASHSEED": seed, **dict.fromkeys(threaded, threads)}
    run = [sys.executable, "-c", RUN.format(tests=str(TESTS)), str(path)]
    done = subprocess.run(run, env=environment, capture_output=True, text=True, check=True)
    found: list[object] = json.loads(done.stdout)
    return found


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> list[object]:
    return process(tmp_path_factory.mktemp("one") / "model.json", "1", "1")


def test_two_processes_give_the_same_model_and_the_same_suggestions(first, tmp_path):
    again = process(tmp_path / "model.json", "31337", "2")
    assert again == first
    assert first[2] > 50


def test_no_socket_can_be_made_in_them(first):
    assert first[3] == "no network here"


def test_this_process_gives_them_too(first, trained, tmp_path):
    import hashlib

    from lltic.themes.suggest import save_model

    save_model(trained.model, tmp_path / "model.json")
    assert hashlib.sha256((tmp_path / "model.json").read_bytes()).hexdigest() == first[0]
