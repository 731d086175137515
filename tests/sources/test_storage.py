"""Objects of an S3-compatible storage are read as files of a folder are."""

from __future__ import annotations

import gc
import io
import sys
from collections.abc import Iterator
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import polars as pl
import pytest

from profdev_indicators.builtin.readers import Csv, Files, Json, NdJson, Parquet, Xlsx
from profdev_indicators.builtin.readers import storage as stored
from readers.asking import book, messages, only, period, request, rows

CARD = "unit;n_ped\nш1;31\n".encode()


def put(storage: Any, *keys: str, body: bytes = CARD) -> None:
    for key in keys:
        storage.put_object(Bucket="cards", Key=key, Body=body)


def found(*locations: str, **more: Any) -> list[tuple[str, str | None]]:
    tables = Files(location=locations).read(request(**more))
    return [(table.file.removeprefix("s3://cards/"), str(table.period) if table.period else None) for table in tables]


def test_every_kind_of_file_is_read(storage: Any) -> None:
    parquet = io.BytesIO()
    pl.DataFrame({"unit": ["ш1"], "n_ped": ["31"]}).write_parquet(parquet)
    bodies = {
        "csv": (Csv, CARD),
        "xlsx": (Xlsx, book([("unit", "n_ped"), ("ш1", 31)])),
        "json": (Json, b'[{"unit": "\xd1\x881", "n_ped": "31"}]'),
        "ndjson": (NdJson, b'{"unit": "\xd1\x881", "n_ped": "31"}'),
        "parquet": (Parquet, parquet.getvalue()),
    }
    for suffix, (kind, body) in bodies.items():
        put(storage, f"2022/card.{suffix}", body=body)
        table = only(kind(location=f"s3://cards/{{period}}/card.{suffix}").read(request()))
        assert rows([table], "unit", "n_ped") == [("ш1", "31")]
        assert (table.file, table.period, table.digest) == (
            f"s3://cards/2022/card.{suffix}",
            period("2022"),
            sha256(body).hexdigest(),
        )
    assert len(found("s3://cards/{period}/*")) == len(bodies)


def test_records_in_a_storage_are_fetched_and_vouched_for(storage: Any) -> None:
    frame = pl.DataFrame({"unit": ["ш1"], "age": [31]})
    parquet = io.BytesIO()
    frame.write_parquet(parquet)
    put(storage, "2022/реестр a.parquet", body=parquet.getvalue())
    put(storage, "2022/b.csv", body="unit;age\nш2;сто\n".encode())
    reader = Files(location="s3://cards/{period}/*")
    csv, typed = reader.scan(request(), {"unit": "text", "age": "integer"})
    (both,) = reader.scan(request(whole_periods=True), {"unit": "text", "age": "integer"})
    gc.collect()  # the files live as long as the parts
    assert [part.frame.collect().rows() for part in (csv, typed, both)] == [
        [("ш2", None)],
        [("ш1", 31)],
        [("ш2", None), ("ш1", 31)],
    ]
    digests = [sha256(body).hexdigest() for body in ("unit;age\nш2;сто\n".encode(), parquet.getvalue())]
    assert [csv.digest, typed.digest] == digests
    assert both.digest == sha256("\n".join(digests).encode()).hexdigest()
    assert (typed.files, typed.address) == ((), "s3://cards/2022/реестр a.parquet")
    assert [note.file for note in both.unread()] == ["s3://cards/2022/b.csv"]


def test_a_pattern_means_what_it_means_in_a_folder(storage: Any, tmp_path: Path) -> None:
    keys = [
        "2021/cards/a.csv",
        "2022/cards/a.csv",
        "2022/cards/b.csv",
        "2022/cards/.hidden.csv",
        "2022/cards/~$b.csv",
        "2022/cards/скан.pdf",
        "2022/cards/deeper/c.csv",
        "2022/other/A.csv",
        "card-2022.csv",
        "card-20221.csv",
    ]
    put(storage, *keys)
    for key in keys:
        path = tmp_path / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(CARD)
    for pattern in ("{period}/cards/*", "{period}/**/*.csv", "**/?.csv", "{period}/*/a.csv", "card-{period}.csv", "*"):
        in_folder = [
            (table.file, str(table.period) if table.period else None)
            for table in Files(location=pattern, constants={} if "{" in pattern else {"period": "2022"}).read(
                request(tmp_path)
            )
        ]
        reader = Files(location=f"s3://cards/{pattern}", constants={} if "{" in pattern else {"period": "2022"})
        in_storage = [
            (table.file.removeprefix("s3://cards/"), str(table.period) if table.period else None)
            for table in reader.read(request())
        ]
        assert in_storage == in_folder, pattern


