"""Pictures of pages with a palette, a third of the size: a page has few colours."""

import base64
import struct
import zlib

import numpy as np
import numpy.typing as npt
from playwright.sync_api import Page

_COLOURS = 32
_PIXELS = """async data => {
  const image = await createImageBitmap(await (await fetch("data:image/png;base64," + data)).blob());
  const canvas = new OffscreenCanvas(image.width, image.height);
  const plane = canvas.getContext("2d");
  plane.drawImage(image, 0, 0);
  const pixels = plane.getImageData(0, 0, image.width, image.height).data;
  const reader = new FileReader();
  await new Promise(done => { reader.onload = done; reader.readAsDataURL(new Blob([pixels])); });
  return [image.width, image.height, reader.result.split(",")[1]];
}"""


def smaller(blank: Page, png: bytes) -> bytes:
    """The same picture in at most 32 colours, each rare one as the nearest that stays. `blank`: a page to decode it."""
    width, height, pixels = blank.evaluate(_PIXELS, base64.b64encode(png).decode())
    colours = np.frombuffer(base64.b64decode(pixels), np.uint8).reshape(-1, 4)[:, :3].astype(np.int32)
    found, where, counts = np.unique(colours @ np.array([65_536, 256, 1]), return_inverse=True, return_counts=True)
    kept = found[np.argsort(-counts, kind="stable")[:_COLOURS]]
    rows = _nearest(_channels(found), _channels(kept))[where].astype(np.uint8).reshape(height, width)
    lines = np.hstack([np.zeros((height, 1), np.uint8), rows]).tobytes()  # no filter
    head = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    parts = ((b"IHDR", head), (b"PLTE", _channels(kept).astype(np.uint8).tobytes()), (b"IDAT", zlib.compress(lines, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*part) for part in parts)


def _channels(packed: npt.NDArray[np.int32]) -> npt.NDArray[np.int32]:
    return np.stack([packed >> 16, packed >> 8 & 255, packed & 255], axis=1)


def _nearest(colours: npt.NDArray[np.int32], among: npt.NDArray[np.int32]) -> npt.NDArray[np.intp]:
    return np.array([((among - colour) ** 2).sum(axis=1).argmin() for colour in colours])


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
