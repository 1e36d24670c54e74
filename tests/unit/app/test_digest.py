"""What a day and a week came to: the numbers of the screens, the worst, what changed, what is due; put once."""

import asyncio
import shutil
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from botops.app import queries
from botops.app.alerts.watching import AlertWatch
from botops.app.clock import SetClock
from botops.app.container import Container
from botops.app.digest import Digest, Digesting, Entry, Figure, Section, daily, weekly
from botops.app.glossary import DAILY
from botops.app.incidents import acknowledge, add_follow_up, open_incident
from botops.app.periods import between
from botops.app.releases import kill_switch, releasing
from botops.app.seed import Seeding, seed
from botops.config import Secrets, load_settings
from botops.domain.alerts import AlertSeverity, Signal
from botops.domain.errors import UserError
from botops.domain.incidents import IncidentSeverity, Scope
from botops.domain.notices import NoticeKind
from botops.monitor.postmortem import impact_of

NOW = datetime(2026, 11, 21, 10, 20, tzinfo=UTC)


@pytest.fixture(scope="module")
def lived(tmp_path_factory):
    """The demo company after four weeks."""
    repository = Path(__file__).parents[3]
    folder = tmp_path_factory.mktemp("digest") / "project"
    folder.mkdir()
    for name in ("botops.yaml", "team.yaml"):
        shutil.copy(repository / name, folder)
    for name in ("prompts", "pricebook"):
        shutil.copytree(repository / name, folder / name)
    with Container.open(load_settings(folder / "botops.yaml"), Secrets(), clock=SetClock(NOW)) as container:
        asyncio.run(seed(container, 130))
        while container.store.roll_up():
            pass
    return folder


@pytest.fixture
def container(lived):
    settings = load_settings(lived / "botops.yaml")
    with Container.open(settings, Secrets(), role="reader", clock=SetClock(NOW)) as opened:
        yield opened


@pytest.fixture
def worst_day(container):
    """The day on which most wrong promises reached clients, and these."""
    reached = {}
    for one in container.store.incidents.affected(Scope(NOW - timedelta(days=40), NOW)):
        reached.setdefault((one.at + timedelta(hours=5)).date(), []).append(one)
    return max(reached.items(), key=lambda item: (len({one.dialogue_id for one in item[1]}), item[0]))


# --- a day ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("make", [daily, weekly])
def test_a_day_before_there_was_anything_to_tell_of_is_refused(container, make):
    with pytest.raises(UserError, match="from 1970-01-01 on"):
        make(container, date(1, 1, 3), "en")


def test_a_day_has_the_numbers_of_the_overview_against_the_same_weekday(container, worst_day):
    day, _ = worst_day
    made = daily(container, day, "ru")
    assert [figure.id for figure in made.figures] == list(DAILY)
    assert len(made.figures) <= 7
    shown = {figure.id: figure for figure in made.figures}
    numbers = {n.id: n for n in queries.numbers_of(container, between(container, day, day), DAILY)}
    assert shown["dialogues"].value == str(numbers["dialogues"].value)
    week_before = day - timedelta(days=7)
    (before,) = queries.numbers_of(container, between(container, week_before, week_before), ["dialogues"])
    change = numbers["dialogues"].value / before.value - 1
    assert shown["dialogues"].change.startswith("▲" if change > 0 else "▼" if change < 0 else "без")
    assert shown["dialogues"].tone == "neutral"
    assert made.title.startswith("Бот за день: ")


def test_the_worst_dialogues_are_those_whose_clients_saw_the_worst(container, worst_day):
    day, reached = worst_day
    made = daily(container, day, "ru")
    worst = made.sections[0].entries
    dialogues = {one.dialogue_id for one in reached}
    told = [any(f"dialogue={dialogue}&" in entry.link for dialogue in dialogues) for entry in worst]
    assert told == [True] * min(3, len(dialogues)) + [False] * (len(worst) - min(3, len(dialogues)))
    assert ["ушло клиенту" in entry.text for entry in worst] == told
    assert len({entry.link for entry in worst}) == len(worst) <= 3
    gravest = max(reached, key=lambda one: one.severity).severity
    assert gravest == max(one.severity for one in reached if f"dialogue={one.dialogue_id}&" in worst[0].link)
    assert f"{impact_of(reached).replies} ответ" in made.opening