@pytest.mark.parametrize("name", ["Школа № 1.csv", "ё/й й.csv", "a+b&c=d.csv", "100%20.csv", "a#b?.csv", "«СОШ».csv"])
def test_a_key_may_have_any_letters(storage: Any, name: str) -> None:
    put(storage, f"район/2022/{name}")
    assert found("s3://cards/район/{period}/**/*.csv") == [(f"район/2022/{name}", "2022")]


def test_only_what_is_asked_for_is_fetched(storage: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    put(storage, "2020/a.csv", "2021/a.csv", "2022/a.csv", "2022/скан.pdf", "2023/a.csv")
    fetched: list[str] = []
    honest = stored.Bucket.fetched

    def counted(self: stored.Bucket, wanted: Any) -> Any:
        fetched.extend(each.key for each in wanted)
        return honest(self, wanted)

    monkeypatch.setattr(stored.Bucket, "fetched", counted)
    assert found("s3://cards/{period}/*", since=period("2021"), until=period("2022")) == [
        ("2021/a.csv", "2021"),
        ("2022/a.csv", "2022"),
    ]
    assert fetched == ["2021/a.csv", "2022/a.csv"]


def test_a_folder_and_a_storage_go_together(storage: Any, tmp_path: Path) -> None:
    put(storage, "2022/a.csv")
    (tmp_path / "2022").mkdir()
    (tmp_path / "2022" / "b.csv").write_bytes(CARD)
    assert found("{period}/*.csv", "s3://cards/{period}/*.csv", root=tmp_path) == [
        ("2022/b.csv", "2022"),
        ("2022/a.csv", "2022"),
    ]


def test_nothing_found_is_no_error_of_the_reader(storage: Any) -> None:
    put(storage, "2022/a.csv")
    assert found("s3://cards/nothing/{period}/*.csv") == []


def test_nothing_is_left_behind(storage: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    put(storage, "2022/a.csv", "2022/b.csv")
    tables = Csv(location="s3://cards/{period}/*.csv").read(request())
    gc.collect()
    assert list(tmp_path.iterdir()) == []
    assert rows(tables, "n_ped") == [("31",), ("31",)]


def test_a_broken_object_hides_no_other_complaint(storage: Any) -> None:
    put(storage, "2022/a.csv", "2022/z.csv", body=b"")
    assert messages(Csv(location="s3://cards/{period}/*.csv"), request()) == [
        "s3://cards/2022/a.csv: файл пуст",
        "s3://cards/2022/z.csv: файл пуст",
    ]


def test_a_key_that_no_file_could_have_is_told(storage: Any) -> None:
    put(storage, "2022//a.csv")
    assert complaint() == (
        "рядом лежит объект с именем, какого у файла не бывает («//», «..», знак табуляции) — "
        "переименуйте его или начните location с другой папки"
    )


# --- bounds -----------------------------------------------------------------------------------------------------


def test_an_object_that_is_too_large_is_not_fetched(storage: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    put(storage, "2022/a.csv")
    put(storage, "2022/b.csv", body=bytes(3 << 20))
    monkeypatch.setattr(stored, "LARGEST", 1 << 20)
    assert messages(Csv(location="s3://cards/{period}/*.csv"), request()) == [
        "s3://cards/2022/b.csv: объект слишком велик: 3 МиБ, а читаем до 1 — разделите его или сожмите в Parquet"
    ]


def test_too_many_bytes_together_are_not_fetched(storage: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    put(storage, "2022/a.csv", "2022/b.csv", body=CARD * (1 << 16))
    monkeypatch.setattr(stored, "ALTOGETHER", 2 << 20)
    (message,) = messages(Csv(location="s3://cards/{period}/*.csv"), request())
    assert message.startswith("s3://cards/2022/b.csv: объектов вместе слишком много: читаем до 2 МиБ")


def test_too_many_objects_are_not_looked_through(storage: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    put(storage, "2022/a.csv", "2022/b.csv", "2022/c.csv")
    monkeypatch.setattr(stored, "MOST_LISTED", 2)
    (message,) = messages(Csv(location="s3://cards/{period}/*.csv"), request())
    assert message == ("s3://cards/{period}/*.csv: объектов больше 2 — начните location с папки, в которой их меньше")


def test_an_object_that_changes_between_is_told(storage: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    put(storage, "2022/a.csv")
    honest = stored.Bucket.listed

    def and_then_changed(self: stored.Bucket, prefix: str) -> Any:
        listed = honest(self, prefix)
        put(storage, "2022/a.csv", body=CARD + "ш2;7\n".encode())
        return listed

    monkeypatch.setattr(stored.Bucket, "listed", and_then_changed)
    assert messages(Csv(location="s3://cards/{period}/*.csv"), request()) == [
        "s3://cards/2022/a.csv: объект изменился, пока его читали — запустите ещё раз"
    ]


# --- what goes wrong --------------------------------------------------------------------------------------------


def complaint(location: str = "s3://cards/{period}/*.csv") -> str:
    (message,) = messages(Csv(location=location), request())
    assert "secret" not in message
    return message.removeprefix(f"{location}: ")


def test_a_bucket_that_is_not_there_is_told(storage: Any) -> None:
    del storage
    assert complaint("s3://nothing/{period}/*.csv") == "нет такой корзины: nothing — проверьте её имя в location"


@pytest.mark.parametrize(
    ("endpoint", "told"),
    [
        ("http://127.0.0.1:1", "хранилище 127.0.0.1 не отвечает, как отвечает S3 — проверьте AWS_ENDPOINT_URL"),
        ("https://127.0.0.1:1", "хранилище 127.0.0.1 не отвечает, как отвечает S3 — проверьте AWS_ENDPOINT_URL"),
        ("http://nowhere.invalid", "хранилище nowhere.invalid не отвечает, как отвечает S3"),
        ("storage", "непонятный адрес хранилища в AWS_ENDPOINT_URL — https://сервер"),
        ("http://me:secret@storage", "непонятный адрес хранилища в AWS_ENDPOINT_URL — https://сервер"),
        ("file:///etc", "непонятный адрес хранилища в AWS_ENDPOINT_URL — https://сервер"),
    ],
)
def test_a_storage_that_is_not_there_is_told(
    storage: Any, monkeypatch: pytest.MonkeyPatch, endpoint: str, told: str
) -> None:
    del storage
    monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
    assert complaint().startswith(told)


def test_without_keys_nobody_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    assert complaint() == (
        "для хранилища S3 не заданы ключи доступа — "
        "в окружении: AWS_ACCESS_KEY_ID и AWS_SECRET_ACCESS_KEY, для открытого — AWS_SKIP_SIGNATURE=true"
    )


class _Answering(BaseHTTPRequestHandler):
    """A storage that always says the same."""

    status, code = 200, ""

    def do_GET(self) -> None:
        body = f"<?xml version='1.0'?><Error><Code>{self.code}</Code></Error>".encode()
        self.send_response(self.status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Silence."""


@pytest.fixture
def answering(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[_Answering]]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Answering)
    Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{server.server_port}")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    yield _Answering
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    ("status", "code", "told"),
    [
        (403, "AccessDenied", "хранилище не пускает — проверьте AWS_ACCESS_KEY_ID"),
        (403, "SignatureDoesNotMatch", "хранилище не пускает — проверьте AWS_ACCESS_KEY_ID"),
        (401, "Unauthorized", "хранилище не пускает — проверьте AWS_ACCESS_KEY_ID"),
        (400, "AuthorizationHeaderMalformed", "корзина в другом регионе — проверьте AWS_REGION"),
        (404, "NotFound", "хранилище 127.0.0.1 не отвечает, как отвечает S3"),
    ],
)
def test_what_a_storage_refuses_is_told(
    answering: type[_Answering], monkeypatch: pytest.MonkeyPatch, status: int, code: str, told: str
) -> None:
    monkeypatch.setattr(answering, "status", status)
    monkeypatch.setattr(answering, "code", code)
    assert complaint().startswith(told)


def test_without_the_extra_the_cure_is_told(storage: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    del storage
    monkeypatch.setitem(sys.modules, "obstore", None)
    assert complaint() == "для хранилищ S3 нужна библиотека obstore — pip install profdev-indicators[s3]"


@pytest.mark.parametrize("location", ["s3://cards/../x.csv", "s3://cards/{год}/x.csv"])
def test_a_location_that_cannot_be_looked_for_is_a_problem(storage: Any, location: str) -> None:
    del storage
    (message,) = messages(Csv(location=location), request())
    assert "источник «card»: " in message
