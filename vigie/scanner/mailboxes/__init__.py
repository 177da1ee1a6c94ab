"""Kinds of mailboxes. `base` is the contract; there is no delete in it."""
