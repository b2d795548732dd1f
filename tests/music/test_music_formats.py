"""What is peculiar to a format."""

import io
import random
import struct

import music_samples as samples
import numpy as np
import pytest
from mutagen import apev2, id3, mp4
from mutagen.id3 import ID3

from media_assets.music.music_file import AudioMetadata, read_music
from media_assets.settings import LimitSettings

LIMITS = LimitSettings()


def metadata(data: bytes, extension: str = "") -> AudioMetadata:
    return read_music(data, extension, LIMITS).metadata


def id3_file(*frames: id3.Frame, version: int = 4) -> AudioMetadata:
    tag = ID3()
    for frame in frames:
        tag.add(frame)
    return metadata(samples.with_id3(samples.audio("mp2"), tag, version))


def raw_id3(version: int, frames: list[tuple[bytes, bytes]]) -> bytes:
    """A tag byte by byte, for what mutagen would not write."""
    parts = []
    for name, content in frames:
        size = len(content).to_bytes(3 if version == 2 else 4)
        parts.append(name + size + (b"" if version == 2 else b"\0\0") + content)
    body = b"".join(parts)
    size = bytes([len(body) >> 7, len(body) & 127])
    return b"ID3" + bytes([version, 0, 0, 0, 0]) + size + body


def id3v1(genre: int = 17, track: int = 5) -> bytes:
    return struct.pack(
        "3s30s30s30s4s28sBBB", b"TAG", b"Old title", b"Old artist", b"Old album", b"1995",
        b"Old comment", 0, track, genre,
    )  # fmt: skip


