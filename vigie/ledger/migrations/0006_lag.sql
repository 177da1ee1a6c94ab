-- Since when the oldest message that the server has waits to be judged, and when the server was last heard about it.

ALTER TABLE heartbeats ADD COLUMN known_at TEXT;
ALTER TABLE heartbeats ADD COLUMN behind_since TEXT;
