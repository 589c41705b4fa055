"""What can be wrong with a ledger, each with its sentence in Chinese and in English."""

from dataclasses import dataclass

FAULTS: dict[str, tuple[str, str]] = {
    "unreadable": ("记录无法读取", "the entry cannot be read"),
    "hash": ("哈希与内容不符", "the hash is not that of the bytes"),
    "canonical": ("内容不是规范格式", "the bytes are not canonical JSON"),
    "fields": ("字段不是账本字段", "the fields are not those of an entry"),
    "columns": ("索引列与内容不符", "a column disagrees with the bytes"),
    "position": ("日志位置不连续", "the positions are not dense"),
    "version": ("版本号不连续", "the versions of the stream are not dense"),
    "previous": ("与前一条记录不相连", "the entry does not follow the one before it"),
    "time": ("记录时间倒退", "the recorded time goes back"),
    "seen": ("引用了之后的位置", "the entry has seen what came after it"),
    "command": ("命令号重复", "a command was recorded more than once"),
    "number": ("工单编号重复、跳号或不正确", "the work-order number is repeated, skipped or wrong"),
    "structure": ("数据库结构损坏", "a file, page or index is broken"),
    "guard": ("防篡改触发器缺失", "a guard against change is not in force"),
    "checkpoint": ("检查点与账本不符", "a checkpoint does not speak of this ledger"),
    "signature": ("检查点签名无效", "the signature of a checkpoint is not valid"),
    "signed": ("检查点签发时间不实", "the time a checkpoint was signed cannot be right"),
    "witness": ("见证签名无效或缺失", "a witness's cosignature is missing or not valid"),
    "backdated": ("记录时间与见证时间不符", "the recorded time contradicts a witness's time"),
    "tile": ("公开日志文件与账本不符", "the public log's files differ from the ledger"),
    "vault": ("封存内容丢失或被改动", "a sealed item is lost or altered"),
    "erasure": ("密钥销毁与删除记录不符", "destroyed keys and recorded erasures differ"),
    "legality": ("事实不合案件规则", "the fact cannot follow by the rules of the case"),
}
"""Every kind of fault, with its sentence in Chinese and in English."""


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong: where, which rule, and what was found there.

    *position* is None for what concerns the database as a whole. *found* names fields and counts,
    never contents.
    """

    position: int | None
    stream: str | None
    rule: str
    found: str

    def __str__(self) -> str:
        where = "账本 ledger" if self.position is None else f"位置 position {self.position}"
        chinese, english = FAULTS[self.rule]
        stream = f" ({self.stream})" if self.stream else ""
        return f"{where}{stream}: {chinese} {english}: {self.found}"
