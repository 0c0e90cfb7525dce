from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import Tags, Warning, register


class AccountsConfig(AppConfig):
    name = "accounts"
    default_auto_field = "django.db.models.BigAutoField"


@register(Tags.security, deploy=True)
def proxies_are_named(app_configs: Any, **options: Any) -> list[Warning]:
    """Behind a proxy that nobody named, everybody has one address, and one lock."""
    if not settings.LUOSHI_HTTPS or settings.LUOSHI_PROXIES:
        return []
    text = "LUOSHI_HTTPS says that a proxy stands in front, and LUOSHI_PROXIES names none."
    hint = "Name its address: without it all people share the limit of one network."
    return [Warning(text, hint=hint, id="accounts.W001")]
