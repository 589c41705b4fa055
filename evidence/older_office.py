"""doc and xls, compound files of the last century: taken as they are if no macro is in them."""

import io

import python_calamine

from evidence.kinds import DOC, XLS
from evidence.unfit import Reason, Unfit

_SECTOR = 512
_ENTRY = 128


def judge(content: bytes) -> str:
    """Return which of both the file is; raises `Unfit` for one that acts or wants a password."""
    names = _names(content)
    if names & {"_VBA_PROJECT", "_VBA_PROJECT_CUR", "VBA", "Macros"}:
        raise Unfit(Reason.ACTIVE, "VBA")
    if names & {"ObjectPool", "\x01Ole10Native", "Package"}:
        raise Unfit(Reason.ACTIVE, "OLE")
    if "EncryptedPackage" in names:
        raise Unfit(Reason.PROTECTED)
    if names & {"Workbook", "Book"}:
        _judge_workbook(content)
        return XLS
    if "WordDocument" in names:
        return DOC
    raise Unfit(Reason.UNKNOWN)


def _names(content: bytes) -> set[str]:
    """Return the names in the directory, wherever its sectors lie.

    Every stretch that could be an entry is read as one: a directory cannot hide by being scattered.
    """
    if len(content) < 3 * _SECTOR:
        raise Unfit(Reason.BROKEN)
    found = set()
    for at in range(_SECTOR, len(content) - _ENTRY + 1, _ENTRY):
        length = int.from_bytes(content[at + 64 : at + 66], "little")
        if 2 < length <= 64 and length % 2 == 0 and content[at + 66] in {1, 2, 5}:
            name = content[at : at + length - 2].decode("utf-16-le", "replace")
            found.add(name)
    if "Root Entry" not in found:
        raise Unfit(Reason.BROKEN)
    return found


def _judge_workbook(content: bytes) -> None:
    """Refuse sheets that are macros (Excel 4), which need no project of their own."""
    try:
        workbook = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
    except python_calamine.PasswordError as error:
        raise Unfit(Reason.PROTECTED) from error
    except (python_calamine.CalamineError, OSError) as error:
        raise Unfit(Reason.BROKEN) from error
    kinds = python_calamine.SheetTypeEnum
    for sheet in workbook.sheets_metadata:
        if sheet.typ in (kinds.MacroSheet, kinds.DialogSheet, kinds.Vba):
            raise Unfit(Reason.ACTIVE, "XLM")
