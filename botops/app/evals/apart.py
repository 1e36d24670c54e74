"""The claim checker in a process of its own: replies are judged while others are waited for, on the second processor.

Judging is pure computation of one to three milliseconds a reply. On the event loop it holds up every other dialogue; a
thread would not help, as only one thread computes at a time. The process is a fork, made while this one has no other
threads: books and modules are there, and nothing needs to be started anew. Where that cannot be (another system, a
single processor, threads about) replies are judged here, and so are they after the process was lost: the verdict is
the same.
"""

from __future__ import annotations

import asyncio
import gc
import multiprocessing
import os
import pickle
import signal
import socket
import struct
import sys
import threading
import time
from itertools import count
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from botops.domain.findings import Verdict
    from botops.domain.messages import Message
    from botops.domain.ports import Guard

_HEAD = struct.Struct(">Q")


class JudgingError(Exception):
    """The checker failed in its process; the text is what it failed with."""


class _LostError(Exception):
    """The process is gone."""


class EvalGuard:
    """The guard of a suite. `judge` judges here; `judge_apart` in a process of its own once there is one.

    `warm` does beforehand what the first judgement would have to wait for; the process begins with it.
    """

    def __init__(self, guard: Guard, warm: Callable[[], None] = lambda: None) -> None:
        self._guard, self.warm = guard, warm
        self._process: JudgingProcess | None = None
        self._number = 0

    def judge(
        self, messages: Sequence[Message], *, at: datetime, region: str | None = None, segment: str | None = None
    ) -> Verdict:
        """As the guard it stands for."""
        return self._guard.judge(messages, at=at, region=region, segment=segment)

    async def judge_apart(
        self, messages: Sequence[Message], *, at: datetime, region: str | None, segment: str | None
    ) -> tuple[Verdict, float]:
        """The verdict and the seconds it took. Raises JudgingError when the checker failed in its process."""
        if self._process is not None:
            try:
                return await self._process.verdict((self._number, tuple(messages), at, region, segment))
            except _LostError:
                self._process = None
        started = time.perf_counter()
        verdict = self._guard.judge(messages, at=at, region=region, segment=segment)
        return verdict, time.perf_counter() - started

    def use(self, process: JudgingProcess, number: int) -> None:
        """Lets the process judge, which knows the guard under this number."""
        self._process, self._number = process, number


class JudgingProcess:
    """A process with the guards of a run, and the way to it: pickled questions over a pair of sockets.

    It ends when this one closes its end, however this one ends.
    """

    def __init__(self, guards: Sequence[EvalGuard]) -> None:
        self._socket, there = socket.socketpair()
        self._process = multiprocessing.get_context("fork").Process(
            target=_serve, args=(there, self._socket, tuple(guards)), daemon=True, name="botops-judging"
        )
        gc.freeze()  # what is loaded by now the fork neither looks through for garbage nor copies for that
        try:
            self._process.start()
        finally:
            gc.unfreeze()
        there.close()
        self._ids = count()
        self._waiting: dict[int, asyncio.Future[tuple[Verdict, float]]] = {}
        self._writer: asyncio.StreamWriter | None = None
        self._reading: asyncio.Task[None] | None = None
        for number, guard in enumerate(guards):
            guard.use(self, number)

    @staticmethod
    def possible() -> bool:
        """True where a fork is safe and worth it."""
        return sys.platform == "linux" and threading.active_count() == 1 and len(os.sched_getaffinity(0)) > 1

    @property
    def pid(self) -> int | None:
        """The process's id."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """True until it has ended."""
        return self._process.is_alive()

    async def open(self) -> None:
        """Begins to listen, in the loop that will ask."""
        reader, self._writer = await asyncio.open_connection(sock=self._socket)
        self._reading = asyncio.create_task(self._read(reader))

    async def verdict(self, question: tuple[Any, ...]) -> tuple[Verdict, float]:
        """The answer to a question. Raises JudgingError, and _LostError when nobody answers any more."""
        if self._writer is None or self._reading is None or self._reading.done():
            raise _LostError
        number = next(self._ids)
        answer: asyncio.Future[tuple[Verdict, float]] = asyncio.get_running_loop().create_future()
        self._waiting[number] = answer
        self._writer.write(_packed((number, question)))
        return await answer

    async def close(self) -> None:
        """Ends the process."""
        if self._writer is None:
            self._socket.close()
        else:
            self._writer.close()
        if self._reading is not None:
            self._reading.cancel()
            await asyncio.wait([self._reading])
        self._process.join()

    async def _read(self, reader: asyncio.StreamReader) -> None:
        try:
            while True:
                (size,) = _HEAD.unpack(await reader.readexactly(_HEAD.size))
                number, found = pickle.loads(await reader.readexactly(size))  # noqa: S301 - our own fork wrote it
                answer = self._waiting.pop(number)
                if answer.done():  # nobody waits for it any more
                    continue
                if isinstance(found, str):
                    answer.set_exception(JudgingError(found))
                else:
                    answer.set_result(found)
        except (asyncio.IncompleteReadError, OSError):
            for answer in self._waiting.values():
                if not answer.done():
                    answer.set_exception(_LostError())
            self._waiting.clear()


def _packed(value: object) -> bytes:
    data = pickle.dumps(value, pickle.HIGHEST_PROTOCOL)
    return _HEAD.pack(len(data)) + data


def _serve(here: socket.socket, other_end: socket.socket, guards: Sequence[EvalGuard]) -> None:
    """Answers until nobody asks any more. Ctrl-C is for the process that asks."""
    other_end.close()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for guard in guards:
        guard.warm()
    try:
        with here.makefile("rb") as questions:
            while head := questions.read(_HEAD.size):
                (size,) = _HEAD.unpack(head)
                number, question = pickle.loads(questions.read(size))  # noqa: S301 - the process we were forked from wrote it
                here.sendall(_packed((number, _answer(guards, *question))))
    except OSError:  # who asked is gone
        return


def _answer(
    guards: Sequence[EvalGuard], which: int, messages: tuple[Message, ...], at: datetime, region: str | None,
    segment: str | None,
) -> tuple[Verdict, float] | str:  # fmt: skip
    started = time.perf_counter()
    try:
        verdict = guards[which].judge(messages, at=at, region=region, segment=segment)
    except Exception as error:  # noqa: BLE001 - whatever breaks in the checker is told to who asked, which fails closed
        return f"{type(error).__name__}: {error}"
    return verdict, time.perf_counter() - started