class TestId3:
    def test_version_1_alone(self):
        found = metadata(samples.audio("mp2") + id3v1())
        assert (found.title, found.artist, found.album) == ("Old title", "Old artist", "Old album")
        assert (found.track_number, found.year, found.genre) == (5, 1995, "Rock")
        assert found.comment == "Old comment"

    def test_version_1_fills_what_version_2_leaves_out(self):
        tag = ID3()
        tag.add(id3.TIT2(encoding=3, text=["New title"]))
        found = metadata(samples.with_id3(samples.audio("mp2"), tag) + id3v1(genre=255))
        assert (found.title, found.artist, found.genre) == ("New title", "Old artist", None)

    def test_version_2_2(self):
        frames = [(b"TT2", b"\0Title"), (b"TP1", b"\0Artist"), (b"TYE", b"\x001987"),
                  (b"TRK", b"\x003/9"), (b"TCO", b"\0(17)"), (b"TXX", b"\0ACOUSTID_ID\0no id"),
                  (b"XYZ", b"unknown"), (b"PIC", b"\0JPG\x03\0" + samples.JPEG)]  # fmt: skip
        products = read_music(raw_id3(2, frames) + samples.audio("mp2"), "", LIMITS)
        found = products.metadata
        assert (found.title, found.artist, found.year) == ("Title", "Artist", 1987)
        assert (found.track_number, found.track_total, found.genre) == (3, 9, "Rock")
        assert products.cover == samples.JPEG
        assert '"XYZ":{"bytes":7}' in found.tags

    def test_the_day_of_version_2_3_is_in_a_frame_of_its_own(self):
        year, day = id3.TYER(encoding=3, text=["1987"]), id3.TDAT(encoding=3, text=["3112"])
        assert id3_file(year, day, version=3).date == "1987-12-31"
        assert id3_file(year, version=3).date == "1987"
        assert id3_file(year, id3.TDAT(encoding=3, text=["9999"]), version=3).date == "1987"

    def test_artists_of_version_2_3_are_not_split_at_a_slash(self):
        found = id3_file(id3.TPE1(encoding=3, text=["AC/DC"]), version=3)
        assert found.artists == ("AC/DC",)

    def test_artists_beside_the_artist_as_shown(self):
        found = id3_file(
            id3.TPE1(encoding=3, text=["A feat. B"]),
            id3.TXXX(encoding=3, desc="ARTISTS", text=["A", "B"]),
        )
        assert (found.artist, found.artists) == ("A feat. B", ("A", "B"))

    def test_volume_frames_stand_in_for_replaygain(self):
        found = id3_file(
            id3.RVA2(desc="track", channel=1, gain=-3.5, peak=0.9),
            id3.RVA2(desc="Album", channel=1, gain=-4.25, peak=0.9),
        )
        assert (found.replaygain_track_gain, found.replaygain_album_gain) == (-3.5, -4.25)

    def test_a_recording_id_in_a_text_frame(self):
        found = id3_file(id3.TXXX(encoding=3, desc="MUSICBRAINZ_TRACKID", text=[samples.RECORDING]))
        assert found.mb_recording_id == samples.RECORDING

    def test_an_id_that_is_none_is_none(self):
        found = id3_file(id3.UFID(owner="http://musicbrainz.org", data=b"\xff\xfe\0"))
        assert found.mb_recording_id is None

    def test_the_first_of_several_artist_ids(self):
        ids = [samples.ARTIST, samples.ALBUM_ARTIST]
        found = id3_file(id3.TXXX(encoding=3, desc="MusicBrainz Artist Id", text=ids))
        assert found.mb_artist_id == samples.ARTIST

    def test_a_comment_without_description_before_others(self):
        def comment(description: str, text: str) -> id3.Frame:
            return id3.COMM(encoding=3, lang="eng", desc=description, text=[text])

        described, plain = comment("about", "described"), comment("", "plain")
        assert id3_file(described, plain).comment == "plain"
        assert id3_file(described).comment == "described"
        assert id3_file(comment("iTunSMPB", " 0000")).comment is None

    def test_empty_lyrics_are_none(self):
        assert not id3_file(id3.USLT(encoding=3, lang="eng", desc="", text=" ")).has_lyrics
        for encoding in (1, 3):
            timed = id3.SYLT(encoding=encoding, lang="eng", format=2, type=1, desc="timed")
            assert not id3_file(timed).has_lyrics
            timed.text = [("La", 10), ("la", 20)]
            assert id3_file(timed).has_lyrics

    def test_a_fallback_where_the_first_name_has_garbage(self):
        found = id3_file(
            id3.TBPM(encoding=3, text=["0"]), id3.TXXX(encoding=3, desc="BPM", text=["174.5"])
        )
        assert found.bpm == 174.5

    @pytest.mark.parametrize("version", [3, 4])
    @pytest.mark.parametrize("encoding", [0, 1, 3])
    def test_what_mutagen_writes_is_what_is_read(self, version, encoding):
        random_numbers = random.Random(version * 10 + encoding)
        letters = "aé ÿ" if encoding == 0 else "aé標🎵 \ufb01"
        for _ in range(40):
            texts = ["".join(random_numbers.choices(letters, k=60)).strip() for _ in range(5)]
            title, artist, described, comment, lyrics = (text or "x" for text in texts)
            found = id3_file(
                id3.TIT2(encoding=encoding, text=[title]),
                id3.TPE1(encoding=encoding, text=[artist, described]),
                id3.TXXX(encoding=encoding, desc="MusicBrainz Album Id", text=[samples.RELEASE]),
                id3.COMM(encoding=encoding, lang="deu", desc="", text=[comment]),
                id3.USLT(encoding=encoding, lang="deu", desc=described, text=lyrics),
                id3.APIC(encoding=encoding, mime="image/png", type=3, desc=artist,
                         data=samples.PNG * random_numbers.randrange(1, 90)),
                version=version,
            )  # fmt: skip
            assert (found.title, found.artists) == (
                title,
                tuple(dict.fromkeys((artist, described))),
            )
            assert (found.comment, found.mb_release_id) == (comment, samples.RELEASE)
            assert found.has_lyrics
            assert found.has_cover

    def test_sizes_that_are_not_synchsafe(self):
        """As older iTunes wrote them in version 2.4."""
        picture = b"\0image/png\0\x03\0" + samples.PNG
        frames = [(b"TIT2", b"\3" + b"T" * 200), (b"APIC", picture), (b"TALB", b"\3Album")]
        found = metadata(raw_id3(4, frames) + samples.audio("mp2"))
        assert (found.title, found.album, found.has_cover) == ("T" * 200, "Album", True)

    @pytest.mark.parametrize("version", [3, 4])
    def test_unsynchronised(self, version):
        content = b"\1" + "ÿþ".encode("utf-16")
        stored = content.replace(b"\xff", b"\xff\0")
        assert stored != content
        flags = b"\0\2" if version == 4 else b"\0\0"
        # The size counts the inserted zeros in 2.4, where each frame has them by itself.
        size = len(stored) if version == 4 else len(content)
        frame = b"TIT2" + size.to_bytes(4) + flags + stored
        tag = b"ID3" + bytes([version, 0, 0x80, 0, 0, 0, len(frame)]) + frame
        assert metadata(tag + samples.audio("mp2")).title == "ÿþ"

    def test_groups_lengths_and_encryption(self):
        grouped = b"TIT2\0\0\0\x07\0\x40g\3Title"
        counted = b"TALB\0\0\0\x0a\0\1\0\0\0\6\3Album"
        secret = b"TPE1\0\0\0\5\0\4?????"
        packed = b"TCOM\0\0\0\x09\0\x09\0\0\0\5xxxxx"
        frames = grouped + counted + secret + packed
        tag = b"ID3\4\0\0\0\0\0" + bytes([len(frames)]) + frames
        found = metadata(tag + samples.audio("mp2"))
        assert (found.title, found.album, found.artist) == ("Title", "Album", None)
        assert '"TPE1":{"bytes":5}' in found.tags
        assert '"TCOM":{"bytes":9}' in found.tags

    def test_stacked_tags_before_the_audio(self):
        first = samples.id3_bytes(samples.id3_tag())
        second = samples.id3_bytes(ID3())
        found = metadata(first + second + second + samples.audio("mp2"))
        assert (found.codec, found.title) == ("mp2", samples.EXPECTED["title"])

    def test_zeros_behind_the_tag(self):
        tag = samples.id3_bytes(samples.id3_tag())
        assert metadata(tag + bytes(5000) + samples.audio("mp2"), ".wav").codec == "mp2"

    def test_before_flac(self):
        tag = ID3()
        tag.add(id3.TIT2(encoding=3, text=["Not this"]))
        tag.add(id3.TSRC(encoding=3, text=["USABC1234567"]))
        tag.add(id3.TCOM(encoding=3, text=["From ID3"]))
        data = samples.id3_bytes(tag) + samples.flac_with([("TITLE", "This")])
        found = metadata(data)
        assert (found.container, found.title, found.composer) == ("FLAC", "This", "From ID3")
        assert '"ID3:TSRC":"USABC1234567"' in found.tags


