"""Reading a file of rows: what is wrong with it is told by row, and one bad row hides no other."""

import io
import tracemalloc

import pytest

from services.registry import table
from services.registry.register import CouncilEntry, PeerEntry, PostEntry
from services.registry.table import Row, Unreadable

HEADER = b"peer,council,role,from,to\n"


def read(content: bytes) -> list[Row]:
    return list(table.rows(io.BytesIO(content), PostEntry))


def unreadable(content: bytes) -> Unreadable:
    with pytest.raises(Unreadable) as raised:
        read(content)
    return raised.value


def rules(content: bytes) -> list[tuple[int, str]]:
    return [(row.number, row.fault.rule if row.fault else "") for row in read(content)]


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_rows_are_numbered_as_a_spreadsheet_does_with_or_without_a_byte_order_mark(end: bytes, mark: bytes) -> None:
    rows = read(mark + HEADER.replace(b"\n", end) + b"p1,Leeds,leader,2020-01-01," + end + b"p2,383,x,y,z")
    assert [(row.number, row.cells["peer"], row.cells["to"]) for row in rows] == [(2, "p1", ""), (3, "p2", "z")]


def test_columns_may_stand_in_any_order_and_case_and_optional_ones_may_be_missing() -> None:
    (row,) = read(b"Role , FROM,peer,Council\nleader,2020-01-01,p1,Leeds\n")
    assert row.cells == {"role": "leader", "from": "2020-01-01", "peer": "p1", "council": "Leeds"}


def test_blank_rows_are_passed_over_and_counted() -> None:
    assert rules(HEADER + b"\n,,,,\na,b,c,d,e\n") == [(4, "")]


def test_quotes_hold_commas_and_quotes() -> None:
    (row,) = read(HEADER + b'p1,"Leeds, City of","a ""b""",d,e\n')
    assert (row.cells["council"], row.cells["role"]) == ("Leeds, City of", 'a "b"')


def test_a_bad_row_hides_no_other() -> None:
    content = HEADER + b'a,"b,c,d,e\n' + b"a,b\xff,c,d,e\n" + b"a,b\x00,c,d,e\n" + b"a,b,c\n" + b'a,"b"x,c,d,e\n' + b"a,b,c,d,e\n"
    assert rules(content) == [(2, "quoting"), (3, "encoding"), (4, "null_byte"), (5, "width"), (6, "quoting"), (7, "")]


def test_a_cell_that_is_too_long_is_a_fault_of_its_column() -> None:
    (row,) = read(HEADER + b"a," + b"b" * 1001 + b",c,d,e\n")
    assert row.fault is not None
    assert (row.fault.column, row.fault.rule, len(row.fault.value)) == ("council", "too_long", 40)


def test_a_misspelt_column_is_told_with_what_may_have_been_meant() -> None:
    faults = unreadable(b"peer,counsil,role,from,to,notes\n").faults
    assert [(fault.value, fault.rule, fault.remedy) for fault in faults] == [
        ("counsil", "unknown_column", "Did you mean council?"),
        ("notes", "unknown_column", "Take it out; the columns are: peer, council, role, from, to."),
        ("council", "missing_column", "Add it; the columns are: peer, council, role, from, to."),
    ]


def test_a_column_that_stands_twice_is_told() -> None:
    assert [fault.rule for fault in unreadable(b"peer,council,role,from,to,Peer\n").faults] == ["column_twice"]


@pytest.mark.parametrize("content", [b"", b"\n", b"peer;council;role;from;to\n", b"peer\tcouncil\n", b"PK\x03\x04stuff", b'"peer\n'])
def test_what_is_no_such_file_is_told_in_one_fault(content: bytes) -> None:
    error = unreadable(content)
    assert (error.row, len(error.faults)) == (1, 1)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_a_file_in_another_encoding_is_told_how_to_be_saved(encoding: str) -> None:
    (fault,) = unreadable(HEADER.decode().encode(encoding)).faults
    assert (fault.rule, "CSV UTF-8" in fault.remedy) == ("encoding", True)


def test_a_file_without_line_breaks_is_not_read_to_its_end() -> None:
    endless = io.BytesIO(HEADER + b"x" * 50_000_000)
    tracemalloc.start()
    with pytest.raises(Unreadable) as raised:
        list(table.rows(endless, PostEntry))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert raised.value.row == 2
    assert peak < 1_000_000


def test_each_kind_has_its_columns_and_the_optional_ones_are_among_them() -> None:
    for kind in (CouncilEntry, PeerEntry, PostEntry):
        assert kind.optional <= set(kind.columns)
