-- Holds the number of a step that another branch brings: this file goes when both are merged.
SELECT 1;
