"""A channel that Apprise sends through: Telegram, mail, Slack, a webhook and a hundred more.

What Apprise says is read closely. `notify` returns a result that is true where a service marked as optional failed, so
only an attempt that succeeded counts. It does not raise when a service fails; what a service's own code raises becomes
a failure too. Its own time limits leave threads behind: none is set, the message is sent in the thread that asks, and
who asks watches the time.

An address is a secret: it holds a bot's token or a password. Apprise hides what it knows to be secret in its own
words, but neither in what a server answered nor in what the libraries below it log. So everything that is kept or
logged goes through `Redaction`.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote

from botops.app.alerts.channels import ChannelError
from botops.domain.alerts import AlertSeverity
from botops.domain.notices import NoticeKind
from botops.monitor.alert_words import in_one, shortened

if TYPE_CHECKING:
    from botops.domain.messages import Language
    from botops.domain.notices import Sending, Words

MOST_CHARACTERS = 3_500
"""Of plain text in one message: Telegram takes 4,096, a title and marks included."""
_A_PAGE = 30_000
"""A service that takes so many characters of HTML can show a page; Telegram's HTML is a few marks."""
_A_LETTER, _A_LINE = 1_000, 70
_LEAST_KEY, _LEAST_WORD = 4, 6
"""Characters from which a user, password or token, and a part of a path or an option, are taken out of texts."""
_OPEN = frozenset({"smtp", "mode", "format", "overflow", "verify", "method", "retry", "wait", "rto", "cto", "optional"})
"""Options that say how, not to whom."""
_LOGGERS = ("apprise", "urllib3.connectionpool", "urllib3.util.retry")


class Redaction(logging.Filter):
    """Takes the secrets of addresses out of texts, and out of the records of the libraries that see them."""

    def __init__(self) -> None:
        super().__init__()
        self._remember(frozenset())

    def know(self, address: str) -> None:
        """Learns the secrets of an address: user, password, host, what follows the host, and the values of options.

        The host too: to many services it is a token. `show` takes it back where it is a host.
        """
        schema, there, rest = address.partition("://")
        way, _, options = (rest if there else schema).partition("?")
        signed, _, place = way.rpartition("@")
        host, *path = place.split("/")
        least = dict.fromkeys((*signed.split(":"), *host.split(":")), _LEAST_KEY)
        least |= dict.fromkeys(
            [*path, *(value for name, value in parse_qsl(options) if name not in _OPEN)], _LEAST_WORD
        )
        secret = {form for piece, most in least.items() for form in (piece, unquote(piece)) if len(form) >= most}
        self._remember(self._secrets | secret)

    def show(self, host: str) -> None:
        """Takes a host for what it is: it may be named."""
        self._remember(self._secrets - {host})

    def _remember(self, secrets: frozenset[str]) -> None:
        self._secrets = secrets
        self._longest_first = tuple(sorted(secrets, key=len, reverse=True))

    def clean(self, text: str) -> str:
        """The text with every secret replaced by an ellipsis."""
        for secret in self._longest_first:
            text = text.replace(secret, "…")
        return text

    def filter(self, record: logging.LogRecord) -> bool:
        """Cleans a record and lets it pass."""
        said = record.getMessage()
        cleaned = self.clean(said)
        if cleaned != said:
            record.msg, record.args = cleaned, None
        if record.exc_info is not None:  # a traceback would repeat what was taken out
            record.exc_info = record.exc_text = None
        return True


_REDACTION = Redaction()


class AppriseChannel:
    """Sends through one Apprise address, in one language."""

    def __init__(self, name: str, address: str, language: Language) -> None:
        """Raises ChannelError for an address that is none."""
        self.name = name
        self._language = language
        _REDACTION.know(address)
        for logger in _LOGGERS:
            logging.getLogger(logger).addFilter(_REDACTION)
        self._service = _service(address)
        host = self._service.host
        if host and f"{host}" in self._service.url(privacy=True):
            _REDACTION.show(host)

    @property
    def shows_pages(self) -> bool:
        """True when HTML is shown as a page, as mail does."""
        from apprise import NotifyFormat

        formats = self._service.notify_format
        preferred = formats[0] if isinstance(formats, (tuple, list)) else formats
        return bool(preferred is NotifyFormat.HTML and self._service.body_maxlen >= _A_PAGE)

    @property
    def _most_characters(self) -> int:
        """Of plain text: a service of few characters, as SMS, gets no more than one message of them."""
        most: int = self._service.body_maxlen
        return MOST_CHARACTERS if most >= _A_LETTER else max(_A_LINE, most)

    def send(self, sendings: Sequence[Sending]) -> None:
        """Sends notices in one message. Raises ChannelError."""
        notices = [sending.notice.notice for sending in sendings]
        # Two roles may be told the same through one channel: it is said once.
        said = dict.fromkeys(in_language(notice.words, self._language) for notice in notices)
        words = in_one(tuple(said), self._language)
        gravest = {notice.severity for notice in notices if notice.kind is not NoticeKind.RESOLVED}
        over = all(notice.kind is NoticeKind.RESOLVED for notice in notices)
        self._notify(words, "success" if over else "failure" if AlertSeverity.PAGE in gravest else "info")

    def say(self, words: Words, *, urgent: bool = False) -> None:
        """Sends one message. Raises ChannelError."""
        self._notify(words, "failure" if urgent else "info")

    def _notify(self, words: Words, kind: str) -> None:
        from apprise import Apprise, AppriseResultStatus, NotifyFormat, NotifyType

        page = words.html if words.html is not None and self.shows_pages else None
        sender = Apprise(self._service, asset=self._service.asset)
        result = sender.notify(
            body=page or shortened(words.text, self._most_characters) or words.title,
            title=words.title,
            notify_type=NotifyType(kind),
            body_format=(NotifyFormat.HTML if page else NotifyFormat.TEXT).value,
        )
        attempts = [attempt for service in result.results for attempt in service.attempts]
        if not any(attempt.status is AppriseResultStatus.SUCCESS for attempt in attempts) or not result:
            raise ChannelError(_REDACTION.clean(_why(result)))


def in_language(words: Any, language: Language) -> Words:
    """A notice's words in a language, else in the first one it has."""
    found: Words = words.get(language) or next(iter(words.values()))
    return found


def _service(address: str) -> Any:
    """The service (`NotifyBase`) of an address. Raises ChannelError, which names no more of it than its schema."""
    from apprise import Apprise, AppriseAsset
    from apprise.common import OverflowMode

    schema, there, _ = address.partition("://")
    shown = f"{schema}://" if there and schema.isalnum() else "what it holds"
    asset = AppriseAsset(
        app_id="botops", app_desc="botops", app_url="", image_url_mask="", image_url_logo="", async_mode=False,
        secure_logging=True, pgp_autogen=False, pem_autogen=False, service_timeout=0, storage_mode="memory",
    )  # fmt: skip
    service = Apprise.instantiate(address, asset=asset)
    if service is None:
        raise ChannelError(f"{shown} is no address Apprise understands: https://github.com/caronc/apprise lists them")
    if service.overflow_mode is OverflowMode.UPSTREAM:  # the service would refuse it, every time anew
        service.overflow_mode = OverflowMode.SPLIT
    return service


def _why(result: Any) -> str:
    """What Apprise said of a message that did not leave, in one line."""
    said = [entry.message for entry in result.logs()]
    return shortened(" ".join(" ".join(said).split()), 500) or f"Apprise reports {result.status.name.lower()}"
