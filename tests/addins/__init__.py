"""What people install in their mail client, in the real mail clients."""
