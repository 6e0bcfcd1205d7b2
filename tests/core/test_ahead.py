"""What is worked out ahead comes in its order, with its refusals, and stops when asked to."""

import threading

import pytest

from caracol.core.ahead import ahead


def test_everything_comes_in_its_order():
    """More items than may wait."""
    assert list(ahead(range(50), most=2)) == list(range(50))


def test_what_is_refused_is_refused_at_its_place():
    """What came before was given."""

    def items():
        yield 1
        raise ValueError("ligne 2")

    found = ahead(items())
    assert next(found) == 1
    with pytest.raises(ValueError, match="ligne 2"):
        next(found)


def test_the_thread_ends_with_its_reader():
    """A refusal of the database half-way leaves nobody working."""
    before = threading.active_count()
    found = ahead(iter(int, 1), most=1)
    next(found)
    found.close()
    assert threading.active_count() == before
