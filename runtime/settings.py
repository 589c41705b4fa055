"""Settings from `JIEDUI_…` variables, each with the sentence that explains its danger.

A secret may also be given as `JIEDUI_…_FILE`, naming a file that holds it.
"""

import os
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

PREFIX = "JIEDUI_"


class SettingsRefused(Exception):
    """A setting cannot be used; the text names the variable and what it should be."""


class _SecretsFromFiles(PydanticBaseSettingsSource):
    """Reads `JIEDUI_<NAME>_FILE` for every setting that is a secret."""

    def get_field_value(self, field: Any, field_name: str) -> tuple[Any, str, bool]:
        path = os.environ.get(f"{PREFIX}{field_name.upper()}_FILE")
        if path is None or "SecretStr" not in str(field.annotation):
            return None, field_name, False
        try:
            return Path(path).read_text(encoding="utf-8").strip(), field_name, False
        except OSError as error:
            raise SettingsRefused(
                f"{PREFIX}{field_name.upper()}_FILE names {path}, which cannot be read: "
                f"{error.strerror}. Give a readable file or leave it out."
            ) from None

    def __call__(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, field in self.settings_cls.model_fields.items():
            value, key, _ = self.get_field_value(field, name)
            if value is not None:
                found[key] = value
        return found


class Settings(BaseSettings):
    """Everything that may differ between one installation and another."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="ignore", frozen=True)

    home: Path = Field(
        default=Path("var"),
        description="Folder of the embedded state: ledger, vault, key, boards, Temporal, logs. "
        "Whoever can read it can read everything; losing it loses the ledger.",
    )
    database_url: str | None = Field(
        default=None,
        description="Ledger, vault and boards on PostgreSQL (postgresql+psycopg://…). "
        "Left out: SQLite files in the home.",
    )
    key_file: Path | None = Field(
        default=None,
        description="The key-encryption key of the vault (32 bytes, mode 0600). Lost, no sealed "
        "text can ever be opened again; leaked beside a copy of the vault, all can.",
    )
    temporal_address: str | None = Field(
        default=None,
        description="host:port of the Temporal cluster. Left out: the embedded server of the home, "
        "which is a single node without authentication, for one machine only.",
    )
    temporal_namespace: str = Field(
        default="default",
        description="Temporal namespace; use one per environment.",
    )
    temporal_tls: bool = Field(
        default=False,
        description="Speak TLS with Temporal; without it, everyone on the path can read and "
        "steer workflows.",
    )
    temporal_tls_ca: Path | None = Field(
        default=None, description="Certificate authority of the Temporal cluster (PEM)."
    )
    temporal_tls_certificate: Path | None = Field(
        default=None, description="Client certificate for mutual TLS (PEM)."
    )
    temporal_tls_key: Path | None = Field(
        default=None, description="Client key for mutual TLS (PEM, mode 0600)."
    )
    temporal_api_key: SecretStr | None = Field(
        default=None, description="Bearer token for Temporal; turns TLS on."
    )
    temporal_bin: Path | None = Field(
        default=None,
        description="Another `temporal` binary for the embedded server than the packaged one.",
    )
    policy: str = Field(
        default="gd-2022",
        description="Policy pack of cases that name none; changing it never changes open cases.",
    )
    notifier: Literal["log", "console", "smtp", "webhook"] = Field(
        default="log",
        description="How people are told: `log` (only that it happened), `console` (the text, for "
        "one machine), `smtp`, or a signed `webhook`.",
    )
    smtp_host: str = Field(default="127.0.0.1", description="Mail server.")
    smtp_port: int = Field(default=25, ge=1, le=65535, description="Mail server's port.")
    smtp_starttls: bool = Field(
        default=True, description="Refuse to send mail unencrypted; texts travel in it."
    )
    smtp_username: str | None = Field(default=None, description="Mail account.")
    smtp_password: SecretStr | None = Field(default=None, description="Its password.")
    smtp_from: str = Field(default="jiedui@localhost", description="Sender address of mails.")
    smtp_to: str | None = Field(
        default=None,
        description="One mailbox that receives every notice to a unit; the registry holds no "
        "mail addresses.",
    )
    webhook_url: str | None = Field(
        default=None, description="Where signed notices are posted (https, no redirects)."
    )
    webhook_secret: SecretStr | None = Field(
        default=None, description="Key of the webhook's HMAC-SHA-256 signature."
    )
    webhook_loopback: bool = Field(
        default=False,
        description="Allow a webhook on this machine or a private network; on for tests, off "
        "where people may choose the address (SSRF).",
    )
    language: Literal["zh", "en"] = Field(
        default="zh", description="Language of what is printed for people."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="How much is logged; never personal data at any level."
    )
    log_format: Literal["json", "console"] = Field(
        default="json",
        description="One JSON object a line, or lines for a terminal (development only: they do "
        "not escape control characters).",
    )
    reply_timeout_seconds: float = Field(
        default=15.0,
        gt=0,
        le=120,
        description="How long a command waits for its receipt before the answer is 'not now, try "
        "again'; the command may still be recorded afterwards.",
    )
    watchdog_seconds: float = Field(
        default=30.0,
        gt=0,
        le=3600,
        description="How often the follower looks for overdue clocks and missing clerks.",
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the signature is pydantic's
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the same
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments first, then variables, then files that hold secrets."""
        return init_settings, env_settings, _SecretsFromFiles(settings_cls)

    @cached_property
    def ledger_url(self) -> str:
        """Where the ledger is."""
        return self.database_url or f"sqlite:///{self.home.absolute() / 'ledger.db'}"

    @cached_property
    def vault_url(self) -> str:
        """Where the vault is: its own file, or the same PostgreSQL."""
        return self.database_url or f"sqlite:///{self.home.absolute() / 'vault.db'}"

    @cached_property
    def boards_url(self) -> str:
        """Where the boards are: their own file, or the same PostgreSQL."""
        return self.database_url or f"sqlite:///{self.home.absolute() / 'boards.db'}"

    @cached_property
    def key_path(self) -> Path:
        """The key-encryption key's file."""
        return self.key_file or self.home.absolute() / "keys" / "vault.key"


def load_settings(**given: Any) -> Settings:
    """Return the settings in force; raise `SettingsRefused` with one line per faulty variable."""
    try:
        return Settings(**given)
    except ValidationError as error:
        lines = [
            f"{PREFIX}{'_'.join(str(part) for part in fault['loc']).upper()}: {fault['msg']}"
            for fault in error.errors(include_input=False, include_url=False)
        ]
        raise SettingsRefused("\n".join(lines)) from None
