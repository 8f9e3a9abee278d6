"""Long questions: each in a process of its own, with progress, a time limit and a way to stop it.

The process is the command line itself with arguments from the registry, so its answer is the
command's answer. Nothing that a request says is run: it picks among what the registry offers.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import subprocess
import sys
import tempfile
import threading
import time
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from tradetalks.errors import NoAnswer, unknown_name

RUNNING, KEPT = 2, 16
"""Jobs at the same time, and jobs that are remembered."""
LONGEST = 900.0
"""Seconds that a job may take."""
LARGEST_ANSWER = 20_000_000
"""Bytes."""

State = Literal["waiting", "running", "done", "failed", "cancelled"]


@dataclass
class Job:
    """One long question; `events` grow while it runs, `answer` is there when it is done."""

    id: str
    command: str
    arguments: tuple[str, ...]
    state: State = "waiting"
    events: list[dict[str, Any]] = field(default_factory=lambda: [])
    answer: dict[str, Any] | None = None
    process: subprocess.Popen[bytes] | None = None
    began: float = field(default_factory=time.monotonic)

    @property
    def over(self) -> bool:
        """Whether nothing more will happen."""
        return self.state in ("done", "failed", "cancelled")

    def say(self, **event: Any) -> None:
        """Add an event for those who watch."""
        self.events.append({"state": self.state, **event})


class Jobs:
    """The jobs of this server. `environment` is added to that of each process."""

    def __init__(self, environment: Mapping[str, str] | None = None) -> None:
        self._environment = dict(environment or {})
        self._jobs, self._lock = OrderedDict[str, Job](), threading.Lock()

    def start(self, command: str, arguments: Sequence[str]) -> Job:
        """Start a job, or return the one that already asks the same. Raises NoAnswer when full."""
        wanted = tuple(arguments)
        with self._lock:
            for job in self._jobs.values():
                if job.arguments == wanted and job.state in ("waiting", "running", "done"):
                    return job
            if sum(not job.over for job in self._jobs.values()) >= RUNNING:
                raise NoAnswer(
                    f"{RUNNING} long questions are being answered already.",
                    cure="Wait for one to end, or cancel it.",
                )
            job = Job(secrets.token_urlsafe(9), command, wanted)
            self._jobs[job.id] = job
            for old in [j.id for j in self._jobs.values() if j.over][: len(self._jobs) - KEPT]:
                del self._jobs[old]
        threading.Thread(target=self._work, args=(job,), daemon=True).start()
        return job

    def get(self, name: str) -> Job:
        """Return a job. Raises UnknownName."""
        with self._lock:
            if name in self._jobs:
                return self._jobs[name]
        raise unknown_name("job", name[:40], ())

    def cancel(self, job: Job) -> None:
        """Stop a job; what is over stays as it is."""
        with self._lock:
            if job.over:
                return
            job.state = "cancelled"
            job.say(message="Cancelled.")
        _end(job.process)

    def close(self) -> None:
        """Stop every job."""
        with self._lock:
            jobs = list(self._jobs.values())
        for job in jobs:
            self.cancel(job)

    def _work(self, job: Job) -> None:
        with tempfile.TemporaryDirectory(prefix="tradetalks-job-") as place:
            try:
                self._run(job, Path(place))
            except OSError as error:
                self._settle(job, "failed", message=f"The worker did not start: {error.strerror}.")

    def _run(self, job: Job, place: Path) -> None:
        out = place / "answer.json"
        environment = {**os.environ, **self._environment, "TRADETALKS_PROGRESS": "lines"}
        words = [sys.executable, "-m", "tradetalks", *job.arguments, "--format", "json"]
        with (
            out.open("wb") as answer,
            subprocess.Popen(
                words,
                stdin=subprocess.DEVNULL,
                stdout=answer,
                stderr=subprocess.PIPE,
                env=environment,
                start_new_session=True,
            ) as process,
        ):
            self._begun(job, process)
            clock = threading.Timer(LONGEST, _end, (process,))
            clock.start()
            said = self._listen(job, process)
            status = process.wait()
            clock.cancel()
        if status == 0 and out.stat().st_size <= LARGEST_ANSWER:
            job.answer = json.loads(out.read_bytes())
            self._settle(job, "done", message="Answered.")
            return
        why = said[-1] if said else "the worker was stopped before it could answer."
        self._settle(job, "failed", message=why.removeprefix("tradetalks: "))

    def _begun(self, job: Job, process: subprocess.Popen[bytes]) -> None:
        with self._lock:
            job.process = process
            if job.over:  # cancelled before it began
                _end(process)
            else:
                job.state = "running"
                job.say(message="Started.")

    def _listen(self, job: Job, process: subprocess.Popen[bytes]) -> list[str]:
        """Turn the lines of standard error into events; return those that are words."""
        words: list[str] = []
        assert process.stderr is not None
        for raw in process.stderr:
            line = raw.decode("utf-8", "replace").strip()
            step = _progress(line)
            if step is None:
                words = [*words, line][-20:] if line else words
            elif len(job.events) < 5000:
                job.say(**step)
        return words

    def _settle(self, job: Job, state: State, **event: Any) -> None:
        with self._lock:
            if not job.over:
                job.state = state
                job.say(**event)


def _progress(line: str) -> dict[str, Any] | None:
    if not line.startswith('{"what"'):
        return None
    with contextlib.suppress(ValueError):
        found = json.loads(line)
        return {key: found.get(key) for key in ("what", "done", "total")}
    return None


def _end(process: subprocess.Popen[bytes] | None) -> None:
    if process is not None and process.poll() is None:
        process.kill()
