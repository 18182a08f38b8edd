"""One entry of a zip archive, and the records in which it stands."""

import struct
from dataclasses import dataclass
from typing import Final

LOCAL: Final = struct.Struct("<I5H3I2H")
LOCAL_MAGIC: Final = 0x04034B50
CENTRAL: Final = struct.Struct("<I6H3I5H2I")
CENTRAL_MAGIC: Final = 0x02014B50
END: Final = struct.Struct("<I4H2IH")
END_MAGIC: Final = 0x06054B50
END_64: Final = struct.Struct("<IQ2H2I4Q")
END_64_MAGIC: Final = 0x06064B50
LOCATOR: Final = struct.Struct("<IIQI")
LOCATOR_MAGIC: Final = 0x07064B50
DESCRIPTOR_MAGIC: Final = 0x08074B50
ZIP64_EXTRA: Final = 1
FULL_32: Final = 0xFFFFFFFF
FULL_16: Final = 0xFFFF

STORED: Final = 0
DEFLATED: Final = 8
ENCRYPTED_FLAG: Final = 0x1
DESCRIPTOR_FLAG: Final = 0x8
UTF8_FLAG: Final = 0x800

SYMLINK: Final = 0o120000
REGULAR: Final = 0o100000
KIND_MASK: Final = 0o170000
EXECUTABLE_BITS: Final = 0o111
UNIX_MODE_SHIFT: Final = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """
    One entry as the central directory tells it.

    `offset` is where its local header lies in the file; `end` is where the next local header or
    the central directory begins, so that everything of this entry lies between the two;
    `record` is its central record, byte for byte.
    """

    name: str
    flags: int
    method: int
    crc: int
    packed_size: int
    size: int
    mode: int  #: Unix mode with its kind; 0 when the archive was not made on Unix.
    offset: int
    end: int
    record: bytes

    @property
    def raw_name(self) -> bytes:
        """The name as its bytes stand in the archive, whatever their coding."""
        length = int.from_bytes(self.record[28:30], "little")
        return self.record[CENTRAL.size : CENTRAL.size + length]

    @property
    def is_directory(self) -> bool:
        return self.name.endswith("/")

    @property
    def is_symlink(self) -> bool:
        return self.mode & KIND_MASK == SYMLINK

    @property
    def is_file(self) -> bool:
        return not self.is_directory and not self.is_symlink
