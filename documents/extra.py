"""What papers need beside the engine: typst, python-docx and a font, installed as one extra."""

from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path

_NEEDED = ("typst", "docx", "noto_cjk_sans_otc")


class ExtraMissing(Exception):
    """No papers are made here: the extra they need is not installed."""

    def __init__(self) -> None:
        super().__init__(
            "本系统没有安装打印文件所需的组件；请管理员运行 pip install 'jiedui[documents]'。 "
            "The extra for documents is missing: pip install 'jiedui[documents]'."
        )


def needed() -> None:
    """Raise `ExtraMissing` where papers cannot be made."""
    if any(find_spec(one) is None for one in _NEEDED):
        raise ExtraMissing


def font_file() -> Path:
    """Return the file of the font that papers are set in, the same on every machine."""
    needed()
    return Path(str(files("noto_cjk_sans_otc"))) / "NotoSansCJK-Regular.ttc"
