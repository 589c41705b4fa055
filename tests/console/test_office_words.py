"""What the domain says by its codes, as an office reads it: names, and the words of its forms."""

import pytest

from wording.office_words import in_office_words

PLACES = {"440106003001": "石牌第一社区"}
GROUNDS = {"CREDIT": "信用", "STAFF/MEAL": "人员（助餐）"}


def read(sentence: str, of: str = "") -> str:
    return in_office_words(
        sentence,
        place_name=lambda code: PLACES.get(code, code),
        ground_name=lambda code: GROUNDS.get(code, code),
        language="zh",
        of=of,
    )


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("社区 440106003001 已经评估。", "社区石牌第一社区已经评估。"),
        ("您的单位为 天河区民政局。", "您的单位为天河区民政局。"),
        ("“机构类型”（provider_kind）未填写。", "“机构类型”未填写。"),
        ("字段 text 不能为空。", "“诉求内容”不能为空。"),
        ("文件为 12345678 字节。", "文件为 12345678 字节。"),
        ("字段 unheard_of 不能为空。", "字段 unheard_of 不能为空。"),
        ("未答复：CREDIT, STAFF/MEAL。", "未答复：信用、人员（助餐）。"),
    ],
)
def test_no_code_stands_where_a_name_does(said: str, told: str) -> None:
    assert read(said) == told


def test_a_field_is_called_as_the_form_of_its_kind_calls_it() -> None:
    assert read("字段 text 不能为空。", of="provider") == "“内容”不能为空。"
    english = in_office_words("Field name must not be empty.", language="en", of="provider")
    assert english == 'Field "name of the body" must not be empty.'
