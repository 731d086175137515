"""Objects of an S3-compatible storage, listed and fetched; its address and keys come from the environment."""

from __future__ import annotations

import os
import re
import shutil
import weakref
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from hashlib import sha256
from pathlib import Path, PurePosixPath
from tempfile import mkdtemp
from types import ModuleType
from typing import Any
from urllib.parse import urlsplit

from attrs import field, frozen

from profdev_indicators.builtin.readers.grids import MissingLibraryError, UnreadableError

SCHEME = "s3://"
LARGEST = 512 << 20  # bytes of one object
ALTOGETHER = 2 << 30  # bytes of all objects fetched for one source
MOST_LISTED = 100_000  # objects looked through for one location

_AT_ONCE = 8
_MIB = 1 << 20
_BUCKET = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,62}")
_ENDPOINT = re.compile(r"https?://[A-Za-z0-9\[][A-Za-z0-9.:\[\]-]*(?:/|$)", re.IGNORECASE)
_SUFFIX = re.compile(r"\.[A-Za-z0-9]{1,10}")
_ENDPOINTS = ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "AWS_ENDPOINT")
_REFUSALS = {
    "NoSuchBucket": ("нет такой корзины: {bucket}", "проверьте её имя в location"),
    "NoSuchKey|FileNotFoundError": ("объекта уже нет", "запустите ещё раз"),
    "PreconditionError": ("объект изменился, пока его читали", "запустите ещё раз"),
    "PermissionDenied|Unauthenticated|40[13] (?:Forbidden|Unauthorized)": (
        "хранилище не пускает",
        "проверьте AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY и права на чтение корзины",
    ),
    "InvalidPathError": (
        "рядом лежит объект с именем, какого у файла не бывает («//», «..», знак табуляции)",
        "переименуйте его или начните location с другой папки",
    ),
    "AuthorizationHeaderMalformed|PermanentRedirect": ("корзина в другом регионе", "проверьте AWS_REGION"),
}
# Any of these says how to sign; without them the library would go and ask the cloud it thinks it runs in.
_IDENTITIES = (
    "AWS_ACCESS_KEY_ID",
    "AWS_SKIP_SIGNATURE",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
)


@frozen(kw_only=True)
class Stored:
    """An object as the storage lists it."""

    key: str
    size: int  # bytes
    tag: str | None = field(default=None)  # changes when the object does


@frozen(kw_only=True)
class Fetched:
    """An object on this machine."""

    stored: Stored
    path: Path
    digest: str  # SHA-256 of its bytes
    folder: Folder = field(repr=False)  # while it lives, the file does


class Folder:
    """A temporary folder that goes when nobody needs it any more."""

    def __init__(self) -> None:
        self.path = Path(mkdtemp(prefix="profdev-"))
        weakref.finalize(self, shutil.rmtree, self.path, ignore_errors=True)


@frozen(kw_only=True)
class Bucket:
    """A bucket that can be listed and read."""

    name: str
    obstore: ModuleType = field(repr=False)
    store: Any = field(repr=False)

    def listed(self, prefix: str) -> tuple[Stored, ...]:
        """All objects under a folder of keys, by key.

        Raises:
            UnreadableError: no such bucket, no right, no answer, or too many objects.
        """
        found: list[Stored] = []
        try:
            for chunk in self.obstore.list(self.store, prefix or None, chunk_size=1000):
                found += [Stored(key=each["path"], size=each["size"], tag=each["e_tag"]) for each in chunk]
                if len(found) > MOST_LISTED:
                    raise UnreadableError(
                        f"объектов больше {MOST_LISTED}", hint="начните location с папки, в которой их меньше"
                    )
        except (self.obstore.exceptions.BaseError, OSError, ValueError) as error:
            raise self._refused(error) from None
        return tuple(sorted(found, key=lambda stored: stored.key))

    def fetched(self, wanted: Sequence[Stored]) -> tuple[Fetched | UnreadableError, ...]:
        """Objects as files of a temporary folder, each or what is wrong with it, in the order given."""
        folder = Folder()
        room = ALTOGETHER
        plans: list[UnreadableError | None] = []
        for stored in wanted:
            fits = stored.size <= min(LARGEST, room)
            room -= stored.size if fits else 0
            plans.append(None if fits else _too_large(stored))
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            files = [
                problem or pool.submit(self._fetch, stored, folder, number)
                for number, (stored, problem) in enumerate(zip(wanted, plans, strict=True))
            ]
            return tuple(file if isinstance(file, UnreadableError) else file.result() for file in files)

    def _fetch(self, stored: Stored, folder: Folder, number: int) -> Fetched | UnreadableError:
        # The name is ours: that of the object may be one which this system does not take.
        suffix = PurePosixPath(stored.key).suffix
        path = folder.path / f"{number:06}{suffix if _SUFFIX.fullmatch(suffix) else ''}"
        digest, size = sha256(), 0
        try:
            # Listed and fetched must be one and the same object.
            answer = self.obstore.get(self.store, stored.key, options={"if_match": stored.tag} if stored.tag else None)
            with path.open("wb") as file:
                for block in answer:
                    size += len(block)
                    if size > stored.size:
                        return UnreadableError("объект изменился, пока его читали", hint="запустите ещё раз")
                    digest.update(block)
                    file.write(block)
        except (self.obstore.exceptions.BaseError, OSError, ValueError) as error:
            return self._refused(error)
        return Fetched(stored=stored, path=path, digest=digest.hexdigest(), folder=folder)

    def _refused(self, error: Exception) -> UnreadableError:
        """Why the storage does not give, in our words: its own may hold what is secret."""
        said = f"{type(error).__name__} {error}"
        if isinstance(error, OSError) and error.strerror:
            return UnreadableError(f"объект не сохранить: {error.strerror}", hint="хватает ли места на диске")
        for words, (message, hint) in _REFUSALS.items():
            if re.search(words, said):
                return UnreadableError(message.format(bucket=self.name), hint=hint)
        hint = "проверьте AWS_ENDPOINT_URL и доступ к сети"
        return UnreadableError(f"хранилище {_host()} не отвечает, как отвечает S3", hint=hint)


