"""What an admin sees of the service from outside: metrics, and alerts when something is wrong."""
