"""What sellers charge for sending things."""
