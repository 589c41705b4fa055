"""Read the .xls file on standard input and print its rows as JSON; run by `importing.xls` apart.

Prints one JSON object a sheet: `{"index", "name", "visible", "rows"}`, each row a list of
`[kind, text]` or null. Exit status: 0 done, 3 the file wants a password, 1 anything else.
"""

import io
import json
import sys
from datetime import date, datetime, time, timedelta

import python_calamine


def written(value: object) -> list[str] | None:
    """Return *value* as its kind and text; an empty cell is null."""
    match value:
        case "" | None:
            return None
        case bool():
            return ["text", "TRUE" if value else "FALSE"]
        case datetime():
            text = value.strftime("%Y-%m-%d %H:%M:%S").removesuffix(":00").removesuffix(" 00:00")
            return ["text", text]
        case date():
            return ["text", value.strftime("%Y-%m-%d")]
        case time():
            return ["text", value.strftime("%H:%M")]
        case timedelta():
            return ["text", str(value)]
        case float() | int():
            return ["number", repr(value)]
        case _:
            return ["text", str(value)]


def main(data: bytes, rows_max: int) -> int:
    """Print the sheets of the file *data*, at most *rows_max* rows each."""
    try:
        workbook = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        for index, sheet in enumerate(workbook.sheets_metadata):
            if sheet.typ is not python_calamine.SheetTypeEnum.WorkSheet:
                continue
            found = workbook.get_sheet_by_index(index)
            rows = found.to_python(skip_empty_area=False, nrows=rows_max)
            told = [[written(value) for value in row] for row in rows]
            visible = sheet.visible is python_calamine.SheetVisibleEnum.Visible
            about = {"index": index, "name": sheet.name, "visible": visible}
            print(json.dumps(about | {"rows": told}))
    except python_calamine.PasswordError:
        return 3
    except (python_calamine.CalamineError, MemoryError, OSError):
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.stdin.buffer.read(), int(sys.argv[1])))
