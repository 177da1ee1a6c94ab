"""`vigie evaluate`: how right the verdicts are on mails whose answers are known."""
