from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from botops.registry import Registry

GOOD = """\
description: Ответы клиентам
owner: sales-enablement
purpose: Отвечает на вопросы о тарифах
tags: [sales]
reviewed: 2026-10-01
languages: [ru]
model: {name: small-model, temperature: 0.3, max_tokens: 600}
variables:
  client_name: {type: text, max_length: 40, default: клиент}
messages:
  - role: system
    content: |
      Вы консультант компании {{ company }}.
      Если клиент просит человека, передайте диалог менеджеру.
      {{ price_table }}
      Обращение: {{ client_name }}
"""
VALUES = {"company": "Тұлпар Тех", "price_table": "Тариф А: 9 900 ₸", "language": "ru", "channel": "web"}


class ManualClock:
    """A clock that stands until it is moved."""

    def __init__(self):
        self.seconds = 0.0

    def now(self):
        return datetime(2026, 11, 1, tzinfo=UTC) + timedelta(seconds=self.seconds)

    def monotonic(self):
        return self.seconds


class House:
    """A folder of prompts with its registry; every look at it comes a second after the last."""

    def __init__(self, root: Path):
        self.root = root / "prompts"
        self.state_dir = root / "state"
        self.root.mkdir()
        self.clock = ManualClock()
        self.at = datetime(2026, 11, 1, 9, tzinfo=UTC)
        self.registry = self.restarted(state_dir=None)

    def write(self, path: str, text: str) -> Path:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
        self.clock.seconds += 1
        return file

    def restarted(self, **options) -> Registry:
        self.registry = Registry(self.root, self.clock, **{"state_dir": self.state_dir, **options})
        return self.registry

    def publish(self, name, version, **options):
        return self.registry.publish(name, version, by="Айгүл", reason="проверено", at=self.at, **options)

    def say(self, name="sales", lead="lead-1", **values):
        return self.registry.render(self.registry.assign(name, lead), {**VALUES, **values}).messages[0].content

    def rules(self):
        return sorted({p.rule for p in self.registry.state().problems})


@pytest.fixture
def house(tmp_path):
    return House(tmp_path)


@pytest.fixture
def shop(house):
    """`sales` with two versions, the first of them live."""
    house.write("sales/1.yaml", GOOD)
    house.write("sales/2.yaml", GOOD.replace("Вы консультант", "Ты консультант"))
    house.publish("sales", 1)
    return house


@pytest.fixture
def good():
    return GOOD


@pytest.fixture
def values():
    return dict(VALUES)
