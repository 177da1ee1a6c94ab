"""What a mailbox is opened with: a password, or an OAuth 2 token that is kept fresh. Nothing here is ever logged."""
