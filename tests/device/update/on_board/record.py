"""What the firmware of these tests writes down when it starts."""

started = []
