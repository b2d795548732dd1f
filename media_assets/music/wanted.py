"""What somebody wants to see of the music: filters that all hold at once."""

from dataclasses import dataclass

from media_assets.music.keys import normalised


@dataclass(frozen=True, slots=True)
class Wanted:
    """Names count however they are written; `like` is a part of a title or name."""

    artist: str | None = None
    album: str | None = None
    like: str | None = None
    genre: str | None = None
    year: int | None = None

    def values(self) -> dict[str, str | int]:
        """What is asked for, by name, as the tables have it."""
        given = {
            "artist": self.artist and normalised(self.artist),
            "album": self.album and normalised(self.album),
            "like": self.like and normalised(self.like),
            "genre": self.genre and self.genre.strip().lower(),
            "year": self.year,
        }
        return {name: value for name, value in given.items() if value is not None}
