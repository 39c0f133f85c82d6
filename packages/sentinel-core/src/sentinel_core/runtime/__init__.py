"""What every service is built on: life cycle, settings, telemetry."""
