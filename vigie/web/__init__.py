"""Whatever answers HTTP: the pages of the quarantine review. It holds no mailbox credential: the scanner acts."""
