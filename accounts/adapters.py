"""The hooks of django-allauth, of which we use the parts that are hard to get right, and no page.

The house has its own log-in, its own pages and its own limits; nobody signs up.
"""

import base64
import hashlib
from typing import Any

from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings


class SecondFactor(DefaultMFAAdapter):  # type: ignore[misc]
    """Secrets of authenticators are kept encrypted, by a key made from ``LUOSHI_SECRET_KEY``."""

    def encrypt(self, text: str) -> str:
        return _cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _cipher().decrypt(encrypted_text.encode()).decode()

    def get_totp_label(self, user: Any) -> str:
        return str(user.username)


def _cipher() -> MultiFernet:
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet(Fernet(_derived(str(key))) for key in keys)


def _derived(key: str) -> bytes:
    digest = hashlib.sha256(b"accounts.second_factor\0" + key.encode()).digest()
    return base64.urlsafe_b64encode(digest)
