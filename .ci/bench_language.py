"""Time the language model on one thread, and beside llama.cpp on the same file where that can be had.

    python3 -m venv /somewhere && /somewhere/bin/pip install xllamacpp
    PYTHONPATH=. python3 .ci/bench_language.py [/somewhere/bin/python]

Prints processor seconds, medians over rounds in which the two take turns, so that other work on the machine
slows both alike. Exits with 1 where loading takes more than 3 s, reading 256 tokens more than 2 s or one more
token more than 0.15 s. The ratios to llama.cpp have no bar: it reads the 4-bit weights as they are, with
kernels of its own; ours makes ordinary numbers of them first and multiplies with NumPy.
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")

import statistics
import subprocess
import sys
import time
from collections.abc import Callable

from course_lib.language.model import SmolLM, load_language_model, weights_path

ROUNDS = 5
PROMPT = list(range(1000, 1255))  # and the start token: 256
AFTER = 32  # tokens there are already when single ones are timed
STEPS = 32
BARS = {"load": 3.0, "read 256 tokens": 2.0, "one more token": 0.15}

# Runs in the other Python: a line in, "read" or "write", processor seconds out.
PEER = """
import contextlib, os, sys, time
import xllamacpp
answers = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)
params = xllamacpp.CommonParams()
params.model.path = sys.argv[1]
params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 1
params.n_parallel, params.n_ctx, params.n_batch, params.n_ubatch = 1, 1024, 512, 512
begin = time.process_time()
server = xllamacpp.Server(params)
print(time.process_time() - begin, file=answers, flush=True)
prompt = list(range(1000, 1255))
def seconds(tokens, n_predict):
    begin = time.process_time()
    found = server.handle_completions({
        "prompt": [0, *tokens], "n_predict": n_predict, "cache_prompt": False, "ignore_eos": True,
        "temperature": 0.0, "samplers": [],
    })
    counts = found["usage"]["prompt_tokens"], found["usage"]["completion_tokens"]
    assert counts == (len(tokens) + 1, n_predict), found
    return time.process_time() - begin
for line in sys.stdin:
    if line.strip() == "read":
        print(seconds(prompt, 1), file=answers, flush=True)
    else:
        few, many = seconds(prompt[:32], 1), seconds(prompt[:32], 33)
        print((many - few) / 32, file=answers, flush=True)
"""


class Peer:
    """llama.cpp in a process of its own, which does one thing at a time."""

    def __init__(self, python: str) -> None:
        self._process = subprocess.Popen(
            [python, "-c", PEER, str(weights_path())],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self.load = self._answer()

    def seconds(self, what: str) -> float:
        assert self._process.stdin is not None
        self._process.stdin.write(what + "\n")
        self._process.stdin.flush()
        return self._answer()

    def close(self) -> None:
        self._process.communicate()

    def _answer(self) -> float:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            sys.exit("llama.cpp did not answer; is xllamacpp installed for that Python?")
        return float(line)


def processor_seconds(work: Callable[[], object]) -> float:
    begin = time.process_time()
    work()
    return time.process_time() - begin


def one_token(model: SmolLM) -> float:
    reading = model.reading(PROMPT[:AFTER])

    def read_on() -> None:
        for token in PROMPT[:STEPS]:
            reading.read(token)

    return processor_seconds(read_on) / STEPS


def main(arguments: list[str]) -> int:
    begin = time.process_time()
    model = load_language_model()
    ours = {"load": [time.process_time() - begin]}
    if not isinstance(model, SmolLM):
        sys.exit(model.about)
    peer = Peer(arguments[0]) if arguments else None
    theirs = {"load": [peer.load]} if peer else {}
    work = {
        "read 256 tokens": ("read", lambda: processor_seconds(lambda: model.next_log_probs(PROMPT))),
        "one more token": ("write", lambda: one_token(model)),
    }
    for name, (asked, measure) in work.items():
        measure()  # the first time touches memory
        if peer:
            peer.seconds(asked)
        ours[name], theirs[name] = [], []
        for _ in range(ROUNDS):
            ours[name].append(measure())
            if peer:
                theirs[name].append(peer.seconds(asked))
    if peer:
        peer.close()
    too_slow = 0
    for name, bar in BARS.items():
        seconds = statistics.median(ours[name])
        too_slow += seconds > bar
        line = f"{name:18} {seconds:7.3f} s (bar {bar:g} s)"
        if theirs.get(name):
            other = statistics.median(theirs[name])
            line += f"   llama.cpp {other:7.3f} s   ratio ours / theirs {seconds / other:5.2f}"
        print(line + ("   TOO SLOW" if seconds > bar else ""))
    return 1 if too_slow else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
