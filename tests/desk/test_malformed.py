"""What is wrong with a command is said in the words of its form."""

import pytest
from pydantic import ValidationError

from desk.casework import another_type, malformed
from domain.casebook import CASES
from wording.office_words import in_office_words


@pytest.mark.parametrize(
    ("category", "command", "field", "called"),
    [
        ("provider", "apply_for_admission", "name", "机构名称"),
        ("finding", "record_finding", "level", "层级"),
        ("programme", "draft_programme", "level", "级别"),
        ("task", "assign_staff", "person", "承办人员"),
        ("task", "invite_assist", "unit", "协办单位"),
    ],
)
def test_a_field_is_called_as_on_its_form(
    category: str, command: str, field: str, called: str
) -> None:
    with pytest.raises(ValidationError) as found:
        CASES[category].commands.validate_python({"kind": command})
    told = malformed(found.value, category).chinese
    assert f"“{called}”（{field}）未填写" in told
    assert f"“{called}”未填写" in in_office_words(told)
    told = in_office_words(another_type(field, command, category).chinese)
    assert f"“{called}”的类型不对" in told


def test_a_field_within_a_list_is_named_by_where_it_stands() -> None:
    told = another_type("budget.0.cents", "propose_facility", "facility").chinese
    assert "“金额（分）”（budget.0.cents）的类型不对" in told
