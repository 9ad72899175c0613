"""The tree of errors: what the caller can do about each is which class it is."""

import inspect

import pytest

from astra import errors
from astra.errors import AstraError, NotFound, Problem, Unavailable, dotted


def kinds() -> list[type[AstraError]]:
    return [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, AstraError)]


@pytest.mark.parametrize("kind", kinds())
def test_the_module_s_picture_shows_every_class(kind: type[AstraError]) -> None:
    assert kind.__name__ in (errors.__doc__ or "")


@pytest.mark.parametrize("kind", kinds())
def test_only_not_found_is_an_absence(kind: type[AstraError]) -> None:
    assert issubclass(kind, NotFound) == (kind is NotFound)
    assert not issubclass(kind, OSError)


@pytest.mark.parametrize("kind", kinds())
def test_an_error_is_its_sentence_and_the_service_s_code(kind: type[AstraError]) -> None:
    error = kind("cannot x: y.", code="Z")
    assert (str(error), error.code, getattr(error, "retry_after", None)) == ("cannot x: y.", "Z", None)


def test_an_unavailable_service_may_say_when_to_come_back() -> None:
    assert Unavailable("x", retry_after=3).retry_after == 3


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ((), ""),
        (("a",), "a"),
        (("a", "b", 2, "c"), "a.b[2].c"),
        ((0, 1), "[0][1]"),
        (("a", ""), 'a.""'),
        (("a", "b\nc"), 'a."b\\nc"'),
        (("a", "sk-0123456789abcdef"), "a.(hidden)"),
    ],
)
def test_a_path_as_people_write_it(path: tuple[str | int, ...], text: str) -> None:
    assert dotted(path) == text


def test_a_problem_names_its_place() -> None:
    assert str(Problem(("a", 0), "is wrong")) == "a[0]: is wrong"
    assert str(Problem((), "is wrong")) == "is wrong"


def test_problems_are_the_same_whatever_key_they_are_of() -> None:
    assert Problem(("a",), "is wrong", key="b") == Problem(("c",), "is wrong")
