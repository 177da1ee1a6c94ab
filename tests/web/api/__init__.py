"""The API as programs ask it."""