class TestApe:
    def test_gains_of_mp3gain_behind_an_mp3(self):
        items = apev2.APEv2()
        items["REPLAYGAIN_TRACK_GAIN"] = "-5.05 dB"
        items["Title"] = "APE title"
        found = metadata(samples.with_ape(samples.tagged("mp3"), items))
        assert found.title == samples.EXPECTED["title"]
        assert found.replaygain_track_gain == -7.3
        plain = metadata(samples.with_ape(samples.audio("mp2"), items) + id3v1())
        assert (plain.replaygain_track_gain, plain.title) == (-5.05, "APE title")
        assert plain.artist == "Old artist"
        assert '"APE:Title":"APE title"' in plain.tags

    def test_a_broken_tag_behind_an_mp3_costs_only_itself(self):
        data = bytearray(samples.with_ape(samples.tagged("mp3")))
        start = data.rindex(b"Title\0", 0, data.rindex(b"APETAGEX"))
        data[start : start + 5] = b"T\xffitl"
        assert metadata(bytes(data)).title == samples.EXPECTED["title"]

    def test_gains_in_the_header_of_musepack(self):
        found = metadata(samples.musepack(track_gain=-610, album_gain=0))
        assert (found.replaygain_track_gain, found.replaygain_album_gain) == (-6.1, None)

    def test_tagged_gains_before_those_of_the_header(self):
        assert metadata(samples.tagged("mpc")).replaygain_track_gain == -7.3

    def test_channels_of_wavpack_in_several_blocks_are_not_guessed(self):
        data = bytearray(samples.audio("wv"))
        flags = int.from_bytes(data[24:28], "little") & ~0x1000
        data[24:28] = flags.to_bytes(4, "little")
        assert metadata(bytes(data)).channels is None
        assert metadata(samples.audio("wv")).channels == 2


