"""Small queries for metadata, plots and checks."""

from datetime import datetime
from typing import Any

import duckdb

from media_assets.store.tables.analysis import AUDIO_VALUES

NUMBERS: dict[str, str] = {
    "failures": "SELECT count(DISTINCT f.media_id) AS files, count(DISTINCT x.media_id) AS failed "
    "FROM media_files f LEFT JOIN media_failures x USING (media_id) WHERE f.status = 'present'",
    "thumbnails": "SELECT count(*) FILTER (i.phash IS NOT NULL) AS images, "
    "count(*) FILTER (i.phash IS NOT NULL AND t.media_id IS NOT NULL) AS image_thumbnails, "
    "count(*) FILTER (v.width IS NOT NULL) AS clips, "
    "count(*) FILTER (v.width IS NOT NULL AND t.media_id IS NOT NULL) AS clip_thumbnails, "
    "count(s.reason) AS not_eligible "
    "FROM media_files f LEFT JOIN image_metadata i USING (media_id) "
    "LEFT JOIN video_metadata v USING (media_id) LEFT JOIN thumbnails t USING (media_id) "
    "LEFT JOIN media_stages s ON s.media_id = f.media_id AND s.stage = 'thumbnails' "
    "WHERE f.status = 'present'",
    "disk": "SELECT coalesce(sum(file_size), 0) AS library_bytes, "
    "(SELECT coalesce(sum(bytes), 0) FROM (SELECT thumbnail_file, thumbnail_bytes AS bytes "
    "FROM thumbnails UNION SELECT preview_file, preview_bytes FROM thumbnails "  # copies share
    "UNION SELECT cover_file, bytes FROM embedded_covers)) AS derived_bytes "
    "FROM media_files",  # pictures of missing media are kept
    "shrinkage": "SELECT count(*) FILTER (status <> 'missing') AS files, "
    "count(*) FILTER (status = 'missing' AND deleted_at > now()::TIMESTAMP - INTERVAL 1 DAY) "
    "AS gone_in_a_day FROM media_files",
    "capture_times": "SELECT count(*) AS captures, count(capture_start_utc) AS timed, "
    "count(*) FILTER (capture_start_utc > now()::TIMESTAMP + INTERVAL 1 DAY "
    "OR contains(flags, 'future')) AS future, "
    "count(*) FILTER (capture_start_utc < (SELECT min(start_time) - INTERVAL 10 YEAR "
    "FROM player_match_stats)) AS ancient FROM capture_times",
    "orphans": "SELECT "
    + " + ".join(
        f"(SELECT count(*) FROM {table} ANTI JOIN match_registry USING (match_id))"
        for table in (
            "match_participants",
            "highlight_events",
            "medals_earned",
            "personal_scores",
            "killer_victim_pairs",
        )
    )
    + " AS orphans, (SELECT count(*) FROM match_registry) AS matches",
    "audio_features": "SELECT count(*) AS readable, count(x.media_id) AS failed, "
    "count(d.media_id) AS done FROM media_files f JOIN audio_metadata USING (media_id) "
    "LEFT JOIN media_failures x ON x.media_id = f.media_id AND x.stage = 'audio_features' "
    "LEFT JOIN media_stages d ON d.media_id = f.media_id AND d.stage = 'audio_features' "
    "WHERE f.status = 'present' AND f.kind = 'audio'",
    "audio_values": "SELECT count(*) AS files, "
    + ", ".join(f"count({name}) AS {name}" for name in AUDIO_VALUES)
    + ", "
    + " + ".join(
        f"count(*) FILTER ({name} IS NULL AND nullif(reason->>'{name}', '') IS NULL)"
        for name in AUDIO_VALUES
    )
    + " AS without_a_reason FROM audio_features",
    "gamertags": "SELECT count(DISTINCT xuid) AS humans, "
    "count(DISTINCT xuid) FILTER (gamertag IS NOT NULL) AS named, "
    "count(*) - count(gamertag) AS participations_without_name "
    "FROM match_participants WHERE NOT is_bot",
}
"""Rows of numbers, by name."""

