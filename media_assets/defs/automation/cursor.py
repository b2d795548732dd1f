"""What the sensor remembers from tick to tick, as the short text that Dagster keeps for it."""

import base64
import binascii
import json
from collections.abc import Iterable
from dataclasses import dataclass, field

from xxhash import xxh3_64_digest

VERSION = 2
_HALF = 8


@dataclass(frozen=True, slots=True)
class Memory:
    """`seen` gives the digest of each player, 16 hex digits, in the order of the looks.

    `turn` counts the ticks that asked for runs. A run's key holds it, so that the same tick asks
    again for the same run, and a library that is back in an earlier state gets a new one.
    """

    turn: int = 0
    seen: dict[str, str] = field(default_factory=dict)

    def written(self) -> str:
        """The text: 22 characters a player, whatever the names: a hash of the name, the digest."""
        records = b"".join(_key(name) + bytes.fromhex(self.seen[name]) for name in self.seen)
        seen = base64.b64encode(records).decode()
        return json.dumps({"version": VERSION, "turn": self.turn, "seen": seen})

    @classmethod
    def read(cls, text: str, players: Iterable[str]) -> "Memory":
        """What `written` gave; who is not among `players` is forgotten.

        Raises:
            ValueError: it is no such text, or that of another version; the message says which.
        """
        try:
            values = json.loads(text)
            version = values["version"]
        except (ValueError, KeyError, TypeError) as error:
            raise ValueError("it cannot be read") from error
        if version != VERSION:
            raise ValueError(f"it has version {version!r}, this program writes {VERSION}")
        try:
            records = base64.b64decode(values["seen"], validate=True)
            turn = int(values["turn"])
        except (KeyError, TypeError, ValueError, binascii.Error) as error:
            raise ValueError("it cannot be read") from error
        if len(records) % (2 * _HALF) or turn < 0:
            raise ValueError("it was cut short")
        names = {_key(name): name for name in players}
        pairs = (records[at : at + 2 * _HALF] for at in range(0, len(records), 2 * _HALF))
        seen = {names[pair[:_HALF]]: pair[_HALF:].hex() for pair in pairs if pair[:_HALF] in names}
        return cls(turn, seen)


def _key(name: str) -> bytes:
    return xxh3_64_digest(name.encode())
