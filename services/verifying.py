"""What a verification of this home's ledger looks at beside the entries themselves."""

from pathlib import Path

from audit.verify.verifying import Looking
from runtime.settings import Settings


def looking_here(
    settings: Settings, log_folder: Path | None = None, *, legality: bool = True
) -> Looking:
    """Return what to look at: the log's files, and the vault where this home has one."""
    folder = log_folder or settings.log_path
    files = [settings.home / name for name in ("vault.db", "vault-keys.db")]
    there = settings.database_url is not None or all(file.is_file() for file in files)
    vault = settings.vault_url if there else None
    return Looking(folder, vault, legality, settings.key_path)
