"""A file's name as it may be shown and offered again. Pure.

Names come from the client and are never part of a path of ours (FAILURES D30).
"""

import re
import unicodedata

from django.utils.translation import gettext as _

from accounts.errors import Invalid

#: Bytes in UTF-8: what common file systems take.
LONGEST = 255
#: Characters that one of the common file systems refuses.
_UNSAFE = re.compile(r'[<>:"|?*]')
#: Names that Windows keeps for devices, whatever follows the first dot.
_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])\s*(\.|$)", re.IGNORECASE)


def cleaned_name(name: str) -> str:
    """The last part of the path, without what is invisible, reserved or too long.

    Control characters and marks that turn the direction of writing are left out, so that the
    ending which is read is the ending that counts. Raises ``Invalid`` where nothing is left.
    """
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    shown = "".join(character for character in last if unicodedata.category(character)[0] != "C")
    safe = _UNSAFE.sub("_", shown).strip().rstrip(". ")
    stem, dot, suffix = safe.rpartition(".")
    if not stem.strip(". "):
        raise Invalid(
            "file_name_missing", _("The file needs a name and an ending, as in list.pdf.")
        )
    if _RESERVED.match(safe):
        stem = f"_{stem}"
    return _shortened(stem, LONGEST - len((dot + suffix).encode())) + dot + suffix


def suffix_of(name: str) -> str:
    """The ending in small letters, without its dot."""
    return name.rpartition(".")[2].lower()


def _shortened(stem: str, most: int) -> str:
    """As many whole characters as fit into so many bytes."""
    return stem.encode()[: max(most, 0)].decode(errors="ignore").rstrip()
