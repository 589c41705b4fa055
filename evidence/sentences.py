"""What people are told of a file that is not taken: the rule, what was found, what to do."""

from domain.refusals import CommandRefused
from evidence.kinds import ENDINGS, MEBIBYTE, PIXELS_MAX, UNPACKED_MAX
from evidence.unfit import Reason

_KINDS = (
    "照片（JPEG、PNG、WebP、HEIC）、录音录像（MP4、MOV、M4A、MP3、AMR）、"
    "PDF、OFD、Word、Excel 或纯文本"
)
_KINDS_ENGLISH = (
    "a photograph (JPEG, PNG, WebP, HEIC), a recording (MP4, MOV, M4A, MP3, AMR), PDF, OFD, Word, "
    "Excel or plain text"
)


def refusal(reason: Reason, found: str, declared: str) -> CommandRefused:
    """Return why a file is not taken, and what to do."""
    rule, chinese, english = _SENTENCES[reason]
    about = {
        "found": found,
        "declared": declared or "—",
        "pixels": PIXELS_MAX,
        "unpacked": UNPACKED_MAX // MEBIBYTE,
    }
    return CommandRefused(rule, chinese.format(**about), english.format(**about))


def contradiction(declared: str, found: str) -> CommandRefused:
    """Return the refusal of a file whose content is not what was *declared*."""
    return CommandRefused(
        "evidence-kind",
        f"文件的内容与所报的类型不符：所报为 {declared}，内容是 {found}；"
        "请改正文件名的后缀，或重新选择文件。",
        f"The file's content is not what was declared: declared {declared}, found {found}; put "
        "the ending of its name right, or choose the file again.",
    )


def too_large(found: str, size: int, most: int) -> CommandRefused:
    """Return the refusal of a file that is too large for its kind."""
    return CommandRefused(
        "document-too-large",
        f"这类文件（.{ENDINGS[found]}）最大 {most // MEBIBYTE} MiB，本文件 {size} 字节；"
        "请压缩或分开上传。",
        f"A .{ENDINGS[found]} file may have {most // MEBIBYTE} MiB, this has {size} bytes; make it "
        "smaller or hand it in in parts.",
    )


_SENTENCES = {
    Reason.UNKNOWN: (
        "evidence-kind",
        f"佐证材料应为{_KINDS}；按内容看，本文件（所报 {{declared}}）不在其中，请换成其中一种。",
        f"Evidence is {_KINDS_ENGLISH}; by its content this file (declared {{declared}}) is not.",
    ),
    Reason.ANIMATED: (
        "evidence-kind",
        "动图不能作为照片；请上传静态照片，或上传录像（MP4、MOV）。",
        "A moving picture is no photograph; hand in a still one, or a film (MP4, MOV).",
    ),
    Reason.BROKEN: (
        "broken-file",
        "文件已损坏、不完整，或夹带了别的内容；请重新拍摄或另存一份再上传。",
        "The file is damaged, cut off, or has something else in it; take or save it anew.",
    ),
    Reason.PROTECTED: (
        "protected-file",
        "文件设有密码、加密或特殊压缩，系统无法查验；请去除密码，或另存为普通文件再上传。",
        "The file is protected or packed so that it cannot be checked; save it without.",
    ),
    Reason.ACTIVE: (
        "active-content",
        "文件带有会自动执行、内嵌或引用外部的内容（{found}）；请另存为不带这些内容的文件再上传。",
        "The file acts, embeds or reaches outside ({found}); save it without that.",
    ),
    Reason.PIXELS: (
        "document-too-large",
        "照片最多 {pixels:,} 个像素，本文件为 {found}；请缩小后再上传。",
        "A photograph has at most {pixels:,} pixels, this one {found}; make it smaller.",
    ),
    Reason.UNPACKED: (
        "document-too-large",
        "文件解压后过大（上限 {unpacked} MiB）；请拆分，或另存为 PDF 再上传。",
        "Unpacked, the file is too large (at most {unpacked} MiB); divide it or save it as PDF.",
    ),
}

ABOUT_THE_FILE = frozenset(rule for rule, _, _ in _SENTENCES.values())
"""The rules that want another file; by any other, the same file may be handed in again."""
