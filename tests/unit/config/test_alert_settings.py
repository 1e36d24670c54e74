"""The section `alerts`: who is told through which channel, and what is said at its place when it is wrong."""

from datetime import time

import pytest

from botops.config import load_settings
from botops.config.alerting import Alerting
from botops.domain.alerts import AlertSeverity
from botops.domain.errors import UserError

PAGE, TICKET, DIGEST = AlertSeverity.PAGE, AlertSeverity.TICKET, AlertSeverity.DIGEST
CHANNELS = "  channels:\n    phone: {env: ALERTS_PHONE}\n    mail: {env: ALERTS_MAIL, language: kk}\n"


def alerts(tmp_path, text):
    file = tmp_path / "botops.yaml"
    file.write_text(f"alerts:\n{text}", "utf-8")
    return load_settings(file, required=True).alerts


def test_nothing_is_needed(tmp_path):
    found = load_settings(tmp_path / "botops.yaml").alerts
    assert found == Alerting()
    assert found.channels_of("ai_ops", PAGE) == ()


def test_with_channels_alone_everybody_is_told_through_all_of_them(tmp_path):
    found = alerts(tmp_path, CHANNELS)
    assert found.channels_of("ai_ops", PAGE) == found.channels_of(None, DIGEST) == ("phone", "mail")


def test_a_role_is_told_as_its_route_says_and_what_is_left_out_as_what_is_worse(tmp_path):
    found = alerts(
        tmp_path,
        CHANNELS + "  others: [mail]\n  routes:\n    ai_ops: {page: [phone, mail], digest: []}\n"
        "    sales: {ticket: [phone], quiet: 21:00-09:00, weekend: true}\n",
    )
    assert [found.channels_of("ai_ops", one) for one in (PAGE, TICKET, DIGEST)] == [("phone", "mail")] * 2 + [()]
    assert [found.channels_of("sales", one) for one in (PAGE, TICKET, DIGEST)] == [("mail",), ("phone",), ("phone",)]
    assert found.channels_of("unknown", PAGE) == found.channels_of(None, PAGE) == ("mail",)
    assert found.routes["sales"].quiet_span == (time(21), time(9))


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("  channels: {phone: {env: 'tgram://123:abc/42'}}\n", "an address in a file"),
        ("  channels: {phone: {env: MY-VARIABLE}}\n", "the name of an environment variable"),
        ("  channels: {Phone: {env: A}}\n", "channels"),
        ("  channels: {alertmanager: {env: A}}\n", "no channel can be called `alertmanager`"),
        (CHANNELS + "  others: [fone]\n", "others: unknown channel `fone`: did you mean `phone`?"),
        (CHANNELS + "  routes: {sales: {page: [mails]}}\n", "routes.sales.page: unknown channel `mails`"),
        ("  routes: {sales: {quiet: 9-21}}\n", "quiet"),
        ("  routes: {sales: {quiet: 21:00-21:00}}\n", "begins when it ends"),
        ("  routes: {sales: {escalate: [{after_min: 9, to: a}, {after_min: 9, to: b}]}}\n", "must rise by `after_min`"),
        ("  alertmanager: https://me:canary@example.kz\n", "a user or password in a file"),
        ("  alertmanager: 127.0.0.1:9093\n", "alertmanager"),
        ("  digest_at: 9 o'clock\n", "digest_at"),
    ],
)
def test_what_is_wrong_is_said_at_its_place(tmp_path, text, problem):
    with pytest.raises(UserError) as raised:
        alerts(tmp_path, text)
    assert problem in str(raised.value)
    assert "botops.yaml:" in str(raised.value)
    assert "canary" not in str(raised.value)


def test_a_secret_written_into_the_file_is_not_repeated(tmp_path):
    with pytest.raises(UserError) as raised:
        alerts(tmp_path, "  channels: {phone: {env: 'tgram://123:canary/42'}}\n")
    assert "canary" not in str(raised.value)
