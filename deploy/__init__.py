"""What stands around Vigie where it is installed."""
