"""Pictures of the example's documents for the documentation: pages, a sheet, the site light, dark and on a phone.

    python tools/documents.py [--out docs/pictures/documents]

What LibreOffice and Chromium draw differs with their versions, so no test compares the bytes; a picture is written
anew only where it differs from the one that lies there by more than a hair.
"""

from __future__ import annotations

import argparse
import io
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from attrs import frozen
from PIL import Image, ImageChops, ImageOps, ImageStat
from playwright.sync_api import Browser, sync_playwright
from pypdf import PdfReader

from profdev_indicators import analyse, demo, load, monitor, publish
from profdev_indicators.results import Monitoring
from profdev_reports import provide_renderers

OUT = Path(__file__).parents[1] / "docs" / "pictures" / "documents"
PERIOD = "2022"
ORGANISATION = "s01"
HEAVIEST = 150_000  # bytes
FRAME = "#c8c8c8"  # around a page, which would melt into a white one
_HAIR = 2.0  # of 255, in the mean
_DOTS = 100  # per inch
# LibreOffice prints numbers as people in its locale write them.
_RUSSIAN = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry"><item oor:path="/org.openoffice.Setup/L10N">
<prop oor:name="ooSetupSystemLocale" oor:op="fuse"><value>ru-RU</value></prop></item></oor:items>
"""
_PROGRAMS = {
    ("soffice", "libreoffice"): "LibreOffice (apt install libreoffice-writer libreoffice-calc)",
    ("pdftoppm",): "poppler (apt install poppler-utils)",
    ("chromium", "chromium-browser", "google-chrome"): "Chromium (apt install chromium)",
}


@frozen(kw_only=True)
class Screen:
    """A view of a page in a browser."""

    name: str
    page: str  # relative to the folder of the site
    width: int = 1280
    height: int = 1000
    dark: bool = False
    at: str = ""  # what it is scrolled to; empty: the top
    profile: str = "internal"


PAGES: Mapping[
    str, tuple[str, str]
] = {  # picture: beginning of the name of a file; words on the page, empty: the first
    "form": ("form-2022.pdf", ""),
    "note": ("note-2022.docx", ""),
    "note-dynamics": ("note-2022.pdf", "— по периодам"),
    "letter": (f"letters-2022/{ORGANISATION}", "Что сделать"),
    "order": ("order-2022.docx", ""),
    "book": ("book-2022.xlsx", "Организации и показатели за"),
}
SCREENS = (
    Screen(name="site", page="index.html"),
    Screen(name="site-dark", page="criteria/1.1.html", dark=True),
    Screen(name="site-phone", page="index.html", width=390, height=844),
    Screen(name="site-public", page="organisations/index.html", at="table", profile="publish"),
)


def main() -> None:
    """Draw everything; write what has changed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=OUT)
    out = parser.parse_args().out
    programs = found()
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder)
        written(made)
        for name, picture in drawn(made, programs):
            file = out / f"{name}.png"
            light = compact(picture)
            if not file.exists() or differ(file, light):
                file.write_bytes(light)
                print(file)


def found() -> Mapping[str, str]:
    """Where the programs are, each by the first of its names.

    Raises:
        SystemExit: with what has to be installed, in Russian and in English.
    """
    where = {names[0]: next(filter(None, map(shutil.which, names)), None) for names in _PROGRAMS}
    lacking = [words for names, words in _PROGRAMS.items() if where[names[0]] is None]
    if lacking:
        needed = "; ".join(lacking)
        sys.exit(f"Картинки документов рисуют: {needed} — установите.\nTo draw the documents, install: {needed}.")
    return {name: path for name, path in where.items() if path}


def written(folder: Path) -> None:
    """All documents of the example, in a folder for each profile."""
    example = demo.write(folder / "example")
    district = load(example.config)
    answer = monitor(district, period=PERIOD, data=example.data)
    public, _ = publish(answer, data=example.data)
    for told in (analyse(answer, data=example.data), public):
        for name, content in _files(told):
            file = folder / told.profile / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)


