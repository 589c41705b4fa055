"""Which notifier tells whom: one from the settings, and others for the units a file names.

What may stand in that file is shown in `docs/production.md`.
"""

import tomllib
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError

from activities.notices import Channels, Notifier
from activities.notifiers.chats import DINGTALK, FEISHU, WECOM, ChatNotifier
from activities.notifiers.mail import SmtpNotifier
from activities.notifiers.plain import ConsoleNotifier, LogNotifier
from activities.notifiers.webhook import WebhookNotifier
from activities.quiet_hours import quiet_hours_of
from domain.values import Code, Frozen, UnitCode
from runtime.outgoing import AddressRefused
from runtime.settings import Settings, SettingsRefused
from runtime.standard_webhooks import SecretRefused

_BOTS = {"wecom": WECOM, "dingtalk": DINGTALK, "feishu": FEISHU}
_FILE = "JIEDUI_NOTICES_FILE"


class _Channel(Frozen):
    """One channel as the file tells of it."""

    kind: Literal["wecom", "dingtalk", "feishu", "webhook"]
    base: str | None = None
    url: str | None = None
    token_file: str | None = None
    secret_file: str | None = None
    inner: bool = False
    bytes_max: int | None = Field(default=None, ge=120)


class _Notices(Frozen):
    """The whole file."""

    people: Code | None = None
    channels: dict[Code, _Channel] = Field(default_factory=dict)
    units: dict[UnitCode, Code] = Field(default_factory=dict)


def channels_for(settings: Settings) -> Channels:
    """Return who is told by what; raise `SettingsRefused` for what is missing or wrong."""
    default, quiet = notifier_for(settings), quiet_hours_of(settings.quiet_hours)
    file = settings.notices_file
    if file is None:
        return Channels(default, quiet=quiet, console_url=settings.console_url)
    told = _read(file)
    made = {name: _made(channel, name, file) for name, channel in told.channels.items()}
    for name in {*told.units.values(), *([told.people] if told.people else [])} - made.keys():
        raise SettingsRefused(f"{_FILE}: {file} names the channel {name}, and has none of it")
    return Channels(
        default,
        people=made[told.people] if told.people else None,
        units={unit: made[name] for unit, name in told.units.items()},
        quiet=quiet,
        console_url=settings.console_url,
    )


def notifier_for(settings: Settings) -> Notifier:
    """Return the notifier the settings ask for; raise `SettingsRefused` for what is missing."""
    match settings.notifier:
        case "log":
            return LogNotifier()
        case "console":
            return ConsoleNotifier(language=settings.language)
        case "smtp":
            return _mail(settings)
        case "webhook":
            return _webhook(settings)


def _mail(settings: Settings) -> SmtpNotifier:
    if settings.smtp_to is None:
        raise SettingsRefused("JIEDUI_SMTP_TO: the smtp notifier needs a mailbox")
    password = settings.smtp_password
    return SmtpNotifier(
        settings.smtp_host,
        settings.smtp_port,
        sender=settings.smtp_from,
        mailbox=settings.smtp_to,
        starttls=settings.smtp_starttls,
        username=settings.smtp_username,
        password=None if password is None else password.get_secret_value(),
    )


def _webhook(settings: Settings) -> WebhookNotifier:
    if settings.webhook_url is None or settings.webhook_secret is None:
        raise SettingsRefused(
            "JIEDUI_WEBHOOK_URL, JIEDUI_WEBHOOK_SECRET: the webhook notifier needs both"
        )
    secret = settings.webhook_secret.get_secret_value()
    try:
        return WebhookNotifier(settings.webhook_url, secret, inner=settings.webhook_loopback)
    except AddressRefused as why:
        raise SettingsRefused(
            f"JIEDUI_WEBHOOK_URL: {why}; notices hold telephone numbers and go over https. "
            "JIEDUI_WEBHOOK_LOOPBACK=true allows this machine and private networks"
        ) from None
    except SecretRefused as why:
        raise SettingsRefused(f"JIEDUI_WEBHOOK_SECRET: {why}") from None


def _read(file: Path) -> _Notices:
    try:
        return _Notices.model_validate(tomllib.loads(file.read_text(encoding="utf-8")))
    except OSError as problem:
        raise SettingsRefused(f"{_FILE}: {file} cannot be read: {problem.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise SettingsRefused(f"{_FILE}: {file} is no TOML: {problem}") from None
    except ValidationError as problem:
        faults = "; ".join(
            f"{'.'.join(str(part) for part in fault['loc'])}: {fault['msg']}"
            for fault in problem.errors(include_input=False, include_url=False)
        )
        raise SettingsRefused(f"{_FILE}: {file}: {faults}") from None


def _made(channel: _Channel, name: str, file: Path) -> Notifier:
    secret = _secret(channel.secret_file, name, file)
    try:
        if channel.kind == "webhook":
            if channel.url is None or secret is None:
                raise SettingsRefused(f"{_FILE}: channel {name} needs url and secret_file")
            return WebhookNotifier(
                channel.url, secret, inner=channel.inner, bytes_max=channel.bytes_max
            )
        token = _secret(channel.token_file, name, file)
        if token is None:
            raise SettingsRefused(f"{_FILE}: channel {name} needs token_file")
        return ChatNotifier(
            _BOTS[channel.kind],
            token,
            secret=secret,
            base=channel.base,
            inner=channel.inner,
            bytes_max=channel.bytes_max,
        )
    except (AddressRefused, SecretRefused) as why:
        raise SettingsRefused(f"{_FILE}: channel {name}: {why}") from None


def _secret(name: str | None, channel: str, file: Path) -> str | None:
    if name is None:
        return None
    place = file.parent / name
    try:
        return place.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        raise SettingsRefused(f"{_FILE}: channel {channel}: {place} cannot be read") from None