ROWS: dict[str, str] = {
    "tempos": "SELECT bpm FROM audio_features JOIN media_files USING (media_id) "
    "WHERE bpm IS NOT NULL AND status = 'present'",
    "keys": "SELECT key, scale, count(*) FROM audio_features JOIN media_files USING (media_id) "
    "WHERE key IS NOT NULL AND status = 'present' GROUP BY ALL",
    "matches": "SELECT start_time, end_time, map_name FROM player_match_stats ORDER BY start_time",
    "form": "SELECT start_time, kda, outcome::INTEGER FROM player_match_stats "
    "WHERE kda IS NOT NULL ORDER BY start_time",
    "maps": "SELECT map, matches, wins, losses FROM stats_by_map ORDER BY matches DESC, map",
    "hours": "SELECT weekday, hour, matches, wins, losses FROM stats_by_hour "
    "ORDER BY weekday, hour",
    "expected": "SELECT start_time, kills, kills_expected, kills_stddev, deaths, deaths_expected, "
    "deaths_stddev FROM player_match_stats WHERE kills IS NOT NULL AND kills_expected IS NOT NULL "
    "AND deaths IS NOT NULL AND deaths_expected IS NOT NULL ORDER BY start_time, match_id",
    "associated": "SELECT c.capture_start_utc, coalesce(m.decision, 'none') FROM capture_times c "
    "JOIN media_files f USING (media_id) "
    "LEFT JOIN media_matches m ON m.media_id = c.media_id AND m.role = 'main' "
    "WHERE c.capture_start_utc IS NOT NULL AND f.status <> 'missing' ORDER BY 1",
}
"""Rows for plots, by name."""

_NEWEST_MATCH = "(SELECT match_id FROM match_registry ORDER BY start_time DESC, match_id LIMIT 1)"

