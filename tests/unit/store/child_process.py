"""A process of its own for the fault tests: `python child_process.py turns|full URL`."""

import asyncio
import json
import resource
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from conftest import SetClock, Shop

from botops.domain.errors import StoreError
from botops.store import Store


def turns(url: str) -> None:
    """Lives turns for ever, eight dialogues at a time, and says `begun ID` and `acked ID` only after the fact."""
    store = Store.open(url, clock=SetClock())
    shop = Shop()
    print(f"open {store.process}", flush=True)

    async def dialogue(number: int) -> None:
        n = 0
        while True:
            n += 1
            inbound = shop.inbound(f"{store.process}-{number}", idempotency_key=f"{store.process}-{number}-{n}")
            turn_id = inbound.idempotency_key
            begun = await store.begin(turn_id, inbound, "ru")
            print(f"begun {turn_id}", flush=True)
            await store.finish(shop.flagged(turn_id, inbound, number=begun.number))
            print(f"acked {turn_id}", flush=True)

    async def eight() -> None:
        await asyncio.gather(*(dialogue(n) for n in range(8)))

    asyncio.run(eight())


def full(url: str) -> None:
    """Writes until the disk is full, makes room, and goes on; prints what happened as JSON."""
    path = Path(url.removeprefix("sqlite:///"))
    store, shop, said, acked = Store.open(url, clock=SetClock()), Shop(), [], []

    async def one(n: int) -> None:
        inbound = shop.inbound(f"d{n}")
        begun = await store.begin(f"t{n}", inbound, "ru")
        await store.finish(shop.flagged(f"t{n}", inbound, number=begun.number))
        acked.append(f"t{n}")

    async def many(first: int) -> None:
        for done in await asyncio.gather(*(one(first + n) for n in range(20)), return_exceptions=True):
            if isinstance(done, StoreError):
                said.append(str(done))
            elif done is not None:
                raise done

    asyncio.run(many(0))
    size = max(path.stat().st_size, Path(f"{path}-wal").stat().st_size)
    hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
    resource.setrlimit(resource.RLIMIT_FSIZE, (size + 100_000, hard))
    for first in range(100, 1000, 100):
        asyncio.run(many(first))
    readable = store.reads.counts().turns
    resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
    asyncio.run(many(2000))
    states = {r.id: r.state.value for r in store.reads.turns()}
    result = {"acked": acked, "said": sorted(set(said)), "refused": len(said), "states": states, "readable": readable}
    store.close()
    print(json.dumps(result), flush=True)


if __name__ == "__main__":
    {"turns": turns, "full": full}[sys.argv[1]](sys.argv[2])
