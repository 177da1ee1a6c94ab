"""The digest: what was quarantined, once a day, by mail to those who review and to those whose mailbox it is."""