def test_a_day_whose_mistakes_were_all_held_back_says_so_and_shows_them(container):
    made = daily(container, date(2026, 11, 20), "en")
    assert made.opening == "No false promise reached a client."
    worst = made.sections[0].entries
    assert worst
    assert all("held back by the guard" in entry.text for entry in worst)


def test_a_day_without_clients_is_no_day_of_zeros(container):
    made = daily(container, date(2026, 9, 1), "ru")
    assert made.opening == "Клиенты не писали."
    values = {figure.id: figure.value for figure in made.figures}
    assert values["dialogues"] == "0"
    assert {values[name] for name in DAILY if name != "dialogues"} == {"—"}
    assert all(figure.change is None for figure in made.figures)
    assert "Отвечал симулятор" not in made.text


def test_a_simulated_day_says_so(container, worst_day):
    assert "Отвечал симулятор, а не языковая модель" in daily(container, worst_day[0], "ru").text


def test_a_day_to_come_is_refused(container):
    with pytest.raises(UserError, match="still to come"):
        daily(container, date(2026, 11, 23), "ru")


# --- a week -----------------------------------------------------------------------------------------------------------


def test_a_week_adds_up_to_what_the_overview_says_was_promised_below_the_book(container, worst_day):
    day, _ = worst_day
    monday = day - timedelta(days=day.weekday())
    asked = between(container, monday, monday + timedelta(days=6))
    (below,) = queries.numbers_of(container, asked, ["below_book"])
    made = weekly(container, day, "ru")
    assert (made.since, made.until) == (monday, monday + timedelta(days=6))
    assert below.value.minor > 0, "a week without a promise below the price book would show nothing"
    largest, by_kind, by_version = made.sections[:3]
    assert not by_kind.more
    assert not by_version.more

    def tenge(entries):
        return sum(int(entry.amount.removesuffix("₸").replace("\u00a0", "").replace(" ", "")) for entry in entries)

    whole = int(below.value.amount)
    assert tenge(by_kind.entries) == tenge(by_version.entries) == whole
    amounts = [tenge([entry]) for entry in largest.entries]
    assert amounts == sorted(amounts, reverse=True)
    assert largest.more or sum(amounts) == whole
    assert made.figures[0].id == "below_book"
    assert tenge([Entry("", amount=made.figures[0].value)]) == whole
    assert len(made.figures) <= 7


def test_a_quiet_week_says_what_the_one_before_was(container):
    made = weekly(container, date(2026, 11, 20), "en")
    assert made.opening.startswith("In this week no false promise reached a client.")
    assert "The week before" in made.opening
    assert made.sections[0].entries == ()


# --- what changed, what is due ----------------------------------------------------------------------------------------


class Source:
    name = "test"

    def __init__(self, *signals):
        self.signals = signals

    def look(self, now):
        return self.signals


@pytest.fixture
def team(desk):
    """Who answers for what."""
    text = "roles: {sales: {title: {ru: Отдел продаж}}}\nresponsible: {replies: sales, service: sales}\n"
    (desk.root / "team.yaml").write_text(text, "utf-8")


def test_it_tells_what_people_changed_and_leaves_out_what_they_only_looked_at(desk, team):
    desk.publish(2)
    container = desk.container
    opened = open_incident(container, "Скидки", IncidentSeverity.MINOR, Scope(desk.clock.now()), by="Аида")
    acknowledge(container, opened.number, by="Аида")
    releasing.rollback(container, "sales", by="Айгерим", reason="обещает <b>скидки</b>")
    made = daily(container, desk.clock.now().date(), "ru")
    changed = made.sections[1]
    assert [entry.text for entry in changed.entries][:2] == [
        "промпт sales: откат на версию 1", "промпт sales: опубликована версия 2",
    ]  # fmt: skip
    assert "Айгерим: обещает <b>скидки</b>" in changed.entries[0].note
    assert "обещает &lt;b&gt;скидки" in made.html
    assert "<b>скидки" not in made.page
    assert "Аида" not in "".join(entry.note for entry in changed.entries)


