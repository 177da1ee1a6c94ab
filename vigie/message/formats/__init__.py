"""What attachments hold, one file for each family of formats; `message/attached.py` lists them in one table."""
