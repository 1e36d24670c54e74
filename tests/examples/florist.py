"""A flower shop that speaks English and Kazakh, its prompts, and turns written as they came."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count

from botops.app.clock import SetClock
from botops.app.container import Container
from botops.config import Secrets, load_settings
from botops.domain.findings import Finding, FindingKind, Severity, Verdict
from botops.domain.messages import InboundMessage
from botops.domain.prompts import Assignment, PromptRef
from botops.domain.turns import Action, Attempt, GuardPolicy, Purpose, TurnRecord, TurnState
from botops.domain.usage import Cost, Usage

NOW = datetime(2026, 11, 21, 10, 20, tzinfo=UTC)
SETTINGS = """\
company: {name: Petal & Stem, languages: [en, kk], timezone: Asia/Almaty, currency: KZT}
prompt: florist
paths: {pricebook: pricebook/book.yaml}
simulator: {priced_as: house-model}
costs:
  rates: [{since: 2026-01-01, per_usd: 500}]
  prices: [{model: house-model, input: 2, cached_input: 0.5, output: 8}]
"""
BOOK = """\
currency: KZT
products:
  - {sku: rose, name: Garden rose, prices: [{amount: 900}]}
  - {sku: tulip, name: Tulip, prices: [{amount: 400}]}
  - {sku: cactus, name: Prickly cactus, prices: [{amount: 2500}]}
offers:
  - {id: spring, kind: percent, value: 10, applies_to: [cactus]}
"""
FIRST = """\
description: Answers buyers
messages:
  - role: system
    content: |
      You sell flowers for {{ company }}.

      Manners
      - be kind
      - be brief

      {% if language == "kk" %}
      Қазақша жауап бер.
      {% endif %}

      {{ price_table }}
"""
SECOND = FIRST.replace("- be brief", "- be brief\n      - never promise a discount that the list does not have")


class Florist:
    """The project in a folder, with a clock that stands still."""

    def __init__(self, root):
        self.root = root
        (root / "prompts/florist").mkdir(parents=True)
        (root / "pricebook").mkdir()
        (root / "pricebook/book.yaml").write_text(BOOK, "utf-8")
        self.settings()
        self.versions(FIRST, SECOND)
        (root / "prompts/florist/release.yaml").write_text("live: 1\n", "utf-8")
        self.clock = SetClock(NOW)
        self._ids = count(1)

    def settings(self, *changes):
        """Writes the settings, pieces of them replaced."""
        text = SETTINGS
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        (self.root / "botops.yaml").write_text(text, "utf-8")

    def versions(self, *texts):
        """Writes the prompt's versions, the first of which is live."""
        for number, text in enumerate(texts, 1):
            (self.root / f"prompts/florist/{number}.yaml").write_text(text, "utf-8")

    def open(self, role="writer"):
        return Container.open(load_settings(self.root / "botops.yaml"), Secrets(), role=role, clock=self.clock)

    def turn(
        self, version=1, text="How much is a rose?", reply="A garden rose is 900 ₸.", *, at=NOW - timedelta(days=3),
        dialogue=None, language="en", channel="web", cached=0, faulty=False, repaired=False, experiment=None,
    ):  # fmt: skip
        """A turn of a version; `faulty` was sent with a false discount, `repaired` was corrected first."""
        n = next(self._ids)
        name = dialogue or f"d{n}"
        inbound = InboundMessage(name, f"lead-{name}", text, at, f"key-{n}", channel)
        finding = Finding(0, FindingKind.DISCOUNT, "50 %", 0, 4, Severity.HIGH, "50 %", None, {"en": "none"})
        wrong, right = Verdict.of((finding,), claims=1, book="b"), Verdict.of((), claims=1, book="b")
        first = self.call(Purpose.REPLY, reply, wrong if faulty or repaired else right, cached)
        attempts = (first, self.call(Purpose.REPAIR, reply, right, cached)) if repaired else (first,)
        action = Action.REPAIRED if repaired else Action.FLAGGED if faulty else Action.PASSED
        return TurnRecord(
            f"turn-{n}", inbound, n, TurnState.ANSWERED, language, GuardPolicy.OBSERVE, reply, action,
            Assignment(PromptRef("florist", version, "ab" * 32), experiment, version - 1 if experiment else -1),
            attempts[-1].verdict, attempts, model="house-model", simulated=True, replied_at=at,
        )  # fmt: skip

    def call(self, purpose, text, verdict, cached):
        usage = Usage(input_tokens=1000, cached_tokens=cached, output_tokens=10)
        cost = Cost(1_000_000_000, None, Decimal(500), "house-model", "own", True)
        return Attempt(purpose, "house-model", text, usage, cost, 100, verdict)

    def keep(self, container, *turns):
        """Writes turns and sums them up."""
        numbered = []
        seen = {}
        for turn in turns:
            name = turn.inbound.dialogue_id
            seen[name] = seen.get(name, 0) + 1
            numbered.append(replace(turn, number=seen[name]))
        container.store.write_many(numbered, "live")
        container.store.roll_up()