PREVIEWS: dict[str, str] = {
    "media_files": "SELECT file_name, kind, status, file_size AS bytes, "
    "make_timestamp(mtime_ns // 1000) AS modified "
    "FROM media_files ORDER BY mtime_ns DESC, file_name",
    "image_metadata": "SELECT file_name, width || ' x ' || height AS size, format, software "
    "FROM image_metadata JOIN media_files USING (media_id) ORDER BY mtime_ns DESC, file_name",
    "video_metadata": "SELECT file_name, width || ' x ' || height AS size, "
    "concat_ws(' + ', video_codec, audio_codec) AS codecs, frame_rate AS fps, "
    "duration_seconds AS seconds "
    "FROM video_metadata JOIN media_files USING (media_id) ORDER BY mtime_ns DESC, file_name",
    "audio_metadata": "SELECT artist, album, track_number AS track, title, codec, "
    "duration_seconds AS seconds FROM audio_metadata JOIN media_files USING (media_id) "
    "ORDER BY first_seen_at DESC, artist, album, disc_number, track_number, file_name",
    "embedded_covers": "SELECT file_name, width || ' x ' || height AS size, format, bytes "
    "FROM embedded_covers JOIN media_files USING (media_id) ORDER BY mtime_ns DESC, file_name",
    "tracks": "SELECT artist, album, disc_number AS disc, track_number AS track, "
    "display_title AS title, year, genre, duration_seconds AS seconds FROM tracks "
    "JOIN media_files USING (media_id) ORDER BY first_seen_at DESC, artist, album, disc_number, "
    "track_number, tracks.file_path",
    "track_artists": "SELECT t.display_title AS title, k.role, k.position, k.name, "
    "r.name AS artist FROM track_artists k JOIN tracks t USING (media_id) "
    "JOIN artists r ON r.artist_key = k.artist_key ORDER BY t.artist, t.album, "
    "t.track_number, k.media_id, k.role DESC, k.position",
    "artists": "SELECT name, albums, tracks, tracks_missing AS missing, genre, first_year, "
    "last_year FROM artists ORDER BY tracks DESC, normalised_name, artist_key",
    "albums": "SELECT album_artist AS artist, title, year, tracks, tracks_tagged AS of_tracks, "
    "genre FROM albums ORDER BY year DESC, album_artist, title, album_key",
    "covers": "SELECT width || ' x ' || height AS size, source, kind, format, tracks, albums, "
    "artists FROM covers ORDER BY tracks DESC, cover_id",
    "shared_albums": "SELECT album_artist AS artist, title, date, player, tracks, players "
    "FROM shared_albums ORDER BY players DESC, album_artist, title, album_key, player",
    "shared_artists": "SELECT name, player, albums, tracks, players "
    "FROM shared_artists ORDER BY players DESC, tracks DESC, name, artist_key, player",
    "thumbnails": "SELECT file_name, thumbnail_width || ' x ' || thumbnail_height AS size, "
    "thumbnail_bytes AS bytes, preview_frames AS frames "
    "FROM thumbnails JOIN media_files USING (media_id) ORDER BY mtime_ns DESC, file_name",
    "audio_features": "SELECT file_name, bpm, concat_ws(' ', key, scale) AS key, "
    "loudness_lufs AS lufs, energy, mood_happy AS happy, mood_relaxed AS relaxed "
    "FROM audio_features JOIN media_files USING (media_id) "
    "ORDER BY first_seen_at DESC, file_path",
    "media_vectors": "SELECT file_name, model, version, dim AS dimensions "
    "FROM media_vectors JOIN media_files USING (media_id) ORDER BY mtime_ns DESC, file_name",
    "capture_times": "SELECT file_name, capture_start_utc AS taken, source, "
    "time_quality AS quality, flags "
    "FROM capture_times JOIN media_files USING (media_id) "
    "ORDER BY capture_start_utc DESC NULLS LAST, file_name",
    "media_matches": "SELECT file_name, match_start_time AS match, role, decision, confidence "
    "FROM media_matches JOIN media_files USING (media_id) "
    "ORDER BY match_start_time DESC, file_name, role",
    "duplicates": "SELECT f.file_name, coalesce(d.class, 'best') AS class, g.file_name AS same_as, "
    "d.agreement, d.seconds_apart FROM duplicates d JOIN media_files f USING (media_id) "
    "LEFT JOIN media_files g ON g.media_id = d.compared_media_id "
    "JOIN duplicate_groups t USING (group_id) ORDER BY t.copies_bytes DESC, t.bytes DESC, "
    "t.group_id, d.compared_media_id NOT NULL, d.class, f.file_name",
    "shared_duplicates": "SELECT group_id, player, kind, class, file_size AS bytes "
    "FROM shared_duplicates ORDER BY players DESC, group_id, player, media_id",
    "shared_captures": "SELECT array_to_string(players, ', ') AS players, kind, "
    "capture_start_utc AS taken, file_size AS bytes, len(list_distinct(match_ids)) AS matches "
    "FROM shared_captures "
    "ORDER BY len(players) DESC, capture_start_utc DESC NULLS LAST, content_id",
    "match_captures": "SELECT match_start_time AS match, map_name AS map, "
    "array_to_string(players, ', ') AS players, captures, "
    "array_to_string(captured_by, ', ') AS captured_by "
    "FROM match_captures LEFT JOIN match_registry USING (match_id) "
    "ORDER BY len(players) DESC, captures DESC, match_start_time DESC, match_id",
    "media_neighbors": "SELECT f.file_name, n.space, n.rank, g.file_name AS near, n.similarity "
    "FROM media_neighbors n JOIN media_files f ON f.media_id = n.media_id "
    "JOIN media_files g ON g.media_id = n.neighbor_media_id "
    "ORDER BY f.first_seen_at DESC, f.file_name, n.space, n.rank",
    "search_index": "SELECT artist, title, album, genre, note, file_name FROM search_index "
    "ORDER BY indexed_at DESC, artist, title, file_name",
    "web_sources": "SELECT parse_filename(file_path) AS file, rows, len(problems) AS problems, "
    "error, read_at FROM web_sources ORDER BY error NOT NULL DESC, read_at DESC, file_path",
    "web_places": "SELECT url, page_url AS page, depth, relevance, alt, problem FROM web_places "
    "ORDER BY problem NOT NULL DESC, relevance DESC NULLS LAST, source, position",
    "web_media": "SELECT url, status, reason, http_status AS http, attempts, pages FROM web_media "
    "ORDER BY checked_at DESC NULLS LAST, url",
    "land_jobs": "SELECT started_at, total, analyzed, failed, skipped, waiting, success_rate, "
    "duration, trouble FROM land_jobs ORDER BY started_at DESC",
    "match_history": "SELECT start_time, end_time, raw_complete, match_id "
    "FROM match_history ORDER BY start_time DESC, match_id",
    "match_registry": "SELECT start_time, map_name AS map, playlist_name AS playlist, "
    "mode_category AS mode, team_0_score AS team_0, team_1_score AS team_1, "
    "player_count AS players FROM match_registry ORDER BY match_registry.start_time DESC, match_id",
    "match_participants": "SELECT gamertag, team_id AS team, rank, kills, deaths, assists, kda, "
    f"accuracy FROM match_participants WHERE match_id = {_NEWEST_MATCH} ORDER BY rank, gamertag",
    "highlight_events": "SELECT seq, time_ms // 1000 AS second, event_type AS event, gamertag, "
    f"medal_name AS medal FROM highlight_events WHERE match_id = {_NEWEST_MATCH} ORDER BY seq",
    "medals_earned": "SELECT coalesce(gamertag, m.xuid) AS player, "
    "coalesce(name, medal_name_id::VARCHAR) AS medal, count FROM medals_earned m "
    "LEFT JOIN xuid_aliases USING (xuid) LEFT JOIN (SELECT asset_id, any_value(name) AS name "
    "FROM asset_names WHERE asset_kind = 'medal' GROUP BY asset_id) n "
    "ON n.asset_id = medal_name_id::VARCHAR "
    f"WHERE match_id = {_NEWEST_MATCH} ORDER BY count DESC, player, medal",
    "killer_victim_pairs": "SELECT coalesce(k.gamertag, killer_xuid) AS killer, "
    "coalesce(v.gamertag, victim_xuid) AS victim, kill_count AS kills FROM killer_victim_pairs "
    "LEFT JOIN xuid_aliases k ON k.xuid = killer_xuid "
    "LEFT JOIN xuid_aliases v ON v.xuid = victim_xuid "
    f"WHERE match_id = {_NEWEST_MATCH} ORDER BY kill_count DESC, killer, victim",
    "personal_scores": "SELECT coalesce(gamertag, s.xuid) AS player, score_name_id AS award, "
    "count, points FROM personal_scores s LEFT JOIN xuid_aliases USING (xuid) "
    f"WHERE match_id = {_NEWEST_MATCH} ORDER BY points DESC, player, award",
    "xuid_aliases": "SELECT gamertag, xuid, source, last_seen "
    "FROM xuid_aliases ORDER BY last_seen DESC, gamertag",
    "player_match_stats": "SELECT start_time, map_name AS map, CASE outcome WHEN 1 THEN 'tie' "
    "WHEN 2 THEN 'win' WHEN 3 THEN 'loss' ELSE 'left' END AS outcome, "
    "concat_ws(' / ', kills, deaths, assists) AS kills_deaths_assists, kda, accuracy "
    "FROM player_match_stats ORDER BY player_match_stats.start_time DESC, match_id",
    "player_sessions": "SELECT start_time, matches, wins, losses, kda_mean, "
    "array_to_string(friends, ', ') AS friends "
    "FROM player_sessions ORDER BY player_sessions.start_time DESC",
    "teammates_aggregate": "SELECT gamertag, matches_together AS matches, wins_together AS wins, "
    "losses_together AS losses, same_team_win_rate AS win_rate, last_played "
    "FROM teammates_aggregate ORDER BY matches_together DESC, gamertag",
    "stats_by_map": "SELECT map, matches, wins, losses, win_rate, kda_mean, accuracy "
    "FROM stats_by_map ORDER BY matches DESC, map",
    "stats_by_mode": "SELECT mode, matches, wins, losses, win_rate, kda_mean, accuracy "
    "FROM stats_by_mode ORDER BY matches DESC, mode",
    "stats_by_playlist": "SELECT playlist, matches, wins, losses, win_rate, kda_mean, accuracy "
    "FROM stats_by_playlist ORDER BY matches DESC, playlist",
    "stats_by_hour": "SELECT weekday, hour, matches, wins, losses, win_rate "
    "FROM stats_by_hour ORDER BY matches DESC, weekday, hour",
    "match_streaks": "SELECT kind, matches, is_running AS running, start_time, kda_mean "
    "FROM match_streaks ORDER BY is_running DESC, matches DESC, match_streaks.start_time DESC",
    "match_impact": "SELECT start_time, impact, first_blood, last_kill, last_death "
    "FROM match_impact ORDER BY match_impact.start_time DESC, match_id",
    "personal_score_awards": "SELECT coalesce(name, score_name_id::VARCHAR) AS award, matches, "
    "count, points, points_share AS share FROM personal_score_awards ORDER BY points DESC, award",
    "expectations": "SELECT start_time, kills, kills_expected, kills_above, deaths, "
    "deaths_expected, deaths_above FROM expectations "
    "ORDER BY expectations.start_time DESC, match_id",
    "career_ranks": "SELECT recorded_at, rank, name, progress FROM career_ranks "
    "ORDER BY recorded_at DESC, rank DESC, progress DESC",
    "antagonists": "SELECT gamertag, times_killed AS killed, times_killed_by AS killed_by, "
    "net_kills, matches FROM antagonists ORDER BY times_killed + times_killed_by DESC, gamertag",
}
"""What people see of a table: names rather than ids, the newest or the most first."""


