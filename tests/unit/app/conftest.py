"""A project with one prompt, its policy to be set, and a clock that ticks."""

from datetime import UTC, datetime, timedelta

import pytest

from botops.app.container import Container
from botops.app.releases import auditing, releasing
from botops.config import Secrets, load_settings

TEXT = """\
description: Ответы клиентам
owner: sales
purpose: Отвечает на вопросы о тарифах
messages:
  - role: system
    content: |
      Вы консультант компании {{{{ company }}}}. {0}
      Если клиент просит человека, передайте диалог менеджеру.
      {{{{ price_table }}}}
"""
BOOK = """\
currency: KZT
products:
  - {sku: pen, name: Ручка, prices: [{amount: 450}]}
"""


class Ticking:
    """A clock that goes on a minute at every look."""

    def __init__(self):
        self.at = datetime(2026, 11, 1, 9, tzinfo=UTC)

    def now(self):
        self.at += timedelta(minutes=1)
        return self.at

    def monotonic(self):
        return self.at.timestamp()


class Desk:
    """A project with one prompt, `sales`, of two versions, the first of them live; and a policy to be set."""

    def __init__(self, root):
        self.root = root
        (root / "prompts/sales").mkdir(parents=True)
        (root / "pricebook").mkdir()
        (root / "pricebook/book.yaml").write_text(BOOK, "utf-8")
        self.write(1, "Говорите «вы».")
        self.write(2, "Говорите коротко.")
        self.clock = Ticking()
        self.container = None
        self.policy("")
        self.publish(1)

    def text(self, line):
        return TEXT.format(line)

    def write(self, number, line):
        (self.root / f"prompts/sales/{number or 'draft'}.yaml").write_text(self.text(line), "utf-8")

    def policy(self, text):
        self.close()
        (self.root / "botops.yaml").write_text(f"paths: {{pricebook: pricebook/book.yaml}}\n{text}\n", "utf-8")
        settings = load_settings(self.root / "botops.yaml")
        self.container = Container.open(settings, Secrets(), clock=self.clock)
        return self

    def publish(self, version, by="Айгерим", **more):
        return releasing.publish(self.container, "sales", version, by=by, reason="проверено", **more)

    def log(self):
        entries = auditing.entries(
            self.container.settings, self.container.registry, self.container.store, "prompt:sales"
        )
        return [(e.deed, e.version) for e in entries]

    def close(self):
        if self.container is not None:
            self.container.close()


@pytest.fixture
def desk(tmp_path):
    made = Desk(tmp_path)
    yield made
    made.close()
