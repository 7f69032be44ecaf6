"""What was done to a picture, in words: every note's code and its English sentence."""

from typing import Any

NOTES: dict[str, str] = {
    "exif_rotated": "Turned upright, as the file asks (EXIF orientation {orientation}).",
    "first_frame": "Only the first frame of {frames} is used.",
    "deep_scaled": "{bits} bits a sample were scaled to 8 bits.",
    "palette": "The palette's colours were looked up.",
    "cmyk": "Printing colours (CMYK) were converted to RGB; the colours are approximate.",
    "grey": "The picture is grey: red, green and blue get the same values.",
    "to_grey": "Colours were made grey: 0.299 red + 0.587 green + 0.114 blue (ITU-R 601).",
    "alpha_over_white": "Transparent parts are shown over white.",
    "cropped": "Only {width} x {height} of {full_width} x {full_height} pixels are used.",
    "downscaled": "Made smaller, from {width} x {height} to {to_width} x {to_height} pixels.",
    "upscaled": "Made larger, from {width} x {height} to {to_width} x {to_height} pixels: "
    "no detail is gained.",
    "digit_unchanged": "The digit is already prepared as in training; no pixel was changed.",
    "digit_inverted": "Dark ink on a bright ground was made white on black, as in training.",
    "digit_thickened": "Thin strokes, {stroke} pixels wide after scaling, were thickened.",
    "digit_centred": "The ink, {box_width} x {box_height} pixels at ({box_x}, {box_y}), was scaled "
    "to {side} pixels and its centre of mass put in the middle, as in training.",
    "digit_blank": "There is no ink: the network sees an empty field.",
    "digit_not_found": "No digit on an even ground was found: the centre is used as it is.",
}


def note(code: str, **values: int | float) -> dict[str, Any]:
    """A note as the API sends it: `code`, English `text`, and the values that fill the text."""
    return {"code": code, "text": NOTES[code].format(**values), **values}
