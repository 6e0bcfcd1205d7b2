"""A cache shared by all processes, without which everything still works."""

import logging
from collections.abc import Callable
from typing import Any, TypeVar

from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)
T = TypeVar("T")
ADDED = True
ABSENT = False


class ForgivingRedisCache(RedisCache):
    """Redis as a cache: when it is down, nothing is found and nothing is kept."""

    def add(self, *args: Any, **kwargs: Any) -> bool:
        """Add, or say that it was added."""
        return self._try(super().add, ADDED, args, kwargs)

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        """Return the value, or the default."""
        return self._try(super().get, default, (key, default), {"version": version})

    def set(self, *args: Any, **kwargs: Any) -> None:
        """Keep the value, or not."""
        self._try(super().set, None, args, kwargs)

    def touch(self, *args: Any, **kwargs: Any) -> bool:
        """Keep the value for longer, or say that there is none."""
        return self._try(super().touch, ABSENT, args, kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> bool:
        """Forget the value, or say that there was none."""
        return self._try(super().delete, ABSENT, args, kwargs)

    def get_many(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Return the values found."""
        return self._try(super().get_many, {}, args, kwargs)

    def set_many(self, *args: Any, **kwargs: Any) -> list[str]:
        """Keep the values, or not."""
        return self._try(super().set_many, [], args, kwargs)

    def delete_many(self, *args: Any, **kwargs: Any) -> None:
        """Forget the values."""
        self._try(super().delete_many, None, args, kwargs)

    def has_key(self, *args: Any, **kwargs: Any) -> bool:
        """Tell whether there is a value."""
        return self._try(super().has_key, ABSENT, args, kwargs)

    def incr(self, key: str, delta: int = 1, version: int | None = None) -> int:
        """Count; from nothing when Redis is down."""
        return self._try(super().incr, delta, (key, delta), {"version": version})

    def clear(self) -> None:
        """Forget everything."""
        self._try(super().clear, None, (), {})

    def _try(
        self, act: Callable[..., T], otherwise: T, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> T:
        try:
            return act(*args, **kwargs)
        except RedisError as error:
            logger.warning("The cache does not answer: %s", type(error).__name__)
            return otherwise