def count(con: duckdb.DuckDBPyConnection, table: str) -> int:
    """Rows of a table."""
    row = con.execute(f"SELECT count(*) FROM {table}").fetchone()
    return int(row[0]) if row else 0


def preview(con: duckdb.DuckDBPyConnection, table: str, rows: int) -> list[dict[str, object]]:
    """The first rows of one of `PREVIEWS`."""
    return _dicts(con, f"{PREVIEWS[table]} LIMIT {rows:d}")


def newest_media(con: duckdb.DuckDBPyConnection, rows: int) -> list[dict[str, object]]:
    """The newest captures with their matches."""
    return _dicts(
        con,
        "SELECT file_name, capture_start_utc AS taken, capture_source AS source, map_name AS map, "
        "association_decision AS decision, association_confidence AS confidence "
        "FROM media LEFT JOIN player_match_stats USING (match_id) "
        "WHERE capture_start_utc IS NOT NULL "
        f"ORDER BY capture_start_utc DESC, media_id LIMIT {rows:d}",
    )


def newest_thumbnails(con: duckdb.DuckDBPyConnection, rows: int) -> list[str]:
    """Posters of pictures and clips, newest first."""
    found = con.execute(
        "SELECT t.thumbnail_file FROM thumbnails t JOIN media_files f USING (media_id) "
        "LEFT JOIN capture_times c USING (media_id) "
        "WHERE f.status = 'present' AND f.kind IN ('image', 'video') "
        "ORDER BY coalesce(c.capture_start_utc, make_timestamp(f.mtime_ns // 1000)) DESC, "
        f"f.media_id LIMIT {rows:d}"
    ).fetchall()
    return [row[0] for row in found]