def test_an_order_says_what_it_does(desk):
    kill_switch.kill(desk.container, "sales", "hand-over", by="Аида", reason="обещает даром")
    changed = daily(desk.container, desk.clock.now().date(), "en").sections[1].entries
    assert changed[0].text == "prompt sales: an order above the release: the bot is off, people answer"


def test_it_tells_what_needs_somebody_now(desk, team):
    container = desk.container
    title = {"ru": "Ошибок больше обычного", "kk": "Қате көп", "en": "More mistakes than usual"}
    signal = Signal("k", "BotopsWrongPromises", AlertSeverity.PAGE, "replies", desk.clock.now(), title, title)
    AlertWatch(container, [Source(signal)]).look()
    incident = open_incident(container, "Скидки", IncidentSeverity.MAJOR, Scope(desk.clock.now()), by="Аида")
    today = desk.clock.now().date()
    add_follow_up(container, incident.number, "тест на скидки", "sales", due=today + timedelta(days=3), by="Аида")
    add_follow_up(container, incident.number, "потом", "sales", due=today + timedelta(days=30), by="Аида")
    book = desk.root / "pricebook/book.yaml"
    last = today + timedelta(days=5)
    book.write_text(book.read_text("utf-8").replace("{amount: 450}", f'{{amount: 450, valid_to: "{last}"}}'), "utf-8")
    desk.policy("")  # opened anew, so that the book is read anew
    made = daily(desk.container, today, "ru")
    due = [entry.text for entry in made.sections[2].entries]
    assert due[0] == "Тревога: Ошибок больше обычного"
    assert any("INC-1" in text and "никто не взял" in text for text in due)
    assert any("«тест на скидки» — срок" in text for text in due)
    assert not any("потом" in text for text in due)
    assert any("Кончается цена: Ручка" in text for text in due)
    assert all(line in made.text for line in due)


def test_incidents_come_the_gravest_first_and_roles_by_their_titles(desk, team):
    container, today = desk.container, desk.clock.now().date()
    for title, severity in (
        ("мелочь", IncidentSeverity.MINOR), ("беда", IncidentSeverity.CRITICAL), ("сбой", IncidentSeverity.MAJOR),
    ):  # fmt: skip
        opened = open_incident(container, title, severity, Scope(desk.clock.now()), by="Аида")
    add_follow_up(container, opened.number, "тест", "sales", due=today, by="Аида")
    due = [entry.text for entry in daily(container, today, "ru").sections[2].entries if "INC-" in entry.text]
    assert [text.split()[0] for text in due] == ["INC-2", "INC-3", "INC-1", "INC-3:"]
    assert all("Отдел продаж" in text for text in due)
    assert "sales" in daily(container, today, "en").text  # the team's file has no English title


def test_nothing_due_is_said(desk):
    made = daily(desk.container, desk.clock.now().date(), "ru")
    assert made.sections[2].entries == ()
    assert "Ничего." in made.text


# --- how it looks -----------------------------------------------------------------------------------------------------


def test_foreign_text_stays_text():
    bad = "<img src=x onerror=alert(1)>"
    digest = Digest(
        "daily", "ru", date(2026, 11, 20), date(2026, 11, 20), bad, bad, (Figure("dialogues", bad, bad, bad),), bad,
        (Section(bad, (Entry(bad, bad, bad, 'http://x/?a="><script>'),), bad, bad),), (bad,),
    )  # fmt: skip
    assert "<img" not in digest.page
    assert "<script" not in digest.page
    assert "src=x" in digest.text


def test_a_page_loads_nothing(container, worst_day):
    page = daily(container, worst_day[0], "ru").page
    assert "src=" not in page
    assert "url(" not in page
    assert "<link" not in page


