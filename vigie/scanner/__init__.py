"""The mailbox service: the only holder of mailbox credentials, the only one with hands."""
