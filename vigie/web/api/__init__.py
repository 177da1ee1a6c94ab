"""What programs ask on behalf of people who read their mail: below /api/v1, by token, in JSON (docs/api.md)."""
