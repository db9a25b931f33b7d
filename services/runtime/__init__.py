"""The mechanism that all services share: settings, Kafka, workers, dead letters, metrics, health, logs, clock, web."""
