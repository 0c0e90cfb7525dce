"""The few files taken out of the npm packages; the rest of them is not served to anybody."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import FileSystemStorage

PACKAGES = Path(settings.BASE_DIR) / "node_modules"

#: Address below the static prefix → file below ``node_modules``.
FILES = {
    "packages/bootstrap.min.css": "bootstrap/dist/css/bootstrap.min.css",
    "packages/bootstrap.min.css.map": "bootstrap/dist/css/bootstrap.min.css.map",
    "packages/echarts.min.js": "echarts/dist/echarts.min.js",
}


class _PackageStorage(FileSystemStorage):
    """Opens a file of the table by its address."""

    prefix = None

    def path(self, name: str) -> str:
        return str(PACKAGES / FILES[name])


class PackageFinder(BaseFinder):
    """Finds the files of the table; those not yet installed by npm are left out."""

    def check(self, **kwargs: Any) -> list[Any]:
        return []

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        if path not in FILES or not (PACKAGES / FILES[path]).is_file():
            return []
        found = str(PACKAGES / FILES[path])
        return [found] if find_all else found

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterable[Any]:
        storage = _PackageStorage(location=PACKAGES)
        return [(name, storage) for name in FILES if (PACKAGES / FILES[name]).is_file()]
