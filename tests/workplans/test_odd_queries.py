"""网址里写了不是数的“数”：当没有写，不出错。"""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from gongkai.core.inputs import is_number

ODD = ("²", "①", "１２", "9" * 5000, "-1", "1e3", "")


@pytest.mark.parametrize("odd", ODD)
def test_only_plain_digits_are_numbers(odd: str) -> None:
    assert not is_number(odd) and is_number("2026")


@pytest.mark.parametrize("odd", ODD)
def test_pages_take_odd_numbers_for_nothing(ledger: Any, person: Any, odd: str) -> None:
    client = Client(headers={"host": "localhost"})
    for username, paths in {
        "office": ("/staff/board/?unit={}", "/staff/board/?owner={}", "/staff/requests/?q=SQ-2026-{}",
                   "/staff/requests/statistics/?year={}"),
        "city": ("/staff/city/?year={}",),
    }.items():  # fmt: skip
        client.force_login(person(username))
        for path in paths:
            assert client.get(path.format(odd)).status_code == 200, path
