"""Standard output and error that outlive their reader: a run does not depend on who reads it."""

import io
import os
import sys
from typing import TextIO


class _Unread(io.FileIO):
    """File of a stream; output is dropped once its reader has closed it."""

    def write(self, data, /):  # type: ignore[no-untyped-def]  # any buffer, as with every FileIO
        try:
            return super().write(data)
        except BrokenPipeError:
            return memoryview(data).nbytes


def outlive_readers() -> None:
    """Let this process go on when a pipe that it writes to is closed, as by `| head -1`."""
    sys.stdout, sys.stderr = (_outliving(stream) for stream in (sys.stdout, sys.stderr))


def _outliving(stream: TextIO | None) -> TextIO:
    if not isinstance(stream, io.TextIOWrapper):  # None where the process was started without it
        return stream or open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123  # kept open
    return io.TextIOWrapper(
        io.BufferedWriter(_Unread(stream.fileno(), "w", closefd=False)),
        encoding=stream.encoding,
        # A terminal that cannot show a character must not stop a run that went well.
        errors="replace",
        line_buffering=stream.line_buffering,
        write_through=stream.write_through,
    )
