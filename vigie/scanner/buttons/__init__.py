"""Folders that are buttons: who moves a mail into one asks about it, or reports it, in any mail client (docs/folders.md)."""
