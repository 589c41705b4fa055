"""Settings from `JIEDUI_…` variables, each with the sentence that explains its danger.

A secret may also be given as `JIEDUI_…_FILE`, naming a file that holds it.
"""

import os
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote

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
    url: str | None = Field(
        default=None,
        description="A server whose API the command line speaks to instead of opening files: "
        "`https://…`. Whoever answers there is shown proofs by your account key.",
    )
    account_key: Path | None = Field(
        default=None,
        description="The key of the account that acts (as `jiedui --key`, mode 0600); whoever can "
        "read it can act as that person.",
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
    answer_seconds: float = Field(
        default=30.0,
        gt=0,
        description="How long a command is waited for; then the answer is `not-known-yet`, and the "
        "same command id asks again. Keep it above 10 s, the ledger's own patience with locks.",
    )
    notifier: Literal["log", "console", "smtp", "webhook"] = Field(
        default="log",
        description="How people are told: `log` (only that it happened), `console` (the text, for "
        "one machine), `smtp`, or a signed `webhook`.",
    )
    notices_file: Path | None = Field(
        default=None,
        description="按单位分配通知渠道的文件（TOML），见 docs/production.md。 Channels of "
        "their own for units: group chats (WeCom, DingTalk, Feishu) and gateways; everybody else "
        "is told by JIEDUI_NOTIFIER. Its secrets stand in files it names.",
    )
    quiet_hours: str = Field(
        default="20:00-08:00",
        pattern=r"^(([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d)?$",
        description="免打扰时段（北京时间），紧急任务除外；留空为不设。 When chats and gateways "
        "are not written to, but for urgent tasks; empty: never quiet. Log, console and mail "
        "disturb nobody.",
    )
    console_url: str | None = Field(
        default=None,
        pattern=r"^https?://[^\s?#]+$",
        description="人们打开工作台的网址，通知由此附链接。 The address under which people "
        "reach the console, for the links in notices; left out, they have none.",
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
        description="Allow webhooks on this machine or a private network; on for tests, off "
        "where people may choose the address (SSRF).",
    )
    webhook_hosts: str = Field(
        default="",
        description="可订阅推送的主机，逗号分隔，如 api.example.org,.gov.cn。 Hosts that facts may "
        "be sent to by `jiedui webhook`: exact names, or `.suffix` for all below; empty: none. "
        "Whoever is named learns which cases move, and when.",
    )
    city_hosts: str = Field(
        default="",
        description="省级收取各市指标报表的主机，逗号分隔，如 log.gz.example.org,.gov.cn。 Hosts "
        "that a province pulls its cities' statements from: exact names, or `.suffix`; empty: "
        "none, statements are taken by file.",
    )
    city_inner: bool = Field(
        default=False,
        description="各市日志在本机或政务内网时打开。 Allow cities' logs on this machine or a "
        "private network, also without TLS; off where people may choose the address (SSRF).",
    )
    statement_day: int = Field(
        default=10,
        ge=1,
        le=28,
        description="指标报表报送期限：次月几日（含当日）。 Day of the month after by the end of "
        "which a month's statement is due; later ones count as late.",
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
    watchdog_seconds: float = Field(
        default=30.0,
        gt=0,
        le=3600,
        description="多久查看一次丢失的流程。 How often the dispatcher looks for lost "
        "clerks; a wake-up itself takes well under a second.",
    )
    reconcile_seconds: float = Field(
        default=240.0,
        gt=0,
        le=3600,
        description="每隔多少秒对账一次：账本、看板、流程、流程历史。 "
        "How often the follower reconciles ledger, boards, workflows and their histories, and "
        "puts finished histories away. A workflow terminated or deleted is found no sooner.",
    )

    console_address: str | None = Field(
        default=None,
        pattern=r"^[^\s:]+:\d{1,5}$",
        description="工作台的网址，如 127.0.0.1:8400，端口 0 为任选。 "
        "Where the console is served, and the public log under /log/; left out: 127.0.0.1:8400, or "
        "a free port where that is taken. It speaks HTTP: beyond this machine put a reverse proxy "
        "with TLS before it. Who reaches /log/ can read every entry (personal data stays sealed).",
    )
    oidc_issuer: str | None = Field(
        default=None,
        pattern=r"^https?://[^\s?#]+$",
        description="统一身份认证（OpenID Connect）的签发者地址；留空则只用工号密码登录。 "
        "Issuer of the office's identity provider (extra `oidc`; needs JIEDUI_CONSOLE_URL). "
        "Whoever controls it can sign in as everybody whose identity was bound.",
    )
    oidc_client_id: str = Field(
        default="jiedui", description="As whom the console is registered with that provider."
    )
    oidc_client_secret: SecretStr | None = Field(
        default=None, description="Its secret there; left out, the client is a public one (PKCE)."
    )
    oidc_ca_file: Path | None = Field(
        default=None,
        description="Certificate authority of the provider (PEM), in place of the machine's.",
    )
    log_origin: str | None = Field(
        default=None,
        pattern=r"^[A-Za-z0-9][A-Za-z0-9._~:/-]{0,199}$",
        description="公开日志的名称，写入每个检查点，一经签发永不更改。 "
        "Name of the public log in every "
        "checkpoint (like log.example.org/jiedui), fixed with the first key. Left out: a name of "
        "its own. Two logs under one name look like a fork to every witness.",
    )
    log_folder: Path | None = Field(
        default=None,
        description="公开日志的文件夹：检查点与切片，任何网页服务器均可发布。 "
        "Folder of checkpoints and "
        "tiles (C2SP tlog-tiles); left out: log/ in the home. It is rebuilt from the ledger, but "
        "is also the second memory of what was signed: keep it on another disk if you can.",
    )
    log_key_file: Path | None = Field(
        default=None,
        description="检查点签名私钥文件（0600）。 "
        "The log's signing key. Whoever holds it together with the "
        "database can rewrite the whole log; only witnesses would notice.",
    )
    witness_policy_file: Path | None = Field(
        default=None,
        description="见证规则文件（C2SP tlog-policy），启动时采用并入账。 "
        "Witnesses, their addresses and "
        "the quorum, adopted as a fact at start. Left out: what was adopted last; with no witness "
        "at all, an operator with the key can rewrite everything unseen.",
    )
    checkpoint_seconds: float = Field(
        default=60.0,
        gt=0,
        le=86_400,
        description="有新记录时，至多隔多少秒签发一次检查点。 "
        "What was recorded since the last witnessed "
        "checkpoint can be removed without proof; longer means more of it.",
    )
    checkpoint_entries: int = Field(
        default=256,
        ge=1,
        le=1_000_000,
        description="新记录达到多少条即签发检查点。 New entries that bring a checkpoint at once.",
    )
    witness_lag_seconds: float = Field(
        default=900.0,
        gt=0,
        le=604_800,
        description="见证方多少秒未签即告警并入账。 "
        "How long a witness may stay behind before an alarm "
        "is raised as a fact.",
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

    def _file(self, name: str) -> str:
        """Return the address of a file of the home; what an address would understand is quoted."""
        return f"sqlite:///{quote(str(self.home.absolute() / name))}"

    @property
    def ledger_url(self) -> str:
        """Where the ledger is."""
        return self.database_url or self._file("ledger.db")

    @property
    def vault_url(self) -> str:
        """Where the vault is: its own file, or the same PostgreSQL."""
        return self.database_url or self._file("vault.db")

    @property
    def boards_url(self) -> str:
        """Where the boards are: their own file, or the same PostgreSQL."""
        return self.database_url or self._file("boards.db")

    @property
    def accounts_url(self) -> str:
        """Where passwords and sessions are: their own file, or the same PostgreSQL."""
        return self.database_url or self._file("accounts.db")

    @property
    def dispatch_url(self) -> str:
        """Where the dispatcher's cursor is: its own file, or the same PostgreSQL."""
        return self.database_url or self._file("dispatch.db")

    @property
    def webhooks_url(self) -> str:
        """Where deliveries to other systems are kept: their own file, or the same PostgreSQL."""
        return self.database_url or self._file("webhooks.db")

    @property
    def key_path(self) -> Path:
        """The key-encryption key's file."""
        return self.key_file or self.home.absolute() / "keys" / "vault.key"

    @property
    def log_path(self) -> Path:
        """The folder of the public log."""
        return self.log_folder or self.home.absolute() / "log"

    @property
    def histories_path(self) -> Path:
        """The folder of the sealed workflow histories."""
        return self.home.absolute() / "histories"

    @property
    def uploads_path(self) -> Path:
        """The folder of files that are still arriving, encrypted."""
        return self.home.absolute() / "uploads"

    @property
    def log_key_path(self) -> Path:
        """The file of the key that signs checkpoints."""
        return self.log_key_file or self.home.absolute() / "keys" / "log.key"


def environment_of(settings: Settings) -> dict[str, str]:
    """Return the variables by which a child process finds the same settings."""
    told: dict[str, str] = {}
    for name in type(settings).model_fields:
        value = getattr(settings, name)
        if isinstance(value, SecretStr):
            value = value.get_secret_value()
        if value is not None:
            told[f"{PREFIX}{name.upper()}"] = str(value)
    return told | {f"{PREFIX}HOME": str(settings.home.absolute())}


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
