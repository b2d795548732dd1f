-- One row a content: who has it, where, and which match each of the files shows. Relations:
-- captures and shown as `media_assets/store/shared_captures.py` makes them.
WITH files AS (
    SELECT c.*, s.match_id, s.decision
    FROM captures c LEFT JOIN shown s ON s.media_id = c.media_id AND s.role = 'main'
),
contents AS MATERIALIZED (
    SELECT content_id,
           list(DISTINCT player) AS players,
           list({
               player: player, media_id: media_id, file_path: file_path, match_id: match_id,
               decision: decision
           }) AS owned,
           arg_min({kind: kind, bytes: file_size, begins: capture_start_utc, ends: capture_end_utc},
                   {doubt: -trust, player: player, media_id: media_id}) AS best
    FROM files GROUP BY content_id
),
in_order AS (
    -- A list of structs is sorted by their fields in turn. That takes 8 us a list, however short.
    SELECT content_id, list_sort(players) AS players, list_sort(owned) AS owned, best
    FROM contents WHERE len(owned) > 1
    UNION ALL
    SELECT content_id, players, owned, best FROM contents WHERE len(owned) = 1
)
SELECT content_id,
       best.kind AS kind,
       best.bytes AS file_size,
       best.begins AS capture_start_utc,
       best.ends AS capture_end_utc,
       players,
       [one.media_id FOR one IN owned] AS media_ids,
       [one.player FOR one IN owned] AS owners,
       [one.file_path FOR one IN owned] AS file_paths,
       [one.match_id FOR one IN owned] AS match_ids,
       [one.decision FOR one IN owned] AS decisions
FROM in_order
