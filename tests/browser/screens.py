"""Screenshots of the pages that people work on, at two widths, light and dark, to be looked at."""

import os
from pathlib import Path

FOLDER = Path(os.environ.get("SCREENS") or Path(__file__).resolve().parents[2] / "var" / "screens")


def take(page, name: str) -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    for width, height in ((1440, 900), (390, 844)):
        for scheme in ("light", "dark"):
            page.set_viewport_size({"width": width, "height": height})
            page.emulate_media(color_scheme=scheme)
            page.screenshot(path=FOLDER / f"{name}-{width}-{scheme}.png", full_page=True)
            wide = page.evaluate("document.documentElement.scrollWidth")
            assert wide <= width, f"{name} is {wide} px wide on a screen of {width} px"
    page.set_viewport_size({"width": 1440, "height": 900})
    page.emulate_media(color_scheme="light")


def take_as_it_is(page, name: str) -> None:
    """What is in the window now, light and dark: to turn to another size would fold what is open."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        page.screenshot(path=FOLDER / f"{name}-{scheme}.png")
    page.emulate_media(color_scheme="light")