def _files(answer: Monitoring) -> Iterator[tuple[str, bytes]]:
    for kind in provide_renderers().values():
        yield from kind().render(answer).items()


def drawn(made: Path, programs: Mapping[str, str]) -> Iterator[tuple[str, Image.Image]]:
    """Every picture by its name."""
    for name, (beginning, words) in PAGES.items():
        [file] = _matching(made / "internal", beginning)
        yield name, page(file, words, made / "drawn", programs)
    with sync_playwright() as tools:
        browser = tools.chromium.launch(executable_path=programs["chromium"], args=["--no-sandbox"])
        for screen in SCREENS:
            yield screen.name, shot(browser, made / screen.profile / "site", screen)
        browser.close()


def _matching(folder: Path, beginning: str) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if str(path.relative_to(folder)).startswith(beginning))


def page(file: Path, words: str, scratch: Path, programs: Mapping[str, str]) -> Image.Image:
    """The first page with these words as LibreOffice prints it; of a PDF, as it is."""
    scratch.mkdir(exist_ok=True)
    if file.suffix != ".pdf":
        settings = scratch / "office" / "user" / "registrymodifications.xcu"
        if not settings.exists():
            settings.parent.mkdir(parents=True)
            settings.write_text(_RUSSIAN, encoding="utf-8")
        profile = f"-env:UserInstallation={(scratch / 'office').as_uri()}"
        where = ("--convert-to", "pdf", "--outdir", str(scratch))
        _run(programs["soffice"], profile, "--headless", *where, str(file))
        file = scratch / f"{file.stem}.pdf"
    number = str(_numbered(file, words))
    only = ("-f", number, "-l", number, "-singlefile")
    _run(programs["pdftoppm"], "-png", "-r", str(_DOTS), *only, str(file), str(scratch / "page"))
    with Image.open(scratch / "page.png") as picture:
        return ImageOps.expand(picture.convert("RGB"), border=1, fill=FRAME)


def _numbered(file: Path, words: str) -> int:
    for number, each in enumerate(PdfReader(file).pages, start=1):
        if "".join(words.split()) in "".join(each.extract_text().split()):
            return number
    sys.exit(f"{file.name}: no page with «{words}»")


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True)  # noqa: S603 - a program of this machine


def shot(browser: Browser, site: Path, screen: Screen) -> Image.Image:
    """What a browser shows of it."""
    tab = browser.new_page(
        viewport={"width": screen.width, "height": screen.height}, color_scheme="dark" if screen.dark else "light"
    )
    tab.goto((site / screen.page).as_uri())
    if screen.at:
        tab.locator(screen.at).first.evaluate("element => element.scrollIntoView()")
    picture = Image.open(io.BytesIO(tab.screenshot())).convert("RGB")
    tab.close()
    return ImageOps.expand(picture, border=1, fill=FRAME)


def compact(picture: Image.Image) -> bytes:
    """As a PNG of few colours, light enough for a page; the fewer, the heavier it would be."""
    for colours in (128, 64, 32, 16):
        buffer = io.BytesIO()
        picture.quantize(colours, dither=Image.Dither.NONE).save(buffer, "PNG", optimize=True)
        if buffer.tell() <= HEAVIEST:
            return buffer.getvalue()
    return compact(picture.resize((picture.width * 4 // 5, picture.height * 4 // 5), Image.Resampling.LANCZOS))


def differ(file: Path, fresh: bytes) -> bool:
    """Whether a person could see the difference."""
    with Image.open(file) as before, Image.open(io.BytesIO(fresh)) as now:
        if before.size != now.size:
            return True
        means = ImageStat.Stat(ImageChops.difference(before.convert("RGB"), now.convert("RGB"))).mean
    return max(means) > _HAIR


if __name__ == "__main__":
    main()