class TestVorbis:
    @pytest.mark.parametrize("maker", [samples.speex, samples.ogg_flac])
    def test_ogg_of_other_codecs(self, maker):
        found = metadata(maker(samples.vorbis_comments()))
        expected = {**samples.EXPECTED, "has_cover": False}
        assert {name: getattr(found, name) for name in expected} == expected

    def test_their_streams(self):
        speex, ogg_flac = metadata(samples.speex([])), metadata(samples.ogg_flac([]))
        assert (speex.codec, speex.sample_rate, speex.duration_seconds) == ("speex", 32_000, 0.5)
        assert (ogg_flac.codec, ogg_flac.bit_depth, ogg_flac.duration_seconds) == ("flac", 16, 0.5)

    def test_gain_of_opus(self):
        found = metadata(samples.speex([("R128_TRACK_GAIN", "-1869"), ("R128_ALBUM_GAIN", "x")]))
        assert (found.replaygain_track_gain, found.replaygain_album_gain) == (-2.3, None)

    def test_year_where_there_is_no_date(self):
        assert metadata(samples.speex([("YEAR", "1999")])).date == "1999"
        both = metadata(samples.speex([("YEAR", "1999"), ("DATE", "2001-02-03")]))
        assert (both.date, both.year) == ("2001-02-03", 2001)

    def test_a_total_of_its_own_before_the_one_behind_the_slash(self):
        found = metadata(samples.speex([("TRACKNUMBER", "2/9"), ("TOTALTRACKS", "10")]))
        assert (found.track_number, found.track_total) == (2, 10)

    def test_values_that_repeat_are_joined_once(self):
        found = metadata(samples.speex([("ARTIST", "A"), ("ARTIST", "B"), ("ARTIST", "A")]))
        assert (found.artist, found.artists) == ("A; B", ("A", "B"))

    def test_artists_alone(self):
        found = metadata(samples.speex([("ARTISTS", "A"), ("ARTISTS", "B")]))
        assert (found.artist, found.artists) == ("A; B", ("A", "B"))


class TestMp4:
    def tagged(self, **atoms: object) -> AudioMetadata:
        file = io.BytesIO(samples.audio("m4a"))
        opened = mp4.MP4(file)
        opened.tags.clear()
        opened.tags.update(atoms)
        file.seek(0)
        opened.save(file)
        return metadata(file.getvalue())

    def test_zero_is_unset(self):
        found = self.tagged(trkn=[(0, 12)], disk=[(1, 0)], tmpo=[0], cpil=False)
        assert (found.track_number, found.track_total) == (None, 12)
        assert (found.disc_number, found.disc_total) == (1, None)
        assert (found.bpm, found.compilation) == (None, False)

    def test_free_form_values_of_other_types(self):
        free = {
            "----:com.apple.iTunes:BPM": [mp4.MP4FreeForm(b"\0\x80", dataformat=21)],
            "----:org.other:title": [mp4.MP4FreeForm("Títle".encode("utf-16-be"), dataformat=2)],
            "----:org.other:blob": [mp4.MP4FreeForm(b"\xff\xfe\xfd", dataformat=0)],
            "----:org.other:jpeg": [mp4.MP4FreeForm(b"abc", dataformat=13)],
        }
        found = self.tagged(**free)
        assert (found.bpm, found.title) == (128.0, "Títle")
        assert '"----:org.other:blob":{"bytes":3}' in found.tags
        assert '"----:org.other:jpeg":{"bytes":3}' in found.tags

    def test_a_broken_chapter_title_costs_nothing(self):
        chapter = bytes(8) + b"\x01" + bytes(8) + b"\x02\xe6\xa8"
        box = (8 + len(chapter)).to_bytes(4) + b"chpl" + chapter
        data = bytearray(samples.with_mp4("m4a"))
        # The movie header is behind the audio, so that nothing else moves.
        for name in (b"udta", b"moov"):
            place = data.rindex(name) - 4
            size = int.from_bytes(data[place : place + 4])
            data[place : place + 4] = (size + len(box)).to_bytes(4)
            if name == b"udta":
                data[place + size : place + size] = box
        assert metadata(bytes(data)).title == samples.EXPECTED["title"]

    def test_the_first_picture_is_the_cover(self):
        file = samples.with_mp4("m4a")
        assert read_music(file, "", LIMITS).cover == samples.JPEG


