"""Vega-Lite to SVG, SVG to PNG, without a browser (vl-convert); also a process that does so.

Run as a script it imports nothing of ours and obeys one job per line of standard input, either
`{"spec": ..., "svg": PATH}` or `{"of": PATH, "png": PATH}`; it answers each with a line, empty
when all went well, and ends with its input.
"""

from __future__ import annotations

import json
import signal
import sys
from pathlib import Path
from typing import Any

_PNG_SCALE = 1.5


def svg(spec: dict[str, Any]) -> str:
    """Draw a Vega-Lite specification as SVG."""
    import vl_convert

    return vl_convert.vegalite_to_svg(spec)


def png(svg_text: str) -> bytes:
    """Turn one of our SVG figures into a PNG."""
    import vl_convert

    return vl_convert.svg_to_png(svg_text, scale=_PNG_SCALE)


def obey(job: dict[str, Any]) -> None:
    """Do one job."""
    if "spec" in job:
        Path(job["svg"]).write_text(svg(job["spec"]), encoding="utf-8")
    else:
        Path(job["png"]).write_bytes(png(Path(job["of"]).read_text(encoding="utf-8")))


def main() -> None:
    """Start the converter (about half a second), then obey until the input ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # our parent decides when we stop
    svg({"data": {"values": [{}]}, "mark": "text", "encoding": {"text": {"value": "a"}}})
    for line in sys.stdin:
        try:
            obey(json.loads(line))
            reply = ""
        except Exception as error:  # noqa: BLE001 (whatever it is, the parent tells the user)
            reply = " ".join(f"{type(error).__name__}: {error}".split()) or "unknown error"
        sys.stdout.write(reply + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