def test_the_plain_text_fits_a_messenger():
    entry = Entry("слово " * 40, "ещё " * 30, link="http://127.0.0.1:8001/dialogues?dialogue=" + "x" * 100)
    sections = tuple(Section("Раздел", (entry,) * 6, "") for _ in range(4))
    digest = Digest("weekly", "ru", date(2026, 11, 16), date(2026, 11, 22), "Т", "Н", (), "С", sections)
    assert len(digest.text) <= 3500
    assert digest.text.endswith("…")


# --- put when it is time ----------------------------------------------------------------------------------------------

CHANNELS = """\
alerts: {channels: {ops: {env: OPS_URL}}, digest_at: "09:00"}
digest: {weekly: [head_of_sales]}
"""


@pytest.fixture
def at(lived):
    """Opens the company at a moment, with a channel and a reader of the weekly digest."""
    original = (lived / "botops.yaml").read_text("utf-8")
    opened = []

    def open_at(moment, settings=CHANNELS):
        for earlier in opened:
            earlier.close()
        (lived / "botops.yaml").write_text(f"{original}\n{settings}", "utf-8")
        container = Container.open(load_settings(lived / "botops.yaml"), Secrets(), clock=SetClock(moment))
        opened[:] = [container]
        return container

    yield open_at
    for container in opened:
        container.close()
    (lived / "botops.yaml").write_text(original, "utf-8")


def notices(container):
    return [kept.notice for kept in container.store.outbox.due(container.clock.now())]


def test_it_is_put_once_at_the_companys_nine_o_clock(at):
    container = at(datetime(2026, 11, 18, 3, 59, tzinfo=UTC))  # a Wednesday, 08:59 in Almaty
    duty = Digesting(container)
    assert duty.look() == 0
    container.clock.at = datetime(2026, 11, 18, 4, 0, tzinfo=UTC)
    assert duty.look() == 2  # those who answer for the service and for the replies
    assert duty.look() == 0
    assert Digesting(container).look() == 0, "after a restart it is there already"
    container.clock.at -= timedelta(hours=2)
    assert duty.look() == 0
    container.clock.at += timedelta(hours=2)
    assert Digesting(container).look() == 0, "a clock that jumps tells nothing twice"
    told = [n for n in notices(container) if n.key.startswith("digest:daily:2026-11-18:")]
    assert {n.role for n in told} == {"ai_ops", "sales_enablement"}
    for notice in told:
        assert notice.kind is NoticeKind.DIGEST
        assert list(notice.words) == ["ru", "en"]
        assert notice.words["ru"].title == "Бот за день: вторник, 17 ноября 2026"
        assert "<h1" in notice.words["ru"].html


def test_half_of_the_demos_past_is_nobodys_day(at):
    container = at(datetime(2026, 11, 20, 5, tzinfo=UTC))
    making = Seeding(container)
    making.begin()
    assert Digesting(container).look() == 0
    making.stop()
    making.run()
    assert Digesting(container).look() == 2


def test_on_monday_the_weeks_reader_is_told_of_the_week_before(at):
    container = at(datetime(2026, 11, 16, 5, tzinfo=UTC))
    assert Digesting(container).look() == 3
    (told,) = [n for n in notices(container) if n.key == "digest:weekly:2026-11-16:head_of_sales"]
    assert told.words["ru"].title == "Обещано, но не должны: 9–15 ноября 2026"


def test_without_a_channel_or_long_after_its_time_nothing_is_put(at):
    assert Digesting(at(datetime(2026, 11, 19, 5, tzinfo=UTC), "digest: {weekly: [head_of_sales]}")).look() == 0
    assert Digesting(at(datetime(2026, 11, 19, 18, 30, tzinfo=UTC))).look() == 0
    nobody = CHANNELS.replace("{weekly", "{daily: [], weekly")
    assert Digesting(at(datetime(2026, 11, 19, 5, tzinfo=UTC), nobody)).look() == 0
