"""Why a picture is refused: one table of sentences, and the error that carries them."""

from typing import NamedTuple

MAX_BYTES = 20_000_000
MAX_PIXELS = 40_000_000
MAX_TEXT_BYTES = 1_000_000
MAX_RLE_BYTES = 1_000_000

_ALLOWED = "JPEG, PNG, WebP, GIF, BMP and AVIF are read"


class Refusal(NamedTuple):
    """A refusal's HTTP status and its sentences; `detail` has places for the values."""

    status: int
    title: str
    detail: str
    hint: str


REFUSALS: dict[str, Refusal] = {
    "empty": Refusal(
        422, "Empty picture", "The request holds 0 bytes.", "Send the picture file's bytes."
    ),
    "too_large": Refusal(
        413,
        "Picture file too large",
        "The file has {bytes:,} bytes; at most {limit:,} are taken.",
        "Save it smaller: one twice as wide and high as the network's input loses nothing.",
    ),
    "too_many_pixels": Refusal(
        413,
        "Too many pixels",
        "The picture is {width} x {height} = {pixels:,} pixels; at most {limit:,} are decoded.",
        "Scale it down, to 4000 x 3000 for example, and send it again.",
    ),
    "no_pixels": Refusal(
        422,
        "A picture without pixels",
        "The file's header says {width} x {height} pixels; each side must be at least 1.",
        "Open the file in a picture viewer and save it again as PNG or JPEG.",
    ),
    "svg": Refusal(
        415,
        "SVG is a drawing, not pixels",
        f"The file is SVG text; {_ALLOWED}.",
        "Drop it on the page, which draws it for you, or export it as PNG.",
    ),
    "heic": Refusal(
        415,
        "HEIC is not read",
        f"The file is HEIC/HEIF; {_ALLOWED}.",
        "Drop it on the page in Safari, which converts it, or export it as JPEG; on an iPhone: "
        "Settings, Camera, Formats, Most Compatible.",
    ),
    "foreign": Refusal(
        415,
        "Not a kind of picture that is read",
        f"The file is {{kind}}; {_ALLOWED}.",
        "Save or export the picture as PNG or JPEG and send that.",
    ),
    "not_a_picture": Refusal(
        415,
        "Not a picture",
        f"The file begins with the bytes {{start}}, which begin no known picture; {_ALLOWED}.",
        "Choose a picture file; if it is one, open it in a viewer and save it again as PNG.",
    ),
    "truncated": Refusal(
        422,
        "The picture is cut off",
        "The {format} file ends after {bytes:,} bytes, before its picture is complete.",
        "Copy or download the file again, then send it.",
    ),
    "damaged": Refusal(
        422,
        "The picture is damaged",
        "The {format} file cannot be decoded: {reason}.",
        "Open the file in a picture viewer and save it again as PNG or JPEG.",
    ),
    "text_chunk": Refusal(
        422,
        "Too much text inside the picture",
        "The PNG's text chunks unpack to more than {limit:,} bytes, which is the limit.",
        "Save the picture without its metadata and send it again.",
    ),
    "run_lengths": Refusal(
        422,
        "Too large for a run-length BMP",
        "The BMP has {bytes:,} bytes of run-length data; at most {limit:,} are unpacked.",
        "Save the picture as PNG and send that.",
    ),
    "mode": Refusal(
        422,
        "Pixels of a kind that is not read",
        "The {format} file holds pixels of mode {mode}; grey, palette, RGB and CMYK with up to "
        "16 bits are read.",
        "Save the picture as an ordinary 8-bit PNG.",
    ),
    "crop": Refusal(
        422,
        "The crop leaves the picture",
        "The crop x={x}, y={y}, side={side} does not lie inside {width} x {height} pixels; x and "
        "y start at 0 and the side at 1.",
        "Choose a square inside the picture, or send no crop for the default one.",
    ),
}


class PictureError(Exception):
    """A picture that is refused: `code` in `REFUSALS`, `status` 413, 415 or 422, and words.

    `detail` says what was wrong with the value in it and what is allowed, `hint` what to do next,
    `values` what was filled in, for a page that words the refusal in another language by `code`.
    """

    def __init__(self, code: str, **values: int | str) -> None:
        refusal = REFUSALS[code]
        self.code = code
        self.values = values
        self.status = refusal.status
        self.title = refusal.title
        self.detail = refusal.detail.format(**values)
        self.hint = refusal.hint
        super().__init__(self.detail)
