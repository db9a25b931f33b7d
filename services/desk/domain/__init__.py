"""What the desk knows and decides without Kafka, HTTP, database or clock."""
