"""The `webcare` command: the composition root that knows all services, and the supervisor that keeps them running."""