class TestChunks:
    def test_info_of_wav(self):
        found = metadata(
            samples.riff_info({
                "INAM": "Title", "IART": "Artist", "IPRD": "Album", "ICRD": "2001-02-03",
                "ITRK": "7", "IGNR": "Blues", "ICMT": "odd", "IMUS": "Composer",
            })
        )  # fmt: skip
        said = (found.title, found.artist, found.album, found.date, found.track_number)
        assert said == ("Title", "Artist", "Album", "2001-02-03", 7)
        assert (found.genre, found.comment, found.composer) == ("Blues", "odd", "Composer")

    def test_id3_before_info(self):
        content = b"INFOINAM" + struct.pack("<I", 6) + b"Other\0"
        chunk = b"LIST" + struct.pack("<I", len(content)) + content
        assert metadata(samples.tagged("wav") + chunk).title == samples.EXPECTED["title"]

    def test_texts_of_aiff(self):
        found = metadata(samples.aiff_texts({"NAME": "Title", "AUTH": "Artist", "ANNO": "odd"}))
        assert (found.title, found.artist, found.comment) == ("Title", "Artist", "odd")

    @pytest.mark.parametrize("size", [0xFFFFFFFF, 10**9])
    def test_a_wav_of_unknown_or_promised_length_has_what_is_there(self, size):
        data = bytearray(samples.audio("wav"))
        place = data.index(b"data") + 4
        data[place : place + 4] = struct.pack("<I", size)
        assert metadata(bytes(data)).duration_seconds == pytest.approx(0.5, abs=0.01)

    def test_rf64(self):
        data = b"RF64" + samples.audio("wav")[4:]
        assert metadata(data).duration_seconds == pytest.approx(0.5, abs=0.01)

    def test_an_extensible_wav_names_its_format_further_on(self):
        layout = struct.pack("<HHIIHHHHIH14s", 0xFFFE, 6, 48_000, 1_152_000, 24, 32, 22, 32, 0x3F,
                             3, bytes(14))  # fmt: skip
        body = b"WAVEfmt " + struct.pack("<I", len(layout)) + layout
        body += b"data" + struct.pack("<I", 24_000) + bytes(24_000)
        found = metadata(b"RIFF" + struct.pack("<I", len(body)) + body)
        assert (found.codec, found.channels, found.bit_depth) == ("pcm_f32le", 6, 32)
        assert found.duration_seconds == pytest.approx(24_000 / 1_152_000)


class TestAdts:
    def test_the_duration_is_exact_after_a_silent_beginning(self):
        noise = np.random.default_rng(1).normal(0, 3000, (1, 4 * 2 * samples.RATE))
        noise[:, : noise.shape[1] // 2] = 0
        data = samples.encode("adts", "aac", samples.RATE, noise.astype(np.int16))
        assert metadata(data).duration_seconds == pytest.approx(4, abs=0.05)

    def test_junk_before_the_first_frame(self):
        junk = b"\xff\xf1 junk \xff\xf9" * 3
        found = metadata(junk + samples.audio("aac"), ".aac")
        assert found.duration_seconds == metadata(samples.audio("aac")).duration_seconds


def test_junk_before_the_first_mpeg_frame():
    found = metadata(bytes(3000) + samples.audio("mp2"), ".mp3")
    assert found.duration_seconds == pytest.approx(0.5, abs=0.06)


def test_a_dsf_file_without_a_tag():
    found = metadata(samples.dsf())
    assert (found.codec, found.sample_rate, found.tags) == ("dsd_lsbf_planar", 2_822_400, None)


def test_impossible_numbers_in_a_header_are_none():
    data = bytearray(samples.audio("tta"))
    data[6:18] = struct.pack("<HHII", 60_000, 999, 0xFFFFFFFF, 0xFFFFFFFF)
    found = metadata(bytes(data))
    assert (found.channels, found.bit_depth, found.sample_rate) == (None, None, None)
