"""No personal data in Temporal's database, the logs or the facts: the raw bytes are searched."""

from pathlib import Path

from tests.journeys.district import District
from tests.journeys.installation import installed

SEEDED = {
    "name": "欧阳慕枫",
    "phone": "19900004321",
    "address": "石牌东路九十七号之二",
    "text": "欧阳慕枫腿脚不便，请打19900004321，住石牌东路九十七号之二。",
}
SECRETS = [*SEEDED.values(), "腿脚不便"]


async def test_seeded_names_numbers_and_addresses_are_in_no_file_but_sealed(
    tmp_path: Path,
) -> None:
    """Everything on disk is read: ledger, boards, Temporal, logs, and the vault itself."""
    home = tmp_path / "home"
    async with installed(home) as installation:
        district = await District.found(installation.gateway)
        task = await district.task_in_progress(
            installation.gateway, answer_channel="PHONE", **SEEDED
        )
        note = district.progress(task)
        told = {**note.command, "note": f"{SEEDED['name']}说下周三在家。"}
        await installation.gateway.submit(note.model_copy(update={"command": told}))
        registered = installation.books.ledger.read(task)[0]
        from domain.sealed import Sealed

        phone = Sealed.model_validate(registered.fact["phone"])
        opened = installation.books.vault.open(phone)
        assert opened is not None
        assert opened.decode() == SEEDED["phone"]
    files = [path for path in home.rglob("*") if path.is_file()]
    assert {"ledger.db", "vault.db", "temporal.db", "worker.log"} <= {path.name for path in files}
    for path in files:
        content = path.read_bytes()
        for secret in SECRETS:
            for encoding in ("utf-8", "utf-16-le"):
                assert secret.encode(encoding) not in content, (path.name, "holds a seeded value")
            escaped = secret.encode("unicode_escape").replace(b"\\\\", b"\\")
            if escaped != secret.encode():
                assert escaped not in content, (path.name, "holds it escaped")