def thumbnail_sample(
    con: duckdb.DuckDBPyConnection, rows: int, turn: int
) -> list[dict[str, object]]:
    """A sample of the posters: the same in one turn, others in the next."""
    return _dicts(
        con,
        "SELECT thumbnail_file AS file, thumbnail_width AS width, thumbnail_height AS height "
        f"FROM thumbnails ORDER BY hash(media_id || {turn:d}), media_id LIMIT {rows:d}",
    )


def picture_files(con: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """Bytes of every poster and preview that a row names, by its path below `data_dir`."""
    rows = con.execute(
        "SELECT thumbnail_file, thumbnail_bytes FROM thumbnails UNION "
        "SELECT preview_file, preview_bytes FROM thumbnails WHERE preview_file IS NOT NULL"
    )
    return dict(rows.fetchall())


def file_months(con: duckdb.DuckDBPyConnection) -> list[tuple[datetime, str, int]]:
    """Files by month and kind."""
    return con.execute(
        "SELECT date_trunc('month', make_timestamp(mtime_ns // 1000))::TIMESTAMP, kind, count(*) "
        "FROM media_files GROUP BY 1, 2 ORDER BY 1, 2"
    ).fetchall()


def numbers(con: duckdb.DuckDBPyConnection, name: str) -> dict[str, float]:
    """One row of `NUMBERS`."""
    row = _dicts(con, NUMBERS[name])[0]
    return {
        key: float(value) if isinstance(value, float) else int(value) for key, value in row.items()
    }


def rows_of(con: duckdb.DuckDBPyConnection, name: str) -> list[tuple[object, ...]]:
    """The rows of one of `ROWS`."""
    return con.execute(ROWS[name]).fetchall()


def _dicts(con: duckdb.DuckDBPyConnection, query: str) -> list[dict[str, Any]]:
    result = con.execute(query)
    names = [column[0] for column in result.description or ()]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]
