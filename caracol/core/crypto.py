"""Fields that a stolen database does not tell: AES-256-GCM, and an index for exact search.

Stored text: "key id:base64(nonce + ciphertext)". The column's name is authenticated with the
value, so a ciphertext moved to another column is refused. A wrong key raises; it never gives text.
"""

import base64
import hashlib
import hmac
import os
from functools import lru_cache
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import models

_NONCE = 12


class UnreadableValue(Exception):
    """A stored value that no known key opens, or that was moved or altered."""


def _keys() -> dict[str, bytes]:
    """Return the keys by id; settings.FIELD_KEYS holds "id:base64 of 32 bytes", newest first."""
    return _read(tuple(settings.FIELD_KEYS))


@lru_cache(maxsize=4)
def _read(items: tuple[str, ...]) -> dict[str, bytes]:
    keys = {}
    for item in items:
        key_id, _, encoded = item.partition(":")
        key = base64.b64decode(encoded)
        if len(key) != 32 or not key_id:
            raise ImproperlyConfigured(
                "FIELD_KEYS holds a key that is not « id:base64 of 32 bytes »."
            )
        keys[key_id] = key
    if not keys:
        raise ImproperlyConfigured("FIELD_KEYS is empty.")
    return keys


def encrypt(value: str, *, context: str) -> str:
    """Return the value encrypted with the newest key, bound to its context (table.column)."""
    key_id, key = next(iter(_keys().items()))
    nonce = os.urandom(_NONCE)
    sealed = _cipher(key).encrypt(nonce, value.encode(), context.encode())
    return f"{key_id}:{base64.b64encode(nonce + sealed).decode()}"


def decrypt(stored: str, *, context: str) -> str:
    """Return the plain value. Raises UnreadableValue when no key opens it in this context."""
    key_id, _, encoded = stored.partition(":")
    key = _keys().get(key_id)
    if key is None:
        raise UnreadableValue(f"No key named {key_id!r} for {context}.")
    sealed = base64.b64decode(encoded)
    try:
        return _cipher(key).decrypt(sealed[:_NONCE], sealed[_NONCE:], context.encode()).decode()
    except InvalidTag as error:
        raise UnreadableValue(f"The value stored in {context} cannot be read.") from error


def blind_index(value: str, *, context: str) -> str:
    """Return the keyed hash an encrypted value is searched by; the last (oldest) key serves."""
    key = _index_key(list(_keys().values())[-1])
    return hmac.digest(key, f"{context}:{value}".encode(), "sha256").hex()


@lru_cache(maxsize=4)
def _index_key(key: bytes) -> bytes:
    return hashlib.sha256(b"blind-index:" + key).digest()


_cipher = lru_cache(maxsize=4)(AESGCM)


class EncryptedTextField(models.TextField):
    """Text encrypted at rest; read and written as plain text, searchable by a blind index only."""

    @property
    def _context(self) -> str:
        return f"{self.model._meta.db_table}.{self.column}"

    def get_prep_value(self, value: Any) -> Any:
        """Encrypt on the way to the database."""
        text = super().get_prep_value(value)
        return encrypt(text, context=self._context) if text else text

    def from_db_value(
        self, value: str | None, expression: object, connection: object
    ) -> str | None:
        """Decrypt on the way back."""
        return decrypt(value, context=self._context) if value else value
