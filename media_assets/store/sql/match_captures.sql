-- One row a match: which of the players took part, and their captures of it. Relations: captures
-- and shown as `media_assets/store/shared_captures.py` makes them, own with the xuid of each
-- player; the shared database is attached as `shared`.
WITH showing AS (
    SELECT s.match_id, s.match_start_time, s.decision, c.content_id, c.media_id, c.player,
           c.capture_start_utc, -c.trust AS doubt,
           list_position(['assigned', 'accepted', 'auto', 'review'], s.decision) AS place
    FROM shown s JOIN captures c USING (media_id)
),
took_part AS (
    SELECT match_id, list_sort(list(DISTINCT player)) AS players
    FROM (
        SELECT match_id, player FROM shared.match_participants JOIN own USING (xuid)
        UNION ALL
        SELECT match_id, player FROM showing  -- whose xuid may not be known any more
    ) GROUP BY match_id
),
contents AS (
    SELECT match_id, content_id,
           arg_min(capture_start_utc, {doubt: doubt, player: player, media_id: media_id}) AS begins,
           arg_min(media_id, {player: player, media_id: media_id}) AS media_id,
           arg_min(decision, place) AS decision
    FROM showing GROUP BY match_id, content_id
),
captured AS (
    SELECT match_id,
           list_sort(list({
               begins: begins, content_id: content_id, media_id: media_id, decision: decision
           }), 'ASC', 'NULLS LAST') AS found
    FROM contents GROUP BY match_id
),
known AS (
    SELECT match_id, any_value(match_start_time) AS match_start_time,
           list_sort(list(DISTINCT player)) AS captured_by
    FROM showing GROUP BY match_id
)
SELECT t.match_id,
       coalesce(r.start_time, k.match_start_time) AS match_start_time,
       t.players,
       coalesce(k.captured_by, []) AS captured_by,
       coalesce(len(c.found), 0) AS captures,
       coalesce([one.content_id FOR one IN c.found], []) AS content_ids,
       coalesce([one.media_id FOR one IN c.found], []) AS media_ids,
       coalesce([one.decision FOR one IN c.found], []) AS decisions
FROM took_part t
LEFT JOIN shared.match_registry r USING (match_id)
LEFT JOIN known k USING (match_id)
LEFT JOIN captured c USING (match_id)