def split(location: str) -> tuple[str, str]:
    """The bucket and the pattern of keys."""
    bucket, _, pattern = location.removeprefix(SCHEME).partition("/")
    return bucket, pattern


def objection(location: str) -> str:
    """Why a location with «://» cannot be looked for; empty when it can. Its words are not repeated."""
    if not location.startswith(SCHEME):
        return "пишут путь в папке данных или s3://корзина/папка/*.csv"
    bucket, pattern = split(location)
    if "@" in bucket or ":" in bucket:
        return "ключи доступа не пишут в location: задайте AWS_ACCESS_KEY_ID и AWS_SECRET_ACCESS_KEY в окружении"
    if not _BUCKET.fullmatch(bucket):
        return "в location нужно имя корзины: s3://корзина/папка/*.csv"
    if not pattern.strip("/"):
        return "в location после корзины нужны имена объектов: s3://корзина/папка/*.csv"
    return ""


def opened(bucket: str) -> Bucket:
    """A bucket, by what the environment says of the storage; nothing is sent yet.

    Raises:
        MissingLibraryError: ``obstore`` is not installed.
        UnreadableError: the environment does not say enough.
    """
    obstore = _obstore()
    endpoint = _endpoint()
    if endpoint and not _ENDPOINT.match(endpoint):
        raise UnreadableError("непонятный адрес хранилища в AWS_ENDPOINT_URL", hint="https://сервер")
    if not any(os.environ.get(name) for name in _IDENTITIES):
        raise UnreadableError(
            "для хранилища S3 не заданы ключи доступа",
            hint="в окружении: AWS_ACCESS_KEY_ID и AWS_SECRET_ACCESS_KEY, для открытого — AWS_SKIP_SIGNATURE=true",
        )
    try:
        store = obstore.store.S3Store(
            bucket,
            client_options={
                "allow_http": endpoint.lower().startswith("http://"),
                "connect_timeout": timedelta(seconds=10),
                "timeout": timedelta(seconds=120),
            },
            retry_config={"max_retries": 3, "retry_timeout": timedelta(seconds=30)},
        )
    except (obstore.exceptions.BaseError, ValueError):
        hint = "проверьте переменные AWS_…"
        raise UnreadableError("непонятные настройки хранилища в окружении", hint=hint) from None
    return Bucket(name=bucket, obstore=obstore, store=store)


def _obstore() -> ModuleType:
    try:
        # Only those who read a storage need it, and it is an extra.
        import obstore  # noqa: PLC0415
        import obstore.exceptions  # noqa: PLC0415
        import obstore.store  # noqa: PLC0415
    except ImportError:
        message = "для хранилищ S3 нужна библиотека obstore"
        raise MissingLibraryError(message, hint="pip install profdev-indicators[s3]") from None
    return obstore


def _endpoint() -> str:
    return next((os.environ[name] for name in _ENDPOINTS if os.environ.get(name)), "")


def _host() -> str:
    try:
        return urlsplit(_endpoint()).hostname or "S3"
    except ValueError:
        return "S3"


def _too_large(stored: Stored) -> UnreadableError:
    if stored.size > LARGEST:
        message = f"объект слишком велик: {stored.size // _MIB} МиБ, а читаем до {LARGEST // _MIB}"
    else:
        message = f"объектов вместе слишком много: читаем до {ALTOGETHER // _MIB} МиБ"
    return UnreadableError(message, hint="разделите его или сожмите в Parquet")
