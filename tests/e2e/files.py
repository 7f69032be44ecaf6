"""Picture files as a person may have them, and how a person brings them to the page."""

from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Page

SVG = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 40">
<style>rect { fill: teal }</style><rect width="40" height="40"/>
<circle cx="20" cy="20" r="12" style="fill: gold"/></svg>"""
_DRAG_COPY = 1


def painted(path: Path, colour: str, size: tuple[int, int] = (96, 80)) -> Path:
    """A picture file with a ramp and a patch of a colour; the ending says its format."""
    image = Image.linear_gradient("L").resize(size).convert("RGB")
    image.paste(colour, (size[0] // 4, size[1] // 4, size[0] // 2, size[1] // 2))
    image.save(path)
    return path


def drag(page: Page, *paths: Path, kind: str = "drop") -> None:
    """Drags real files or folders over the middle of the page, and drops them there."""
    session = page.context.new_cdp_session(page)
    data = {"items": [], "files": [str(path) for path in paths], "dragOperationsMask": _DRAG_COPY}
    for step in ("dragEnter", "dragOver") + (("drop",) if kind == "drop" else ()):
        session.send("Input.dispatchDragEvent", {"type": step, "x": 700, "y": 450, "data": data})


def copy(page: Page, path: Path) -> None:
    """Puts a PNG file on the browser's clipboard."""
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.evaluate(
        """async bytes => {
            const png = new Blob([Uint8Array.from(bytes)], { type: 'image/png' });
            await navigator.clipboard.write([new ClipboardItem({ 'image/png': png })]);
        }""",
        list(path.read_bytes()),
    )


def answer_to(page: Page, model: str, picture: bytes) -> dict[str, Any]:
    """What the server itself says to these bytes: the header of a trace, or a problem."""
    answer = page.request.post(
        f"/api/models/{model}/trace",
        data=picture,
        headers={"Content-Type": "application/octet-stream", "Accept": "application/json"},
    )
    return dict(answer.json())
