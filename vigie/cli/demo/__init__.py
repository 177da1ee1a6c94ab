"""`vigie demo`: a mailbox, the service and its verdicts, all on this machine."""
